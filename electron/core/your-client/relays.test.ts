import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import type { WatchedConnection } from '../../../shared/your-client.ts';
import { startRawServer } from '../server-check/testing/raw-server.ts';
import { TestClock } from '../testing/clock.ts';
import { Relays, type Digest } from './relays.ts';
import type { WatchPlan } from './watch-plan.ts';

const PROGRAM = { name: 'Reprise', version: '0' } as const;

const owned: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of owned.splice(0)) await one[Symbol.asyncDispose]();
});

/** One process or thread of them. */
function relaysThat(onDigest: (id: string, digest: Digest) => Promise<void>, clock?: TestClock) {
  const relays = new Relays(onDigest, clock);
  owned.push(relays);
  return relays;
}

const silent = (): Promise<void> => Promise.resolve();

const planTo = (port: number, listenPort = 0): WatchPlan => ({
  server: { protocol: 'imap', host: '127.0.0.1', port, security: 'tls' },
  listenAddress: '127.0.0.1',
  listenPort,
  to: null,
});

async function portOf(started: ReturnType<Relays['start']>): Promise<number> {
  const found = await started;
  if (found.kind !== 'listening') throw new Error(found.message);
  return found.listening.port;
}

function dial(port: number): Socket {
  return connect({ host: '127.0.0.1', port }).on('error', () => undefined);
}

const closeOf = (socket: Socket): Promise<unknown> =>
  new Promise((resolve) => socket.once('close', resolve));

async function spare(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const reasons = (connections: readonly WatchedConnection[] = []) =>
  connections.map(({ outcome }) => ('reason' in outcome ? outcome.reason : outcome.kind));

describe.skipIf(process.platform !== 'linux')('pass-throughs that lead to each other', () => {
  test.each(['one process', 'two that know each other by the system alone'])(
    'end early in %s, and say so',
    async (which) => {
      const one = relaysThat(silent);
      const other = which === 'one process' ? one : relaysThat(silent);
      const [first, second] = [await spare(), await spare()];
      await portOf(one.start('a', planTo(second, first), PROGRAM));
      await portOf(other.start('b', planTo(first, second), PROGRAM));
      // It says nothing: no byte tells that it comes back.
      await closeOf(dial(first));
      expect(reasons(one.report('a')?.connections)).toEqual(['loop', 'loop']);
      expect(one.report('a')?.connections[0]?.outcome).toMatchObject({
        text: expect.stringMatching(/leads back here/),
      });
      expect(other.report('b')?.counts.connections).toBe(1);
    },
  );

  test('over a third are told too, and two in a row are none', async () => {
    const [one, two, three] = [relaysThat(silent), relaysThat(silent), relaysThat(silent)];
    const [first, second, third] = [await spare(), await spare(), await spare()];
    await portOf(one.start('a', planTo(second, first), PROGRAM));
    await portOf(two.start('b', planTo(third, second), PROGRAM));
    await portOf(three.start('c', planTo(first, third), PROGRAM));
    await closeOf(dial(first));
    expect(reasons(one.report('a')?.connections)).toEqual(['loop', 'loop']);

    const server = await startRawServer((socket) => socket.end('* BYE\r\n'));
    const behind = await portOf(one.start('d', planTo(server.port), PROGRAM));
    const before = await portOf(two.start('e', planTo(behind), PROGRAM));
    const client = dial(before);
    const [line] = (await once(client, 'data')) as [Buffer];
    expect(String(line)).toBe('* BYE\r\n');
    client.end();
    await closeOf(client);
    expect(reasons(two.report('e')?.connections)).not.toContain('loop');
  });
});

describe('a flood', () => {
  test('costs whoever shows it one digest at a time, of a thousand rows at most', async () => {
    const FLOOD = 1500;
    const server = await startRawServer((socket) => socket.end());
    const clock = new TestClock();
    const digests: Digest[] = [];
    const taken = Promise.withResolvers<void>();
    const relays = relaysThat((_id, digest) => {
      digests.push(digest);
      return taken.promise;
    }, clock);
    const port = await portOf(relays.start('a', planTo(server.port), PROGRAM));
    for (let wave = 0; wave < FLOOD / 250; wave += 1) {
      const wavesEnd = Array.from({ length: 250 }, () => closeOf(dial(port).resume()));
      await Promise.all(wavesEnd);
      clock.advance(200);
    }
    // The first one was not taken yet: all that has come since waits, and is bounded.
    expect(digests).toHaveLength(1);
    taken.resolve();
    await relays.stop('a');
    const last = digests.at(-1);
    expect(digests.length).toBeLessThan(5);
    expect(last?.rows.length).toBeLessThanOrEqual(1000);
    expect(last?.rows.at(-1)?.number).toBe(FLOOD);
    expect(last?.counts).toMatchObject({ connections: FLOOD, open: 0 });
  });
});
