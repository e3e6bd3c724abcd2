import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Security, TlsProtocol } from '../../../shared/model.ts';
import {
  type CertificateAuthority,
  certificateOf,
  type CertificateKind,
  createAuthority,
} from './certificates.ts';
import { ImapSession, type Layer, type LoginAttempt, type SessionEnd } from './imap-session.ts';
import { MailStore } from './mail-store.ts';
import type { Offer } from './offers.ts';
import { type Script, scriptFor, type Scripting } from './script.ts';
import { serveConnection } from './serve-connection.ts';
import { type HandshakeCounts, TlsAcceptor } from './tls-acceptor.ts';
import type { SessionMode } from './tls-context.ts';

/** What a server is to be like; what is left out gives a well-behaved one. */
export interface ImapServerOptions {
  /** `tls` (default), or `starttls`, which is then required for login. */
  readonly security?: Security;
  /** Any free one by default. */
  readonly port?: number;
  /** The one version that it speaks; `any` is 1.2 and 1.3. Session IDs are TLS 1.2 only. */
  readonly protocol?: TlsProtocol | 'any';
  /** Default `tickets`. */
  readonly sessions?: SessionMode;
  /** A new ticket with each resumption, as Dovecot does (default) and Postfix does not. */
  readonly renewTickets?: boolean;
  /** The lifetime that its tickets state. */
  readonly lifetimeSeconds?: number;
  /** Issues its certificate. Left out, the server makes one; see {@link ImapServer.caPem}. */
  readonly authority?: CertificateAuthority;
  readonly certificate?: CertificateKind;
  readonly user?: string;
  readonly password?: string;
  /** Names as on the wire, and how many messages each holds. Default `{ INBOX: 3 }`. */
  readonly mailboxes?: Readonly<Record<string, number>>;
  /** Where it misbehaves. */
  readonly script?: Scripting;
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

/** Makes a server and starts it, on any free port of the loopback interface. */
export async function startImapServer(options: ImapServerOptions = {}): Promise<ImapServer> {
  const authority = options.authority ?? (await createAuthority());
  const certificate = await certificateOf(options.certificate ?? 'valid', authority);
  // Answers are several small writes: held back for an acknowledgement, each would cost 40 ms.
  const server = createServer({ noDelay: true });
  const sessions = options.sessions ?? 'tickets';
  const protocol = options.protocol ?? (sessions === 'session-ids' ? 'TLSv1.2' : 'any');
  if (sessions === 'session-ids' && protocol !== 'TLSv1.2') {
    throw new RangeError('Session IDs can be had under TLS 1.2 only.');
  }
  const tls = new TlsAcceptor(
    server,
    {
      protocol,
      sessions,
      renewTickets: options.renewTickets ?? true,
      lifetimeSeconds: options.lifetimeSeconds ?? null,
    },
    certificate,
  );
  const started = new ImapServer(server, tls, authority, options);
  await started.start();
  return started;
}

/**
 * A TLS server with just enough IMAP, on the loopback interface; made by {@link startImapServer}.
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
  #port = 0;

  constructor(
    server: Server,
    tls: TlsAcceptor,
    authority: CertificateAuthority,
    options: ImapServerOptions,
  ) {
    this.#server = server;
    this.#tls = tls;
    this.#authority = authority;
    this.security = options.security ?? 'tls';
    this.user = options.user ?? 'demo@reprise.example';
    this.password = options.password ?? 'demo-password';
    this.mail = new MailStore(options.mailboxes ?? { INBOX: 3 });
    this.caPem = authority.certPem;
    this.#script = options.script ?? {};
    this.#port = options.port ?? 0;
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

  /** Ends all connections and stops listening. Does nothing when it is stopped. */
  async stop(): Promise<void> {
    this.dropConnections();
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
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
