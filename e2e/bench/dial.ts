/** Connections without an IMAP client: TLS and the greeting. */
import type { Duplex } from 'node:stream';
import { connect as connectTls, type SecureContext } from 'node:tls';
import {
  createReuseTransport,
  type SessionCache,
  type TlsTrust,
} from '../../electron/core/tls/index.ts';
import type { Dovecot } from '../fixtures/servers/dovecot.ts';

/** What one connection came to. */
export interface Dialled {
  readonly resumed: boolean;
  /** From the ClientHello until the greeting; 0 where nobody counts. */
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
  let resumed = false;
  let bytes = { sentBytes: 0, receivedBytes: 0 };
  const transport = createReuseTransport({
    cache,
    account: 'bench',
    trust,
    onEvent: (event) => {
      if (event.kind === 'handshake') resumed = event.outcome.kind === 'resumed';
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
  return { resumed, sentBytes: bytes.sentBytes, receivedBytes: bytes.receivedBytes };
}

/** What `https.Agent` keeps: the latest session of each server, offered again and again. */
export interface LatestSession {
  session: Buffer | null;
}

/** With bare `tls.connect`, as a program does it that keeps the latest session. */
export async function dialBare(
  server: Dovecot,
  latest: LatestSession,
  trust: { readonly ca: string } | { readonly secureContext: SecureContext },
): Promise<Dialled> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connectTls({
    host: server.host,
    port: server.tlsPort,
    servername: SERVERNAME,
    ...trust,
    ...(latest.session === null ? {} : { session: latest.session }),
  });
  let resumed = false;
  socket.on('session', (session) => {
    latest.session = session;
  });
  socket.once('error', reject);
  socket.once('secureConnect', () => {
    resumed = socket.isSessionReused();
    leave(socket, resolve);
  });
  await promise;
  return { resumed, sentBytes: 0, receivedBytes: 0 };
}

/** Reads the greeting, and the tickets that came with it, and hangs up. */
function leave(socket: Duplex, done: () => void): void {
  socket.once('data', () => {
    setImmediate(() => {
      socket.destroy();
    });
  });
  socket.once('close', done);
}
