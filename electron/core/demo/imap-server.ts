/** A TLS server with just enough IMAP, on the loopback interface. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Security } from '../../../shared/model.ts';
import type { ServerCertificate } from './certificates.ts';
import { commands } from './imap/imap-commands.ts';
import {
  ImapSession,
  type Instead,
  type Layer,
  type Onlooker,
  type SessionEnd,
  type Step,
} from './imap/imap-session.ts';
import { MailStore } from './imap/mailboxes.ts';
import { TlsAcceptor, type TlsSettings } from './tls-acceptor.ts';

/** What a server is to be like. */
export interface ImapServerSettings extends TlsSettings {
  /** With `starttls`, it is required for login. */
  readonly security: Security;
  readonly certificate: ServerCertificate;
  readonly user: string;
  readonly password: string;
  /** Names as on the wire, and how many messages each holds. */
  readonly mailboxes: Readonly<Record<string, number>>;
  /** Any free one by default. */
  readonly port?: number;
  /** Gives each new connection an onlooker of its own. */
  readonly watch?: (raw: Socket) => Onlooker;
}

/** Far more than a demo or a test needs; bounds what another program on the machine can do. */
const MAX_CONNECTIONS = 4096;
/** The loopback interface: no demo server can be reached from elsewhere. */
const HOST = '127.0.0.1';

/** Not a mail server for any other use: see {@link ImapSession}. */
export class ImapServer implements AsyncDisposable {
  readonly host = HOST;
  /** A name in its certificate, for SNI and the certificate check. */
  readonly servername = 'localhost';
  readonly security: Security;
  readonly user: string;
  readonly password: string;
  /** The mailboxes: deliver and expunge here. */
  readonly mail: MailStore;
  protected readonly tls: TlsAcceptor;
  protected readonly server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #watch: ImapServerSettings['watch'];
  #port: number;

  constructor(settings: ImapServerSettings) {
    // Answers are several small writes: held back for an acknowledgement, each would cost 40 ms.
    this.server = createServer({ noDelay: true }, (socket) => void this.#serve(socket));
    this.server.maxConnections = MAX_CONNECTIONS;
    this.tls = new TlsAcceptor(this.server, settings, settings.certificate);
    this.security = settings.security;
    this.user = settings.user;
    this.password = settings.password;
    this.mail = new MailStore(settings.mailboxes);
    this.#watch = settings.watch;
    this.#port = settings.port ?? 0;
  }

  /** Stays the same when it is stopped and started again. */
  get port(): number {
    return this.#port;
  }

  /** Also after {@link ImapServer.stop}, on the same port. Rejects when that is taken. */
  async start(): Promise<void> {
    this.server.listen(this.#port, HOST);
    await once(this.server, 'listening');
    this.#port = (this.server.address() as AddressInfo).port;
  }

  /** Ends all connections and stops listening; resolves when nothing of them is left. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Serves one TCP connection from accept to end. */
  async #serve(raw: Socket): Promise<void> {
    this.#sockets.add(raw);
    // Its end is what counts; an error nobody listens to would end the program.
    raw.on('error', () => {
      raw.destroy();
    });
    raw.on('close', () => {
      this.#sockets.delete(raw);
    });
    const onlooker = this.#watch?.(raw) ?? null;
    const isInstead = async (step: Step, stream: Duplex): Promise<boolean> => {
      const instead = (await onlooker?.instead(step, stream, '*')) ?? null;
      if (instead !== null) finish(stream, raw, instead);
      return instead !== null;
    };
    if (await isInstead('accept', raw)) return;
    if (this.security === 'starttls') {
      const end = await this.#converse(raw, 'plain', onlooker);
      if (end !== 'starttls') {
        finish(raw, raw, end);
        return;
      }
    }
    if (await isInstead('handshake', raw)) return;
    const secured = await this.tls.handshake(raw, (seen) => onlooker?.onHandshake(seen));
    if (secured === null || (await isInstead('secured', secured))) return;
    const layer = this.security === 'tls' ? 'tls' : 'tls-after-starttls';
    finish(secured, raw, await this.#converse(secured, layer, onlooker));
  }

  /** Answers IMAP on `stream` until the end. */
  #converse(stream: Duplex, layer: Layer, onlooker: Onlooker | null): Promise<SessionEnd> {
    const { mail } = this;
    const software = 'Reprise demo server';
    const accepts = (user: string, password: string): boolean =>
      user === this.user && password === this.password;
    const options = { commands, mail, software, accepts, layer, onlooker };
    return new ImapSession(stream, options).serve();
  }
}

function finish(stream: Duplex, raw: Socket, end: Instead): void {
  if (end === 'hang') {
    // Read on, so that the client's own end is seen.
    stream.resume();
  } else if (end === 'reset') {
    raw.resetAndDestroy();
  } else {
    // What was written still goes out, but nothing waits for the client to end its side.
    stream.end(() => {
      raw.destroySoon();
    });
  }
}
