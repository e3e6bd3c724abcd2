/** The cache alone: what taking and putting a session costs with few and with many peers. */
import { SessionCache, type Peer } from '../../electron/core/tls/index.ts';
import type { PeerCertificate } from 'node:tls';
import { rowOf, type Row, type Sample } from './row.ts';

const PEERS = [10, 1_000, 10_000] as const;
const OPERATIONS = 20_000;
const RUNS = 5;

/** @param session a real one, so that reading it costs what it costs */
export function benchCache(session: Buffer, certificate: PeerCertificate): Row[] {
  const samples = new Map<number, Sample[]>();
  for (let run = 0; run < RUNS; run += 1) {
    const fewest = nanosecondsEach(PEERS[0], session, certificate);
    for (const peers of PEERS) {
      const value = peers === PEERS[0] ? fewest : nanosecondsEach(peers, session, certificate);
      samples.set(peers, [...(samples.get(peers) ?? []), { value, baseline: fewest }]);
    }
  }
  return PEERS.map((peers) =>
    rowOf(
      `cache-${peers}`,
      `one take and one put at ${peers} peers, against ${PEERS[0]} peers`,
      'ns',
      samples.get(peers) ?? [],
    ),
  );
}

function nanosecondsEach(count: number, session: Buffer, certificate: PeerCertificate): number {
  const cache = new SessionCache({ limits: { peers: count } });
  const peers = Array.from({ length: count }, (_, index): Peer => ({
    account: 'bench',
    name: `n${index}.example`,
    port: 993,
    security: 'tls',
    trust: { kind: 'system' },
  }));
  const cycle = (peer: Peer): void => {
    const handshake = cache.begin(peer);
    handshake.take();
    handshake.verified({ resumed: false, certificate });
    handshake.store(session, { protocol: 'TLSv1.2', hasTicket: () => true });
  };
  for (const peer of peers) cycle(peer);
  const startedAt = process.hrtime.bigint();
  for (let operation = 0; operation < OPERATIONS; operation += 1) {
    // A prime step: neighbours in time are not neighbours in the map.
    const peer = peers[(operation * 7919) % count];
    if (peer !== undefined) cycle(peer);
  }
  return Number(process.hrtime.bigint() - startedAt) / OPERATIONS;
}
