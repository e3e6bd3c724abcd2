/** Off means off, for real handshakes at every stage. */
import { expect, it } from 'vitest';
import { startImapServer } from '../../electron/core/demo/testing/index.ts';
import { connectOnce } from '../../electron/core/tls/testing/connect-once.ts';
import { SessionCache, type TransportEvent } from '../../electron/core/tls/index.ts';
import { times } from '../fixtures/program/length.ts';

const ROUNDS = times(50, 200);
const IN_FLIGHT = 20;

it(`leaves nothing in the cache of an account switched off during 20 handshakes, ${ROUNDS} times of ${ROUNDS}`, async () => {
  await using server = await startImapServer();
  const cache = new SessionCache();
  const target = { cache, port: server.port, trust: { kind: 'ca', pem: server.caPem } } as const;
  let clean = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    // Later each time: from the first ClientHello until the tickets of the last are there.
    const turnsOffAt = Math.ceil(((round + 1) / ROUNDS) * IN_FLIGHT * 3);
    let events = 0;
    const onEvent = (event: TransportEvent): void => {
      const counts =
        event.kind === 'handshake' ||
        event.kind === 'first-line' ||
        (event.kind === 'phase' && event.phase === 'tls');
      if (counts && (events += 1) === turnsOffAt) cache.setEnabled('alice', false);
    };
    const connections = await Promise.all(
      Array.from({ length: IN_FLIGHT }, () => connectOnce({ ...target, onEvent })),
    );
    await Promise.all(connections.map((connection) => connection.close()));
    expect(events).toBe(IN_FLIGHT * 3);
    if (cache.held().length === 0 && cache.size.bytes === 0) clean += 1;
    cache.setEnabled('alice', true);
  }
  expect(clean).toBe(ROUNDS);
}, 120_000);
