import type { Server, Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import type { ServerCertificate } from './certificates.ts';
import { type ClientHello, readClientHello } from '../tls-wire/client-hello.ts';
import { type Offer, offersOf, sha256 } from '../tls-wire/offers.ts';
import { readable } from './readable.ts';
import { createServerContext, createTicketKey, type TlsSettings } from './tls-context.ts';

/**
 * What a server saw of its handshakes. A Node client judges the certificate after its part of the
 * handshake: one that leaves over it is `failed` or `full`, whichever is noticed first.
 */
export interface HandshakeCounts {
  readonly full: number;
  readonly resumed: number;
  /** Handshakes whose client offered at least one session. */
  readonly offered: number;
  /** Handshakes that began and did not end well, for whichever side's fault. */
  readonly failed: number;
}

/** How many offers, sessions and session IDs are remembered: a day of demo, or any bench. */
const MAX_REMEMBERED = 20_000;

/**
 * The TLS side of a demo server. It reads each ClientHello itself before TLS sees it, and so knows
 * what was offered, not only what came of it.
 */
export class TlsAcceptor {
  readonly #server: Server;
  readonly #settings: TlsSettings;
  readonly #sessions = new Map<string, Buffer>();
  /** Hashes of the session IDs that were ever issued; they outlive their sessions. */
  readonly #issued = new Set<string>();
  readonly #offers: Offer[] = [];
  readonly #counts = { full: 0, resumed: 0, offered: 0, failed: 0 };
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

  get counts(): HandshakeCounts {
    return { ...this.#counts };
  }

  /** Every session that was offered, oldest first. */
  get offers(): readonly Offer[] {
    return [...this.#offers];
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
   * Waits for the ClientHello and counts what it offers. `null` when the client left before, or
   * sent something else. The bytes are put back for {@link TlsAcceptor.handshake}.
   */
  async clientHello(raw: Socket): Promise<ClientHello | null> {
    let bytes = Buffer.alloc(0);
    while (await readable(raw)) {
      const chunk = raw.read() as Buffer | null;
      if (chunk === null) continue;
      bytes = Buffer.concat([bytes, chunk]);
      const reading = readClientHello(bytes);
      if (reading.kind === 'incomplete') continue;
      raw.unshift(bytes);
      if (reading.kind === 'not-a-client-hello') break;
      this.#countOffers(offersOf(reading.hello, (hash) => this.#issued.has(hash)));
      return reading.hello;
    }
    this.#counts.failed += 1;
    return null;
  }

  /** Makes the handshake; `null` when it failed, and the connection is closed then. */
  handshake(raw: Socket): Promise<TLSSocket | null> {
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
        this.#counts.failed += 1;
        resolve(null);
      };
      socket.once('close', failed);
      socket.once('secure', () => {
        socket.off('close', failed);
        this.#counts[socket.isSessionReused() ? 'resumed' : 'full'] += 1;
        resolve(socket);
      });
    });
  }

  #createContext(): SecureContext {
    return createServerContext(this.#settings, this.#certificate, this.#ticketKey);
  }

  #countOffers(offers: readonly Offer[]): void {
    if (offers.length > 0) this.#counts.offered += 1;
    this.#offers.push(...offers);
    this.#offers.splice(0, this.#offers.length - MAX_REMEMBERED);
  }

  /** TLS 1.2 session IDs: the events are those of `tls.Server`, raised on the server given. */
  #keepSessions(): void {
    this.#server.on('newSession', (id: Buffer, session: Buffer, done: () => void) => {
      remember(this.#sessions, () => this.#sessions.set(id.toString('hex'), session));
      remember(this.#issued, () => this.#issued.add(sha256(id)));
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

/** Adds to a bounded collection: the oldest goes first. */
function remember(kept: Map<string, unknown> | Set<string>, add: () => unknown): void {
  add();
  const [oldest] = kept.keys();
  if (kept.size > MAX_REMEMBERED && oldest !== undefined) kept.delete(oldest);
}
