/**
 * For tests: whether what resumes would pass a full handshake at that moment, for certificates of any
 * plan; judged by the TLS library of this Node itself.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { SessionCache } from '../cache/session-cache.ts';
import { outcomeOf } from './connect-once.ts';
import { datesOf, makePki, type Pki, type PkiPlan } from './pki.ts';

const HOUR_MS = 3_600_000;
/** Nothing in a plan begins or ends at half past. */
const HALF_HOUR = 0.5;

/** What came of a plan. */
export interface Judged {
  /** A full handshake now is accepted. */
  readonly isVerified: boolean;
  /** Until when its session may be offered, in hours from now. */
  readonly resumesForHours: number;
  /** In hours from now: it may be offered then, and a full handshake is refused. */
  readonly wrongAt: readonly number[];
}

/** Tries `plan` now, and at each moment of its session's life after which something is different. */
export async function verifiedLater(plan: PkiPlan): Promise<Judged> {
  const now = Date.now();
  const held: string[] = [];
  const cache = new SessionCache({ now: () => now, onChange: (id) => held.push(id) });
  const isVerified = await isAccepted(plan, 0, cache);
  const [endsAt = now] = held.flatMap((id) => cache.heldForPeer(id)?.endsAt ?? []);
  const resumesForHours = (endsAt - now) / HOUR_MS;
  const moments = [
    ...new Set(datesOf(plan).flatMap((hour) => [hour - HALF_HOUR, hour + HALF_HOUR])),
  ];
  const wrongAt: number[] = [];
  for (const hours of moments) {
    if (hours < 0 || hours >= resumesForHours) continue;
    if (!(await isAccepted(plan, hours, new SessionCache()))) wrongAt.push(hours);
  }
  return { isVerified, resumesForHours, wrongAt };
}

async function isAccepted(plan: PkiPlan, hours: number, cache: SessionCache): Promise<boolean> {
  const pki = await makePki(plan, hours);
  await using server = await serve(pki);
  const { kind } = await outcomeOf({ cache, port: server.port, trust: pki.trust });
  return kind === 'full';
}

/** A server that shows these certificates. */
export async function serve({
  chainPem,
  keyPem,
}: Pki): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer(
    { cert: chainPem, key: keyPem, sessionTimeout: 604_800 },
    (socket) => {
      socket.on('error', () => undefined);
      socket.write('* OK\r\n');
    },
  );
  // Who does not trust the certificate breaks off.
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
