import { assert, asyncProperty } from 'fast-check';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { connectTls } from '../transport/connect-tls.ts';
import { goodUntil, makePki, pkis } from '../testing/pki.ts';
import { SessionCache } from './session-cache.ts';
import { serve, verifiedLater } from '../testing/verified-later.ts';

const HOUR_MS = 3_600_000;

/** Of these some verify; `npm run soak -- --pkis N` tries more. */
const PLANS = 80;

it('whatever resumes would pass a full handshake at that moment, under any certificates', async () => {
  let verified = 0;
  await assert(
    asyncProperty(pkis, async (plan) => {
      const { isVerified, wrongAt } = await verifiedLater(plan);
      if (isVerified) verified += 1;
      expect(wrongAt).toEqual([]);
    }),
    { numRuns: PLANS },
  );
  expect(verified).toBeGreaterThan(PLANS / 5);
});

it('of a chain in no order all dates are known, and its socket shows its certificate as ever', async () => {
  const pki = await makePki({
    leaf: goodUntil(100, 'localhost', 'Below'),
    // Node shows the last one, and none of those before.
    sent: [
      goodUntil(100, 'Root', 'Root'),
      goodUntil(3, 'Between', 'Root'),
      goodUntil(100, 'Below', 'Between'),
    ],
    trusted: null,
  });
  await using server = await serve(pki);
  let now = Date.now();
  const cache = new SessionCache({ now: () => now });
  const peer = {
    account: 'alice',
    name: 'localhost',
    port: server.port,
    security: 'tls',
    trust: pki.trust,
  } as const;
  const visit = async () => {
    const { socket, outcome } = await connectTls(cache, peer, {
      host: '127.0.0.1',
      port: server.port,
    });
    await once(socket, 'data');
    socket.destroy();
    return { outcome, subject: socket.getPeerX509Certificate()?.subject };
  };
  expect(await visit()).toMatchObject({ outcome: { kind: 'full' }, subject: 'CN=localhost' });
  now += 2 * HOUR_MS;
  expect((await visit()).outcome).toMatchObject({ kind: 'resumed' });
  now += HOUR_MS;
  expect((await visit()).outcome).toEqual({ kind: 'full', reason: 'expired' });
});
