import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { AccountId } from '../../shared/model.ts';
import { connectEngine, type ClientEnd } from '../../shared/rpc.ts';
import { systemClock, type Clock } from '../core/clock.ts';
import { EngineStub } from '../core/testing/engine-stub.ts';
import { webSocketChannel, FrameBudget } from './web-socket-channel.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A real WebSocket with an engine at its other end. */
async function setUp(clock: Clock = systemClock, clientOptions = {}) {
  const engine = new EngineStub();
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  const webSockets = new WebSocketServer({ server: http, maxPayload: 2 * 1024 * 1024 });
  const served = Promise.withResolvers<WebSocket>();
  webSockets.on('connection', (socket) => {
    engine.attach(webSocketChannel(socket, clock));
    served.resolve(socket);
  });
  const { port } = http.address() as AddressInfo;
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, clientOptions);
  closers.push(() => {
    socket.terminate();
    webSockets.close();
    http.close();
  });
  const frames: unknown[] = [];
  const waiting: ((frame: unknown) => void)[] = [];
  socket.on('message', (data) => {
    const frame: unknown = JSON.parse((data as Buffer).toString());
    const next = waiting.shift();
    if (next === undefined) frames.push(frame);
    else next(frame);
  });
  await once(socket, 'open');
  const nextFrame = async (): Promise<unknown> => {
    if (frames.length > 0) return frames.shift();
    const { promise, resolve } = Promise.withResolvers<unknown>();
    waiting.push(resolve);
    return promise;
  };
  return { port, socket, serverSocket: await served.promise, nextFrame };
}

/** A clock that rings when it is told to. */
function manualClock() {
  const due = new Set<() => void>();
  const clock: Clock = {
    ...systemClock,
    after: (_, run) => {
      due.add(run);
      return { cancel: () => due.delete(run) };
    },
  };
  const ring = () => {
    for (const run of Array.from(due)) {
      due.delete(run);
      run();
    }
  };
  return { clock, ring, due };
}

const getState = JSON.stringify({ t: 'q', i: 'last', m: 'getState', a: [] });
const stateAnswer = { t: 's', i: 'last', r: { ok: true, value: { version: 7 } } };

describe('a WebSocket as a channel', () => {
  it('carries calls and patches to the interface', async () => {
    const { socket } = await setUp();
    const patches: unknown[] = [];
    const patched = Promise.withResolvers<void>();
    const client: ClientEnd = connectEngine(webSocketChannel(socket, systemClock), {
      patch: (patch) => {
        patches.push(patch);
        patched.resolve();
        return Promise.resolve();
      },
    });
    expect(await client.engine.getState()).toEqual({ version: 7 });
    expect(await client.engine.setReuse('a' as AccountId, false)).toEqual({ forgotten: 2 });
    await expect(client.engine.reconnectAll()).rejects.toMatchObject({ code: 'closed' });
    client.close();
    await client.closed;
  });

  it.each<[string, string | Buffer, object]>([
    ['no JSON', 'hello', { t: 'rejected' }],
    ['half a frame', '{"t":"q","i":"1","m":"getSt', { t: 'rejected' }],
    ['nothing', '', { t: 'rejected' }],
    ['a number', '42', { t: 'rejected' }],
    ['null', 'null', { t: 'rejected' }],
    ['a list', '[]', { t: 'rejected' }],
    ['a frame of another kind', '{"t":"x"}', { t: 'rejected' }],
    ['a call without arguments', '{"t":"q","i":"1","m":"getState"}', { t: 'rejected' }],
    ['bytes', Buffer.from([0, 255, 1]), { t: 'rejected' }],
    ['a call in bytes', Buffer.from(getState), { t: 'rejected' }],
    ['text of another encoding, as bytes', Buffer.from('{"t":"q"}', 'utf16le'), { t: 'rejected' }],
    [
      'an unknown method',
      '{"t":"q","i":"1","m":"format","a":[]}',
      { i: '1', r: { ok: false, error: { code: 'unknown-method' } } },
    ],
    [
      'a method of Object',
      '{"t":"q","i":"1","m":"__proto__","a":[]}',
      { i: '1', r: { ok: false, error: { code: 'unknown-method' } } },
    ],
    [
      'arguments of a wrong type',
      '{"t":"q","i":"1","m":"setReuse","a":["x","yes"]}',
      { i: '1', r: { ok: false, error: { code: 'invalid-input' } } },
    ],
    [
      'too few arguments',
      '{"t":"q","i":"1","m":"setReuse","a":[]}',
      { i: '1', r: { ok: false, error: { code: 'invalid-input' } } },
    ],
    [
      'an account of the wrong shape',
      '{"t":"q","i":"1","m":"addAccount","a":[{"__proto__":{"label":"x"}}]}',
      { i: '1', r: { ok: false, error: { code: 'invalid-input' } } },
    ],
  ])('answers %s with a clear error, and goes on', async (_, frame, expected) => {
    const { socket, nextFrame } = await setUp();
    expect(await nextFrame()).toMatchObject({ t: 'q', m: 'patch' });
    socket.send(frame);
    expect(await nextFrame()).toMatchObject(expected);
    socket.send(getState);
    expect(await nextFrame()).toMatchObject(stateAnswer);
  });

  it('ends a peer whose frame is over the limit, and no other', async () => {
    const { socket } = await setUp();
    const other = await setUp();
    const closed = once(socket, 'close');
    socket.send('x'.repeat(2 * 1024 * 1024 + 1));
    expect((await closed)[0]).toBe(1009);
    await other.nextFrame();
    other.socket.send(getState);
    expect(await other.nextFrame()).toMatchObject(stateAnswer);
  });

  it.each<[string, (socket: WebSocket) => void]>([
    [
      'calls',
      (socket) => {
        socket.send(getState);
      },
    ],
    [
      'nonsense',
      (socket) => {
        socket.send('{');
      },
    ],
    [
      'pings',
      (socket) => {
        socket.ping();
      },
    ],
    [
      'pongs',
      (socket) => {
        socket.pong();
      },
    ],
  ])('ends a peer that floods it with %s, and no other', async (_, send) => {
    const { socket, serverSocket } = await setUp();
    const other = await setUp();
    await other.nextFrame();
    let handled = 0;
    for (const event of ['message', 'ping', 'pong']) {
      serverSocket.prependListener(event, () => {
        if (serverSocket.readyState === WebSocket.OPEN) handled += 1;
      });
    }
    const closed = once(socket, 'close');
    for (let count = 0; count < 10_000; count += 1) send(socket);
    other.socket.send(getState);
    expect(await other.nextFrame()).toMatchObject(stateAnswer);
    // What the flood left unread may cut the reason off on its way.
    expect([1006, 1008]).toContain((await closed)[0]);
    expect(handled).toBeLessThan(9000);
  });

  it('ends a flooding peer also where it does not read why', async () => {
    const { clock, ring } = manualClock();
    const { socket, serverSocket } = await setUp(clock);
    socket.pause();
    const closed = once(serverSocket, 'close');
    for (let count = 0; count < 2000; count += 1) socket.ping();
    while (serverSocket.readyState === WebSocket.OPEN) await once(serverSocket, 'ping');
    expect(serverSocket.readyState).toBe(WebSocket.CLOSING);
    ring();
    await closed;
    expect(serverSocket.readyState).toBe(WebSocket.CLOSED);
  });

  it('ends a peer that breaks the protocol, and no other', async () => {
    const { port, socket, nextFrame } = await setUp();
    await nextFrame();
    const outgoing = request({
      host: '127.0.0.1',
      port,
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
        'Sec-WebSocket-Version': '13',
      },
    });
    outgoing.end();
    const [, raw] = (await once(outgoing, 'upgrade')) as [unknown, Socket];
    // A client's frame has to be masked; this one is not, and has reserved bits set.
    raw.write(Buffer.from([0xff, 0x7f, 1, 2]));
    raw.resume();
    await once(raw, 'close');
    socket.send(getState);
    expect(await nextFrame()).toMatchObject(stateAnswer);
  });

  it('tells its owner once when the peer is gone, also when asked later', async () => {
    const { socket, serverSocket } = await setUp();
    const channel = webSocketChannel(serverSocket, systemClock);
    let count = 0;
    const early = Promise.withResolvers<void>();
    channel.onClose(() => {
      count += 1;
      early.resolve();
    });
    socket.terminate();
    await early.promise;
    const late = Promise.withResolvers<void>();
    channel.onClose(late.resolve);
    await late.promise;
    expect(count).toBe(1);
    channel.post({ dropped: true });
  });
});

describe('liveness', () => {
  it('keeps a page that answers pings', async () => {
    const { clock, ring, due } = manualClock();
    const { socket, serverSocket, nextFrame } = await setUp(clock);
    await nextFrame();
    for (let round = 0; round < 3; round += 1) {
      const ponged = once(serverSocket, 'pong');
      ring();
      await ponged;
    }
    socket.send(getState);
    expect(await nextFrame()).toMatchObject(stateAnswer);
    socket.close();
    await once(serverSocket, 'close');
    expect(due.size).toBe(0);
  });

  it('ends a page that let a whole interval pass without an answer, and its timer', async () => {
    const { clock, ring, due } = manualClock();
    const { serverSocket } = await setUp(clock, { autoPong: false });
    const closed = once(serverSocket, 'close');
    ring();
    ring();
    await closed;
    expect(due.size).toBe(0);
  });

  it('ends a page that has stopped reading before it costs much memory', async () => {
    const { socket, serverSocket } = await setUp();
    const channel = webSocketChannel(serverSocket, systemClock);
    socket.pause();
    const closed = once(serverSocket, 'close');
    const frame = { text: 'x'.repeat(1024 * 1024) };
    let most = 0;
    for (let count = 0; count < 64; count += 1) {
      channel.post(frame);
      most = Math.max(most, serverSocket.bufferedAmount);
    }
    await closed;
    expect(most).toBeLessThan(18 * 1024 * 1024);
  });
});

/** A budget whose time stands still until it is moved. */
function bucket() {
  let nowMs = 0;
  const budget = new FrameBudget({ ...systemClock, monotonic: () => nowMs });
  const spend = (frames: number, bytes = 0) => {
    let within = 0;
    for (let count = 0; count < frames; count += 1) if (budget.spend(bytes)) within += 1;
    return within;
  };
  return { spend, pass: (ms: number) => (nowMs += ms) };
}

describe('what a page may send', () => {
  it('is a thousand frames at once', () => {
    expect(bucket().spend(10_000)).toBe(1000);
  });

  it('is two hundred frames a second for as long as it likes', () => {
    const { spend, pass } = bucket();
    for (let second = 0; second < 60; second += 1) {
      expect(spend(200)).toBe(200);
      pass(1000);
    }
  });

  it('is not saved up beyond what may come at once', () => {
    const { spend, pass } = bucket();
    pass(3_600_000);
    expect(spend(2000)).toBe(1000);
  });

  it('counts large frames for more: a CA file of 1 MiB passes three times, not thirty', () => {
    expect(bucket().spend(30, 1024 * 1024)).toBe(3);
  });
});
