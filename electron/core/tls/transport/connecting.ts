/**
 * One connection on its way to TLS: it is dialled or given, waits for a session where that pays,
 * offers it, and reports what became of it. Implicit TLS and STARTTLS are the same from the
 * connected socket on, and so are imapflow's transport and {@link connectTls}.
 */
import { addAbortListener, EventEmitter } from 'node:events';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import {
  asksForCertificate,
  certificateFacts,
  certificatePem,
  peerCertificate,
  sentCertificates,
} from '../certificate.ts';
import type { HandshakeSessions } from '../cache/handshake-sessions.ts';
import type { SessionCache } from '../cache/session-cache.ts';
import type {
  FailedOutcome,
  Handshake,
  HandshakeEnd,
  Reuse,
  TlsProtocol,
  TransportEvent,
} from '../facts.ts';
import { peerName, type Peer } from '../peer.ts';
import { withoutZone } from '../server-name.ts';
import { readTicket } from '../session-format.ts';
import { trustAnchor, type TrustAnchor } from '../trust.ts';
import { dialStraight, type Address, type Dial } from './dialling.ts';
import { onSilence, SILENCE_MS, type After } from './silence.ts';

/** How a connection is made, and who hears of it. */
export interface ConnectOptions {
  /** Who makes this connection, such as its mailbox: said of the sessions that it brings. */
  readonly connection?: string;
  /**
   * `false` where the attempt before failed with `sessionOffered`: this one offers none, tells by its
   * own end what broke that one, and keeps what it brings.
   */
  readonly offers?: boolean;
  /**
   * Aborted by who finds that TLS takes too long, or what comes first over it, right before the
   * connection is closed. A session that was offered may be why then; any other closing says nothing
   * about it.
   */
  readonly tookTooLong?: AbortSignal;
  /** Hears what happens, in order; see {@link TransportEvent}. */
  readonly onEvent?: (event: TransportEvent) => void;
  /** Resolves the host's name in place of the system's resolver. */
  readonly lookup?: LookupFunction;
  /** Connects in place of a TCP connection straight to the server, which alone asks `lookup`. */
  readonly dial?: Dial;
  /** Measures the silence after a session was offered, in place of the machine's own timers. */
  readonly after?: After;
}

/**
 * A connection that brings more sessions than this is ended: servers send one to four with a handshake,
 * and seldom another one later. Each is read, kept and told of, which a server that sends thousands
 * would have others wait for.
 */
export const MAX_TICKETS = 100;

/** A handshake that ended well. */
export interface GoodEnd extends HandshakeEnd {
  readonly outcome: Reuse;
  readonly handshake: Handshake;
}

/** One that did not, or never began. */
export interface FailedEnd extends HandshakeEnd {
  readonly outcome: FailedOutcome;
}

/** Who goes on with the connection; one of the two is called, once. */
export interface ConnectingListener {
  /** TLS is there and the server is who it should be. */
  secured(socket: TLSSocket, end: GoodEnd): void;
  /** It is not to be; what is open still is to be closed. */
  failed(end: FailedEnd): void;
}

/** Bytes on the wire, both ways. */
interface Traffic {
  readonly sent: number;
  readonly received: number;
}

export class Connecting {
  readonly #peer: Peer;
  readonly #anchor: TrustAnchor;
  readonly #cache: SessionCache;
  /** Of the connection's first moment on its way: what its account is told afterwards holds for it. */
  #sessions: HandshakeSessions;
  readonly #options: ConnectOptions;
  readonly #listener: ConnectingListener;
  #address: string | null = null;
  /** Before the ClientHello; `null` until then. */
  #before: Traffic | null = null;
  #raw: Socket | null = null;
  /** What the server showed in a full handshake, trusted or not. */
  #shown: DetailedPeerCertificate | null = null;
  #asksForCertificate = false;
  #abort: Disposable | null = null;
  /** Aborted when it is over. */
  readonly #dialling = new AbortController();
  /** Runs while a session is offered and TLS is not there yet. */
  #silence: ReturnType<After> | null = null;
  #isOver = false;

  /** @throws Error with the code {@link UNREADABLE_TRUST} or {@link UNUSABLE_NAME} */
  constructor(
    cache: SessionCache,
    peer: Peer,
    options: ConnectOptions,
    listener: ConnectingListener,
  ) {
    this.#peer = peer;
    this.#anchor = trustAnchor(peer.trust);
    this.#cache = cache;
    this.#options = options;
    this.#listener = listener;
    this.#sessions = this.#begin(peer);
  }

  #begin(peer: Peer): HandshakeSessions {
    const { connection = null, offers = true } = this.#options;
    return this.#cache.begin(peer, connection, offers);
  }

  /**
   * Connects to where the peer is found; the socket is not secured yet.
   *
   * @param connected has the socket once it stands
   * @returns the socket that is about to be it; `null` where that is not known yet
   * @throws Error with the code {@link UNUSABLE_NAME}
   */
  dial(to: Address, connected: (raw: Socket) => void): Socket | null {
    const { dial, lookup } = this.#options;
    if (dial !== undefined) {
      void this.#dialBy(dial, to, connected);
      return null;
    }
    const raw = dialStraight(to, lookup, this.#hears);
    this.take(raw);
    raw.once('connect', () => {
      connected(raw);
    });
    return raw;
  }

  async #dialBy(dial: Dial, to: Address, connected: (raw: Socket) => void): Promise<void> {
    this.#boundTime();
    try {
      const { socket, via } = await dial(to, { signal: this.#dialling.signal, ...this.#hears });
      if (this.#isOver) {
        socket.destroy();
        return;
      }
      // Only now is it known which way it goes: sessions of another one are none of its own.
      this.#sessions = this.#begin({ ...this.#peer, via });
      this.take(socket);
      connected(socket);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  readonly #hears = {
    phase: (phase: 'dns' | 'tcp' | 'proxy', at: number): void => {
      if (!this.#isOver) this.#emit({ kind: 'phase', phase, at });
    },
    tries: (address: string): void => {
      this.#address = address;
    },
  };

  /** Nobody waits for it any more. Once there is a socket, closing that says so. */
  giveUp(): void {
    if (this.#raw === null) this.#fail(new GivenUp());
  }

  /** This is the socket that the connection goes over, connected or about to be. */
  take(raw: Socket): void {
    this.#raw = raw;
    // Through a proxy, the far end of the socket is the proxy's.
    if (this.#options.dial === undefined) this.#address ??= raw.remoteAddress ?? null;
    let failure: Error | null = null;
    raw.once('error', (error) => (failure = error));
    raw.once('close', () => {
      this.#fail(failure ?? new GivenUp());
    });
    this.#boundTime();
  }

  #boundTime(): void {
    const { tookTooLong } = this.#options;
    if (tookTooLong === undefined || this.#abort !== null) return;
    this.#abort = addAbortListener(tookTooLong, () => {
      this.#fail(new TookTooLong());
    });
  }

  /** STARTTLS: the connection stands, and is spoken over in the clear first. */
  inTheClear(): void {
    this.#emit({ kind: 'phase', phase: 'starttls', at: performance.now() });
  }

  /** Runs the handshake over the connected socket. */
  secure(): void {
    this.#handshake().catch((error: unknown) => {
      // What tls.connect itself refuses, such as a name it cannot use.
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    });
  }

  async #handshake(): Promise<void> {
    const raw = this.#raw;
    if (raw === null) throw new Error('There is no connection to secure.');
    if (this.#isOver) return;
    const tickets = this.#sessions.ready();
    if (tickets !== null) {
      this.#emit({ kind: 'phase', phase: 'wait', at: performance.now() });
      await tickets;
      // It took too long meanwhile, or was closed.
      if (this.#isOver) return;
    }
    if (raw.destroyed) {
      this.#fail(new GivenUp());
      return;
    }
    const offer = this.#sessions.take();
    const name = withoutZone(peerName(this.#peer));
    this.#before = { sent: raw.bytesWritten, received: raw.bytesRead };
    this.#emit({ kind: 'phase', phase: 'tls', at: performance.now() });
    const socket = connect({
      socket: raw,
      host: name,
      // Of an IP address there is no SNI: the certificate is checked against the host then.
      ...(isIP(name) === 0 ? { servername: name } : {}),
      secureContext: this.#anchor.context,
      checkServerIdentity: this.#anchor.checkIdentity,
      // Said, because the environment variable NODE_TLS_REJECT_UNAUTHORIZED decides else.
      rejectUnauthorized: true,
      ...(offer.kind === 'session' ? { session: offer.bytes } : {}),
    });
    this.#listen(socket, offer.kind === 'session' ? offer.bytes : null);
    if (offer.kind !== 'session') return;
    this.#silence = onSilence(raw, () => this.#fail(silence()), this.#options.after);
  }

  #listen(socket: TLSSocket, offered: Buffer | null): void {
    // Nobody here has a use for it, and Node gives a session before it judges the new certificate.
    socket.disableRenegotiation();
    let received = 0;
    const keep = (session: Buffer): void => {
      received += 1;
      if (received > MAX_TICKETS + 1) return;
      this.#emit({ kind: 'ticket', received });
      if (received > MAX_TICKETS) {
        socket.destroy(tooManyTickets());
        return;
      }
      const protocol = tlsProtocol(socket) ?? 'TLSv1.2';
      this.#sessions.store(session, {
        protocol,
        hasTicket: () => socket.getTLSTicket() !== undefined,
      });
    };
    // From the start: under TLS 1.2 the session is given in the same turn as secureConnect.
    socket.on('session', keep);
    const look = (): void => {
      this.#asksForCertificate ||= asksForCertificate(socket);
      this.#shown ??= socket.isSessionReused() ? null : peerCertificate(socket);
    };
    // Before Node's own listener, which destroys the socket when it does not trust the certificate.
    socket.prependOnceListener('secure', look);
    const onError = (error: Error): void => {
      this.#asksForCertificate ||= asksForCertificate(socket);
      this.#fail(error);
    };
    socket.once('error', onError);
    socket.once('close', () => {
      this.#fail(new GivenUp());
      this.#sessions.done();
    });
    socket.once('secureConnect', () => {
      // Not everywhere does 'secure' come first.
      look();
      socket.off('error', onError);
      // Now, since whoever gets the socket may close it.
      const renewed = renewedSession(socket, offered);
      this.#succeed(socket);
      if (renewed === null) return;
      // BoringSSL tells of it as of any other, in this turn.
      process.nextTick(() => {
        if (received === 0) keep(renewed);
      });
    });
  }

  #succeed(socket: TLSSocket): void {
    if (this.#isOver) return;
    this.#end();
    const end = this.#endOf(socket);
    this.#emit({ kind: 'handshake', ...end, at: performance.now() });
    this.#emit({ kind: 'phase', phase: 'greeting', at: performance.now() });
    const { tookTooLong } = this.#options;
    // Node 22 has no DisposableStack.
    const heardOf = (): void => {
      socket.off('end', hungUp).off('error', hungUp);
      late?.[Symbol.dispose]();
    };
    const hungUp = (): void => {
      heardOf();
      this.#sessions.hungUp();
    };
    socket.on('end', hungUp).on('error', hungUp);
    const late = tookTooLong === undefined ? null : addAbortListener(tookTooLong, hungUp);
    const onData = (): void => {
      socket.off('data', onData);
      heardOf();
      this.#sessions.heard();
      this.#emit({ kind: 'first-line', at: performance.now(), ...this.#traffic() });
      // Tickets come with or before the first line; Node gives them in the turn after it.
      this.#sessions.doneSoon();
    };
    // Not the stream's own method, which would make it flow: whoever reads it says when.
    EventEmitter.prototype.on.call(socket, 'data', onData);
    this.#listener.secured(socket, end);
  }

  #fail(error: Error): void {
    if (this.#isOver) return;
    this.#end();
    const shown = this.#shown;
    const sessionOffered = this.#sessions.failed(causeOf(error, shown !== null));
    const end: FailedEnd = {
      outcome: {
        kind: 'failed',
        error,
        sessionOffered,
        answered: this.#before !== null && this.#traffic().receivedBytes > 0,
        shownPem: shown === null ? null : certificatePem(shown),
      },
      address: this.#address,
      handshake:
        shown === null
          ? null
          : {
              protocol: null,
              cipher: null,
              group: null,
              certificate: certificateFacts(shown, Date.now()),
              descent: null,
            },
      hangsOn: [],
      asksForCertificate: this.#asksForCertificate,
    };
    this.#emit({ kind: 'handshake', ...end, at: performance.now() });
    this.#listener.failed(end);
  }

  #end(): void {
    this.#isOver = true;
    this.#dialling.abort();
    this.#abort?.[Symbol.dispose]();
    this.#silence?.cancel();
  }

  #emit(event: TransportEvent): void {
    this.#options.onEvent?.(event);
  }

  /** Since the ClientHello. */
  #traffic(): { sentBytes: number; receivedBytes: number } {
    const { sent, received } = this.#before ?? { sent: 0, received: 0 };
    return {
      sentBytes: (this.#raw?.bytesWritten ?? 0) - sent,
      receivedBytes: (this.#raw?.bytesRead ?? 0) - received,
    };
  }

  #endOf(socket: TLSSocket): GoodEnd {
    const protocol = tlsProtocol(socket);
    const resumed = socket.isSessionReused();
    const shown = this.#shown;
    const outcome = this.#sessions.verified(
      resumed
        ? { resumed }
        : {
            resumed,
            certificate: shown,
            sent: () => (shown === null ? [] : sentCertificates(socket, shown)),
          },
    );
    // A resumed handshake under TLS 1.2 exchanges no key: what Node names then is the old one's.
    const hasGroup = !resumed || protocol === 'TLSv1.3';
    const key = socket.getEphemeralKeyInfo();
    return {
      outcome,
      address: this.#address,
      handshake: {
        protocol,
        cipher: socket.getCipher().standardName,
        group: hasGroup && key !== null && 'name' in key ? (key.name ?? null) : null,
        certificate: this.#sessions.certificate,
        descent: this.#sessions.descent,
      },
      hangsOn: this.#sessions.hangsOn,
      asksForCertificate: this.#asksForCertificate,
    };
  }
}

/** A resumption under TLS 1.2 brought another ticket, of which OpenSSL does not tell. */
function renewedSession(socket: TLSSocket, offered: Buffer | null): Buffer | null {
  if (offered === null || !socket.isSessionReused() || tlsProtocol(socket) !== 'TLSv1.2')
    return null;
  const session = socket.getSession() ?? null;
  const ticket = session && readTicket(session);
  // The one that was offered is no younger for being taken up.
  return ticket === null || readTicket(offered)?.equals(ticket) === true ? null : session;
}

/** It was given up while it was under way. */
class TookTooLong extends Error {
  constructor() {
    super('TLS took too long.');
  }
}

function tooManyTickets(): Error {
  return Object.assign(new Error(`The server sent more than ${MAX_TICKETS} TLS sessions.`), {
    code: 'TOO_MANY_TICKETS',
  });
}

/** A session was offered, and nothing comes any more. */
function silence(): Error {
  return Object.assign(new Error('The server said nothing after a session was offered.'), {
    code: 'ETIMEDOUT',
    limitMs: SILENCE_MS,
  });
}

/** It was closed on this side before TLS was there: whatever the server does is told as an error. */
class GivenUp extends Error {
  readonly code = 'ECONNRESET';

  constructor() {
    super('The connection was closed before TLS was established.');
  }
}

function tlsProtocol(socket: TLSSocket): TlsProtocol | null {
  const protocol = socket.getProtocol();
  return protocol === 'TLSv1.2' || protocol === 'TLSv1.3' ? protocol : null;
}

const NETWORK_ERRORS = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENETRESET',
  'EADDRNOTAVAIL',
]);

/** What a handshake failed of, for the session that was offered in it. */
function causeOf(error: Error, wasShown: boolean): Parameters<HandshakeSessions['failed']>[0] {
  if (error instanceof GivenUp) return 'given-up';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const isVerdict = wasShown && !(error instanceof TookTooLong) && !NETWORK_ERRORS.has(code);
  return isVerdict ? 'certificate' : 'broke-off';
}
