/** Connections without an IMAP client: TLS, the greeting, and an end in order. */
import type { Duplex } from 'node:stream';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import {
  createReuseTransport,
  type SessionCache,
  type TlsHandshake,
  type TlsTrust,
} from '../../electron/core/tls/index.ts';
import type { Dovecot } from '../fixtures/dovecot.ts';

/** What one connection came to. */
export interface Dialled {
  readonly resumed: boolean;
  /** From the ClientHello until the greeting. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/** Certificates of the fixture are for this name. */
export const SERVERNAME = 'localhost';

/** Through our transport. */
export async function dialTransport(
  server: Dovecot,
  cache: SessionCache,
  trust: TlsTrust,
): Promise<Dialled> {
  let handshake: TlsHandshake | null = null;
  let bytes = { sentBytes: 0, receivedBytes: 0 };
  const transport = createReuseTransport({
    cache,
    account: 'bench',
    trust,
    onEvent: (event) => {
      if (event.kind === 'handshake') handshake = event.handshake;
      if (event.kind === 'first-line') bytes = event;
    },
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket: Duplex = transport.connect(
    { host: server.host, port: server.tlsPort, servername: SERVERNAME, secure: true },
    () => {
      leave(socket, resolve);
    },
  );
  socket.once('error', reject);
  await promise;
  // Set by the callback above, which the compiler does not follow.
  const { outcome } = handshake as unknown as TlsHandshake;
  return {
    resumed: outcome.kind === 'resumed',
    sentBytes: bytes.sentBytes,
    receivedBytes: bytes.receivedBytes,
  };
}

/** What `https.Agent` keeps: the latest session of each server, offered again and again. */
export interface LatestSession {
  session: Buffer | null;
}

/** With bare `tls.connect`, and a TCP connection of its own as the transport's is. */
export async function dialBare(
  server: Dovecot,
  latest: LatestSession,
  secureContext: SecureContext,
): Promise<Dialled> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const raw = connectTcp({ host: server.host, port: server.tlsPort });
  const socket = connectTls({
    socket: raw,
    servername: SERVERNAME,
    secureContext,
    ...(latest.session === null ? {} : { session: latest.session }),
  });
  let received = 0;
  let sent = 0;
  socket.on('session', (session) => {
    latest.session = session;
  });
  socket.once('data', () => {
    received = raw.bytesRead;
    sent = raw.bytesWritten;
  });
  socket.once('error', reject);
  let resumed = false;
  socket.once('secureConnect', () => {
    resumed = socket.isSessionReused();
    leave(socket, resolve);
  });
  await promise;
  return { resumed, sentBytes: sent, receivedBytes: received };
}

/** Reads the greeting, says goodbye, and waits until the server has closed. */
function leave(socket: Duplex | Socket, done: () => void): void {
  socket.once('data', () => {
    socket.write('a LOGOUT\r\n');
  });
  socket.once('close', done);
}
