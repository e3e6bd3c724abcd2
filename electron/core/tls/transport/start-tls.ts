/**
 * TLS on a connected socket: waits for a session where that pays, offers it, and reports what
 * became of it. Implicit TLS and STARTTLS are the same from here on.
 */
import { isIP, type Socket } from 'node:net';
import { connect as connectTls, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import type { Handshake, TlsProtocol } from '../facts.ts';
import { certificateFacts, certificatePem, peerCertificate } from '../certificate.ts';
import type { HandshakeEnd, TransportEvent } from './handshake.ts';
import type { LateSocket } from './late-socket.ts';
import type { HandshakeSessions } from '../cache/handshake-sessions.ts';
import type { TrustAnchor } from '../trust.ts';

/** Everything that one TLS handshake needs. */
export interface TlsStart {
  readonly raw: Socket;
  /** Of the server, as far as it is known. */
  readonly address: () => string | null;
  /** Gets the TLS socket when it is secure, and the error when it is not to be. */
  readonly late: LateSocket;
  readonly host: string;
  /** Absent for an IP address: the certificate is then checked against that, without SNI. */
  readonly servername: string | undefined;
  readonly anchor: TrustAnchor;
  /** Of the connection's first moment: what its account is told afterwards holds for it. */
  readonly sessions: HandshakeSessions;
  /** See {@link ReuseTransportOptions.tookTooLong}. */
  readonly tookTooLong: AbortSignal | undefined;
  readonly emit: (event: TransportEvent) => void;
  /** Told once, with `failed` or what became of the session. */
  readonly settle: (end: HandshakeEnd) => void;
  readonly onSecure: () => void;
}

/** The name that the certificate is checked against; case matters to Node, and to no server. */
export function peerName(target: Pick<TlsStart, 'host' | 'servername'>): string {
  return (target.servername ?? target.host).toLowerCase();
}

/** Runs the handshake; every outcome goes to `settle`, every error to `late`. */
export async function startTls(start: TlsStart): Promise<void> {
  const { raw, late, sessions, anchor, emit } = start;
  const name = peerName(start);
  const tickets = sessions.ready();
  if (tickets !== null) {
    emit({ kind: 'phase', phase: 'wait', at: performance.now() });
    await tickets;
  }
  if (raw.destroyed || late.destroyed) {
    sessions.failed('network');
    late.destroy(closedEarly());
    return;
  }
  const offer = sessions.take();
  const bytesBefore = { sent: raw.bytesWritten, received: raw.bytesRead };
  emit({ kind: 'phase', phase: 'tls', at: performance.now() });
  const socket = connectTls({
    socket: raw,
    host: name,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    secureContext: anchor.context,
    checkServerIdentity: anchor.checkIdentity,
    // Said, because the environment variable NODE_TLS_REJECT_UNAUTHORIZED decides else.
    rejectUnauthorized: true,
    ...(offer.kind === 'session' ? { session: offer.bytes } : {}),
  });
  // IMAP has no use for it, and Node gives a session before it judges the new certificate.
  socket.disableRenegotiation();

  let received = 0;
  // From the start: under TLS 1.2 the session is given in the same turn as secureConnect.
  socket.on('session', (session) => {
    received += 1;
    emit({ kind: 'ticket', received });
    const protocol = tlsProtocol(socket) ?? 'TLSv1.2';
    sessions.store(session, { protocol, hasTicket: () => socket.getTLSTicket() !== undefined });
  });
  let shown: DetailedPeerCertificate | null = null;
  // Before Node's own listener, which destroys the socket when it does not trust the certificate.
  socket.prependOnceListener('secure', () => {
    shown = socket.isSessionReused() ? null : peerCertificate(socket);
  });
  let isOver = false;
  const onError = (error: Error): void => {
    if (isOver) return;
    isOver = true;
    const sessionOffered = sessions.failed(causeOf(error, shown !== null));
    start.settle({
      outcome: {
        kind: 'failed',
        error,
        sessionOffered,
        answered: raw.bytesRead > bytesBefore.received,
        shownPem: shown === null ? null : certificatePem(shown),
      },
      address: start.address(),
      handshake:
        shown === null
          ? null
          : { ...nothingSettled, certificate: certificateFacts(shown, Date.now()) },
    });
    late.destroy(error);
  };
  socket.once('error', onError);
  start.tookTooLong?.addEventListener('abort', () => {
    onError(new TookTooLong());
  });
  socket.once('close', () => {
    // Given up on the way, without an error: nobody knows whether the session was the cause.
    if (!isOver) sessions.failed('network');
    isOver = true;
    sessions.done();
  });
  socket.once('secureConnect', () => {
    socket.off('error', onError);
    isOver = true;
    start.settle({ ...verified(socket, sessions, shown), address: start.address() });
    emit({ kind: 'phase', phase: 'greeting', at: performance.now() });
    socket.once('data', () => {
      emit({
        kind: 'first-line',
        at: performance.now(),
        sentBytes: raw.bytesWritten - bytesBefore.sent,
        receivedBytes: raw.bytesRead - bytesBefore.received,
      });
      // Tickets come with or before the first line; Node gives them in the turn after it.
      sessions.doneSoon();
    });
    late.attach(socket);
    start.onSecure();
  });
}

const nothingSettled = {
  protocol: null,
  cipher: null,
  group: null,
  descent: null,
} satisfies Partial<Handshake>;

/** It was given up while TLS was under way. */
class TookTooLong extends Error {
  constructor() {
    super('TLS took too long.');
  }
}

/** The connection ended before TLS was there, and nobody said why. */
export function closedEarly(): Error {
  return Object.assign(new Error('The connection was closed before TLS was established.'), {
    code: 'ECONNRESET',
  });
}

/** A handshake that never came to TLS, or was given up on the way. */
export function failedHandshake(error: Error, address: string | null): HandshakeEnd {
  return {
    outcome: { kind: 'failed', error, sessionOffered: false, answered: false, shownPem: null },
    address,
    handshake: null,
  };
}

function verified(
  socket: TLSSocket,
  sessions: HandshakeSessions,
  shown: DetailedPeerCertificate | null,
): Omit<HandshakeEnd, 'address'> {
  const protocol = tlsProtocol(socket);
  const resumed = socket.isSessionReused();
  // A resumed handshake under TLS 1.2 exchanges no key: what Node names then is the old one's.
  const hasGroup = !resumed || protocol === 'TLSv1.3';
  const key = socket.getEphemeralKeyInfo();
  return {
    outcome: sessions.verified(resumed ? { resumed } : { resumed, certificate: shown }),
    handshake: {
      protocol,
      cipher: socket.getCipher().standardName,
      group: hasGroup && key !== null && 'name' in key ? (key.name ?? null) : null,
      certificate: sessions.certificate,
      descent: sessions.descent,
    },
  };
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
  if (error instanceof TookTooLong) return 'timeout';
  // The way to the server broke, which says nothing about the session.
  if ('code' in error && typeof error.code === 'string' && NETWORK_ERRORS.has(error.code)) {
    return 'network';
  }
  return wasShown ? 'certificate' : 'handshake';
}
