import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { WatchedConnection } from '../../../shared/your-client.ts';
import { PassThrough } from './pass-through.ts';
import { ProcessFinder } from './process-finder.ts';
import { RelayChain } from './relay-chain.ts';
import { ServerAddresses } from './server-addresses.ts';
import { CannotWatch } from './watch-plan.ts';
import { WatchLog } from './watch-log.ts';

/** More than fits into the buffers of a system, of four sockets. */
const TOO_MUCH_BYTES = 128 * 1024 * 1024;
/** Turns in which nothing has moved: a relay that read on would have moved something in each. */
const STILL_TURNS = 500;

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

  test.for(['client', 'server'] as const)(
    'waits in the sender while the %s does not read, and goes on when it does',
    async (reader) => {
      const piece = Buffer.alloc(1024 * 1024, 7);
      const moved = { sentBytes: 0, readBytes: 0 };
      const fill = (socket: Socket): void => {
        while (moved.sentBytes < TOO_MUCH_BYTES && socket.write(piece))
          moved.sentBytes += piece.length;
      };
      const pour = (socket: Socket): void => {
        socket
          .on('error', () => undefined)
          .on('drain', () => {
            moved.sentBytes += piece.length;
            fill(socket);
          });
        fill(socket);
      };
      const { promise: accepted, resolve } = Promise.withResolvers<Socket>();
      const { dial } = await relayed((socket) => {
        socket.on('error', () => undefined).pause();
        resolve(socket);
      });
      const client = dial().pause();
      const server = await accepted;
      pour(reader === 'client' ? server : client);
      // Nothing moves any more: all that fits into the buffers on the way is in them.
      let [before, stillTurns] = [-1, 0];
      while (stillTurns < STILL_TURNS && before < TOO_MUCH_BYTES) {
        await nextTurn();
        stillTurns = moved.sentBytes === before ? stillTurns + 1 : 0;
        before = moved.sentBytes;
      }
      expect(before).toBeLessThan(TOO_MUCH_BYTES);
      const end = reader === 'client' ? client : server;
      end.on('data', (chunk: Buffer) => {
        moved.readBytes += chunk.length;
      });
      end.resume();
      while (moved.readBytes <= before) await nextTurn();
      expect(moved.sentBytes).toBeGreaterThan(before);
    },
  );

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
