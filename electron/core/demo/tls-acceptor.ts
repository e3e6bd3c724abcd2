/** The TLS side of a demo server. */
import { constants, randomBytes } from 'node:crypto';
import type { Server, Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { TlsProtocol } from '../../../shared/model.ts';
import type { ServerCertificate } from './certificates.ts';
import { hookTicketKeys, ticketKeysOf, type TicketKey } from './ticket-key-hook.ts';

/** What a server does about sessions. */
export type SessionMode =
  /** Issues tickets and takes them up. */
  | 'tickets'
  /** Issues session IDs and remembers the sessions; TLS 1.2 only. */
  | 'session-ids'
  /** Issues tickets under a key that it throws away: takes none up. */
  | 'fresh-key'
  /** Issues neither tickets nor session IDs. */
  | 'none';

/** How a server does TLS. */
export interface TlsSettings {
  readonly protocol: TlsProtocol | 'any';
  readonly sessions: SessionMode;
  /** A new ticket with each resumption, as Dovecot does (default) and Postfix does not. */
  readonly renewTickets?: boolean;
  /** The lifetime that tickets state; else it is the TLS library's (7200 in OpenSSL). */
  readonly lifetimeSeconds?: number;
}

/** How many sessions are remembered: a day of demo, or any bench. */
const MAX_SESSIONS = 20_000;

/** Makes the handshakes of one server. */
export class TlsAcceptor {
  readonly #server: Server;
  readonly #settings: TlsSettings;
  readonly #sessions = new Map<string, Buffer>();
  #certificate: ServerCertificate;
  #ticketKey = createTicketKey();
  #context: SecureContext;

  /** @param server raises `newSession` and `resumeSession` for its TLS sockets */
  constructor(server: Server, settings: TlsSettings, certificate: ServerCertificate) {
    this.#server = server;
    this.#settings = settings;
    this.#certificate = certificate;
    this.#context = this.#createContext();
    if (settings.sessions === 'session-ids') this.#keepSessions();
  }

  /** What was issued until now cannot be resumed any more. */
  forgetSessions(): void {
    this.#sessions.clear();
    this.#ticketKey = createTicketKey();
    this.#context = this.#createContext();
  }

  /** Later handshakes show this certificate; sessions stay good. */
  setCertificate(certificate: ServerCertificate): void {
    this.#certificate = certificate;
    this.#context = this.#createContext();
  }

  /**
   * Makes the handshake; `null` when it failed, and the connection is closed then.
   *
   * @param tell hears of it at once, before the end of the connection is seen
   */
  handshake(
    raw: Socket,
    tell: (secured: TLSSocket | null) => void = () => undefined,
  ): Promise<TLSSocket | null> {
    if (this.#settings.sessions === 'fresh-key') this.forgetSessions();
    const socket = new TLSSocket(raw, {
      isServer: true,
      server: this.#server,
      secureContext: this.#context,
    });
    // What breaks the connection is seen by its end; an error nobody listens to ends the program.
    socket.on('error', () => {
      socket.destroy();
    });
    return new Promise((resolve) => {
      const failed = (): void => {
        tell(null);
        resolve(null);
      };
      socket.once('close', failed);
      socket.once('secure', () => {
        socket.off('close', failed);
        tell(socket);
        resolve(socket);
      });
    });
  }

  /** Nothing in it changes later: changes make a new one. */
  #createContext(): SecureContext {
    const { protocol, sessions, lifetimeSeconds, renewTickets = true } = this.#settings;
    const context = createSecureContext({
      cert: this.#certificate.certPem,
      key: this.#certificate.keyPem,
      minVersion: protocol === 'any' ? 'TLSv1.2' : protocol,
      maxVersion: protocol === 'any' ? 'TLSv1.3' : protocol,
      // Without a session ID context OpenSSL refuses the very sessions that it issued.
      sessionIdContext: 'reprise-demo',
      ticketKeys: ticketKeysOf(this.#ticketKey),
      ...(sessions === 'session-ids' ? { secureOptions: constants.SSL_OP_NO_TICKET } : {}),
      ...(lifetimeSeconds === undefined ? {} : { sessionTimeout: lifetimeSeconds }),
    });
    // Without the hook nothing is renewed, and 'none' acts as 'fresh-key'.
    if (sessions !== 'session-ids') {
      const rules = { issues: sessions !== 'none', renews: renewTickets };
      hookTicketKeys(context, rules, this.#ticketKey);
    }
    return context;
  }

  /** TLS 1.2 session IDs: the events are those of `tls.Server`, raised on the server given. */
  #keepSessions(): void {
    this.#server.on('newSession', (id: Buffer, session: Buffer, done: () => void) => {
      this.#sessions.set(id.toString('hex'), session);
      const [oldest] = this.#sessions.keys();
      if (this.#sessions.size > MAX_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
      done();
    });
    this.#server.on(
      'resumeSession',
      (id: Buffer, found: (error: null, session: Buffer | null) => void) => {
        found(null, this.#sessions.get(id.toString('hex')) ?? null);
      },
    );
  }
}

function createTicketKey(): TicketKey {
  return { name: randomBytes(16), hmac: randomBytes(16), aes: randomBytes(16) };
}
