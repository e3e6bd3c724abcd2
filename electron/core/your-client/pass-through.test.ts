import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { WatchedConnection } from '../../../shared/your-client.ts';
import { PassThrough } from './pass-through.ts';
import { ProcessFinder } from './process-finder.ts';
import { RelayChain } from './relay-chain.ts';
import { ServerAddresses } from './server-addresses.ts';
import { CannotWatch } from './watch-plan.ts';
import { WatchLog } from './watch-log.ts';

/** A relay in front of a server that does as it is told, and what was seen. */
async function relayed(serve: (socket: Socket) => void) {
  const server = createServer({ allowHalfOpen: true }, serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  const over: WatchedConnection[] = [];
  const waiting = new Set<() => void>();
  const log = new WatchLog((connection, news) => {
    if (news === 'over') over.push(connection);
    for (const wake of waiting) wake();
  });
  const chain = await RelayChain.open();
  const pass = await PassThrough.start(
    {
      host: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      addresses: new ServerAddresses('127.0.0.1', null),
      listenAddress: '127.0.0.1',
      listenPort: 0,
      processes: new ProcessFinder(),
      chain,
    },
    log,
  );
  onTestFinished(async () => {
    await pass[Symbol.asyncDispose]();
    await chain[Symbol.asyncDispose]();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    log,
    server,
    dial: () => {
      const socket = connect({ ...pass.listening, host: '127.0.0.1', allowHalfOpen: true });
      socket.on('error', () => undefined);
      return socket;
    },
    /** Resolves when so many connections are over. */
    ended: async (count = 1): Promise<readonly WatchedConnection[]> => {
      while (over.length < count) {
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.add(resolve);
        await promise;
        waiting.delete(resolve);
      }
      return over;
    },
  };
}

const read = async (socket: Socket): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

/** Resolves when it has closed, with an error or without. */
const closeOf = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    socket.once('close', (hadError) => {
      resolve(hadError ? 'with an error' : 'without');
    });
  });

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('what is passed on', () => {
  test('is every byte, both ways, after either side has said its last', async () => {
    const [request, answer] = [randomBytes(3_000_000), randomBytes(3_000_000)];
    let heard = '';
    // It answers only once the client has ended: a leg that is half-closed stays open.
    const answerAll = async (socket: Socket): Promise<void> => {
      heard = digest(await read(socket));
      socket.end(answer);
    };
    const { dial, ended } = await relayed((socket) => void answerAll(socket));
    const client = dial();
    client.end(request);
    expect(digest(await read(client))).toBe(digest(answer));
    expect(heard).toBe(digest(request));
    const [connection] = await ended();
    expect(connection).toMatchObject({
      sentBytes: request.length,
      receivedBytes: answer.length,
      ended: { by: 'client', how: 'close' },
    });
  });

  test('waits in the sender while the other side does not read', async () => {
    let sent = 0;
    const held = Promise.withResolvers<void>();
    const piece = Buffer.alloc(1024 * 1024, 7);
    const { dial, log } = await relayed((socket) => {
      socket.on('error', () => undefined);
      const fill = (): void => {
        while (socket.write(piece)) sent += piece.length;
        sent += piece.length;
        // So much does not fit into what two systems' buffers hold.
        if (sent > 256 * 1024 * 1024) held.reject(new Error('It never waits.'));
      };
      socket.on('drain', fill);
      fill();
      held.resolve();
    });
    const client = dial().pause();
    await once(client, 'connect');
    await held.promise;
    const before = process.memoryUsage().arrayBuffers;
    const first = once(client, 'data');
    client.resume();
    await first;
    client.pause();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
    expect(log.counts()).toMatchObject({ connections: 1, open: 1 });
  });

  test.for(['client', 'server'] as const)('is a reset of the %s too', async (side) => {
    const { promise: accepted, resolve } = Promise.withResolvers<Socket>();
    const { dial, ended } = await relayed((socket) => {
      socket.on('error', () => undefined);
      socket.resume().write('* OK\r\n');
      resolve(socket);
    });
    const client = dial();
    await once(client, 'data');
    const server = await accepted;
    const [one, other] = side === 'client' ? [client, server] : [server, client];
    const closed = closeOf(other);
    one.resetAndDestroy();
    expect(await closed).toBe('with an error');
    expect((await ended())[0]?.ended).toMatchObject({ by: side, how: 'reset' });
  });
});

describe('a server that cannot be had', () => {
  test('is said, and the client is let go', async () => {
    const { dial, ended, server } = await relayed(() => undefined);
    server.close();
    await once(server, 'close');
    await closeOf(dial());
    const [connection] = await ended();
    expect(connection?.outcome).toMatchObject({
      kind: 'failed',
      reason: 'server-unreachable',
      text: expect.stringMatching(/refuses connections/),
    });
  });

  test('is this relay itself: it does not begin', async () => {
    const spare = createServer().listen(0, '127.0.0.1');
    await once(spare, 'listening');
    const { port } = spare.address() as AddressInfo;
    spare.close();
    await once(spare, 'close');
    const log = new WatchLog(() => undefined);
    await using chain = await RelayChain.open();
    const started = PassThrough.start(
      {
        host: 'localhost',
        port,
        addresses: new ServerAddresses('localhost', null),
        listenAddress: '127.0.0.1',
        listenPort: port,
        processes: new ProcessFinder(),
        chain,
      },
      log,
    );
    await expect(started).rejects.toThrow(CannotWatch);
    await expect(started).rejects.toThrow(/where this listens itself/);
  });
});

test('a client is told by name and number; what does not tell is said too', async () => {
  const { dial, ended } = await relayed((socket) => socket.end('* BYE\r\n'));
  dial().resume().end();
  const [connection] = await ended();
  const me = { kind: 'process', pid: process.pid };
  expect(connection?.program).toMatchObject(
    process.platform === 'linux' ? me : { kind: 'not-told' },
  );
  const told: string[] = [];
  const ends = { localAddress: '', localPort: 0, remoteAddress: '', remotePort: 0 };
  new ProcessFinder('darwin').find(ends, ({ kind }) => told.push(kind));
  expect(told).toEqual(['not-told']);
});
