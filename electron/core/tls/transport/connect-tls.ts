/** The plain door: `tls.connect` with sessions reused. */
import { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { SessionCache } from '../cache/session-cache.ts';
import type { CertificateFacts, FailedOutcome } from '../facts.ts';
import type { Peer } from '../peer.ts';
import { Connecting, type ConnectOptions, type FailedEnd, type GoodEnd } from './connecting.ts';
import type { Address } from './dialling.ts';

/**
 * A connection that TLS protects, to the server that it should be; and its handshake, whose `outcome`
 * says what became of the session that was offered, or why none was.
 */
export interface Secured extends GoodEnd {
  /** Node's own. Nothing has been read from it; it flows once somebody listens or reads. */
  readonly socket: TLSSocket;
}

/** TLS did not come about. */
export class ConnectTlsError extends Error {
  override readonly name = 'ConnectTlsError';
  /** Of the cause, such as `ECONNREFUSED` or `CERT_HAS_EXPIRED`; `null` where it has none. */
  readonly code: string | null;
  readonly outcome: FailedOutcome;
  /** What the server showed, if it did: trusted or not. */
  readonly certificate: CertificateFacts | null;

  constructor({ outcome, handshake }: FailedEnd) {
    const { error } = outcome;
    super(error.message, { cause: error });
    this.code = 'code' in error && typeof error.code === 'string' ? error.code : null;
    this.outcome = outcome;
    this.certificate = handshake?.certificate ?? null;
  }
}

/**
 * Connects to `peer` by TLS, offers at most one session by the cache's rules, and stores those that
 * come, for as long as the connection lives. The server is always verified; there is no option to
 * leave that out.
 *
 * Given an address, it is dialled; a handshake that may have broken over the session that was
 * offered is tried once more without, on a new connection. Given a connected socket, as after
 * STARTTLS, the handshake runs over that, and who made it tries again, with `offers: false`, where
 * the error's `outcome.sessionOffered` says so.
 *
 * It takes as long as it takes: bound it by `tookTooLong: AbortSignal.timeout(ms)`.
 *
 * @throws ConnectTlsError where TLS does not come about; what was opened is closed then
 * @throws Error with the code {@link UNREADABLE_TRUST} or {@link UNUSABLE_NAME}
 */
export async function connectTls(
  cache: SessionCache,
  peer: Peer,
  socketOrAddress: Socket | Address,
  options: ConnectOptions = {},
): Promise<Secured> {
  try {
    return await once(cache, peer, socketOrAddress, options);
  } catch (error) {
    const isWorthRepeating =
      !(socketOrAddress instanceof Socket) &&
      error instanceof ConnectTlsError &&
      error.outcome.sessionOffered &&
      options.tookTooLong?.aborted !== true;
    if (!isWorthRepeating) throw error;
    return once(cache, peer, socketOrAddress, { ...options, offers: false });
  }
}

function once(
  cache: SessionCache,
  peer: Peer,
  to: Socket | Address,
  options: ConnectOptions,
): Promise<Secured> {
  const { promise, resolve, reject } = Promise.withResolvers<Secured>();
  let raw: Socket | null = null;
  const connecting = new Connecting(cache, peer, options, {
    secured: (socket, end) => {
      // Whoever waits has a listener by the next turn; until then an error is no crash.
      socket.on('error', unheard);
      setImmediate(() => socket.off('error', unheard));
      resolve({ socket, ...end });
    },
    failed: (end) => {
      raw?.destroy();
      reject(new ConnectTlsError(end));
    },
  });
  if (to instanceof Socket) {
    raw = to;
    connecting.take(raw);
    connecting.secure();
  } else {
    raw = connecting.dial(to, (connected) => {
      raw = connected;
      connecting.secure();
    });
  }
  return promise;
}

/** The socket is destroyed by then, which its user sees. */
function unheard(): void {}
