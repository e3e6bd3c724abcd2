import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Security } from '../../../shared/model.ts';
import { type CertificateAuthority, certificateOf, type CertificateKind } from './certificates.ts';
import {
  ImapSession,
  type Layer,
  type LoginAttempt,
  type SessionEnd,
} from './imap/imap-session.ts';
import type { MailStore } from './imap/mail-store.ts';
import type { Offer } from '../tls-wire/offers.ts';
import { type Script, scriptFor, type Scripting } from './imap/script.ts';
import { serveConnection } from './serve-connection.ts';
import type { HandshakeCounts, TlsAcceptor } from './tls-acceptor.ts';

/** What a server is made of; `startImapServer` puts it together. */
export interface ImapServerParts {
  /** Not listening yet. */
  readonly server: Server;
  readonly tls: TlsAcceptor;
  readonly authority: CertificateAuthority;
  readonly security: Security;
  readonly user: string;
  readonly password: string;
  readonly mail: MailStore;
  readonly script: Scripting;
  /** 0 for any free one. */
  readonly port: number;
}

/** What a server saw since it was made. */
export interface ServerStats extends HandshakeCounts {
  /** TCP connections accepted. */
  readonly connections: number;
}

/** Far more than a demo or a test needs; bounds what another program on the machine can do. */
const MAX_CONNECTIONS = 4096;
/** How many command names and login attempts are remembered. */
const MAX_LOGGED = 20_000;
/** The loopback interface: no demo server can be reached from elsewhere. */
const HOST = '127.0.0.1';

/**
 * A TLS server with just enough IMAP, on the loopback interface; made by `startImapServer`.
 * Not a mail server for any other use: see {@link ImapSession}.
 */
export class ImapServer implements AsyncDisposable {
  readonly host = HOST;
  /** A name in its certificate, for SNI and the certificate check. */
  readonly servername = 'localhost';
  readonly security: Security;
  readonly user: string;
  readonly password: string;
  /** The mailboxes: deliver and expunge here. */
  readonly mail: MailStore;
  /** What a client must trust. */
  readonly caPem: string;
  readonly #server: Server;
  readonly #tls: TlsAcceptor;
  readonly #authority: CertificateAuthority;
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Set<ImapSession>();
  readonly #commands: string[] = [];
  readonly #logins: LoginAttempt[] = [];
  readonly #waiting = new Set<() => void>();
  #script: Scripting;
  #connections = 0;
  #port: number;

  constructor({ server, tls, authority, ...parts }: ImapServerParts) {
    this.#server = server;
    this.#tls = tls;
    this.#authority = authority;
    this.caPem = authority.certPem;
    this.security = parts.security;
    this.user = parts.user;
    this.password = parts.password;
    this.mail = parts.mail;
    this.#script = parts.script;
    this.#port = parts.port;
    server.maxConnections = MAX_CONNECTIONS;
    server.on('connection', (socket) => {
      this.#accept(socket);
    });
  }

  /** Stays the same when it is stopped and started again. */
  get port(): number {
    return this.#port;
  }

  stats(): ServerStats {
    return { connections: this.#connections, ...this.#tls.counts };
  }

  /** Every session that clients offered, oldest first, by hash. */
  get offers(): readonly Offer[] {
    return this.#tls.offers;
  }

  /** The names of all commands that came, in upper case, oldest first. */
  get commands(): readonly string[] {
    return [...this.#commands];
  }

  get loginAttempts(): readonly LoginAttempt[] {
    return [...this.#logins];
  }

  /** The mailboxes that connections IDLE on at this moment, one entry for each connection. */
  get idling(): readonly string[] {
    return [...this.#sessions].flatMap(({ idling, selected }) =>
      idling && selected !== null ? [selected.name] : [],
    );
  }

  /** How many connections are open at this moment. */
  get open(): number {
    return this.#sockets.size;
  }

  /** Resolves once `condition` holds, which is asked again whenever something happened here. */
  until(condition: (server: ImapServer) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!condition(this)) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }

  /** Applies to connections accepted from now on. */
  setScript(script: Scripting): void {
    this.#script = script;
  }

  /** What it issued until now cannot be resumed any more, as after a new ticket key. */
  forgetSessions(): void {
    this.#tls.forgetSessions();
  }

  /** Later handshakes show a new certificate of this kind; its sessions stay good. */
  async setCertificate(kind: CertificateKind): Promise<void> {
    this.#tls.setCertificate(await certificateOf(kind, this.#authority));
  }

  /** Ends all connections: in order, or by TCP reset. */
  dropConnections(how: 'close' | 'reset' = 'close'): void {
    for (const socket of this.#sockets) {
      if (how === 'reset') socket.resetAndDestroy();
      else socket.destroy();
    }
  }

  /** Listens again after {@link ImapServer.stop}, on the same port. Rejects when that is taken. */
  async start(): Promise<void> {
    this.#server.listen(this.#port, HOST);
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Ends all connections and stops listening; resolves when nothing of them is left. */
  async stop(): Promise<void> {
    this.dropConnections();
    if (this.#server.listening) {
      const closed = once(this.#server, 'close');
      this.#server.close();
      await closed;
    }
    await this.until(({ open }) => open === 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #accept(raw: Socket): void {
    this.#connections += 1;
    this.#sockets.add(raw);
    // Its end is what counts; an error nobody listens to would end the program.
    raw.on('error', () => {
      raw.destroy();
    });
    raw.on('close', () => {
      this.#sockets.delete(raw);
      this.#changed();
    });
    this.#changed();
    const script = scriptFor(this.#script, this.#connections);
    void serveConnection(raw, {
      tls: this.#tls,
      security: this.security,
      script,
      onCounted: () => {
        this.#changed();
      },
      converse: (stream, layer) => this.#converse(stream, script, layer),
    });
  }

  async #converse(stream: Duplex, script: Script, layer: Layer): Promise<SessionEnd> {
    const session = new ImapSession(stream, {
      mail: this.mail,
      user: this.user,
      password: this.password,
      script,
      layer,
      onCommand: (name) => {
        this.#log(this.#commands, name);
      },
      onLogin: (attempt) => {
        this.#log(this.#logins, attempt);
      },
      onIdle: () => {
        this.#changed();
      },
    });
    this.#sessions.add(session);
    try {
      return await session.serve();
    } finally {
      this.#sessions.delete(session);
      this.#changed();
    }
  }

  #log<Entry>(entries: Entry[], entry: Entry): void {
    entries.push(entry);
    entries.splice(0, entries.length - MAX_LOGGED);
    this.#changed();
  }

  #changed(): void {
    for (const check of this.#waiting) check();
  }
}
