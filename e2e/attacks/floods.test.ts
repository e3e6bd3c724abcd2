/**
 * Too much of everything, against the running host. What must hold in each case: whoever sends it
 * is ended or told to wait, and a genuine client goes on working meanwhile and afterwards.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { AttackTarget, bearer } from '../fixtures/program/attack-target.ts';
import { GenuineClient, getState, openSocket } from '../fixtures/program/genuine-client.ts';
import { request, sendRaw, UPGRADE } from '../fixtures/program/raw-http.ts';

const FRAME_LIMIT = 2 * 1024 * 1024;
const SOCKET_LIMIT = 16;
const CONNECTION_LIMIT = 128;

let target: AttackTarget;
let genuine: GenuineClient;
const opened: (WebSocket | Socket)[] = [];

beforeAll(async () => {
  target = await AttackTarget.start();
}, 120_000);
afterAll(() => target.end());

beforeEach(async () => {
  genuine = await GenuineClient.connect(target.port, target.token);
});
afterEach(async () => {
  const answer = await genuine.getState();
  const { isConnected } = genuine;
  genuine.close();
  for (const socket of opened.splice(0)) {
    if (socket instanceof WebSocket) socket.terminate();
    else socket.destroy();
  }
  if (!isConnected || !(answer as { ok: boolean }).ok) {
    throw new Error(`The genuine client was harmed: ${JSON.stringify(answer).slice(0, 200)}`);
  }
});

async function webSocket(): Promise<WebSocket> {
  const socket = openSocket(target.port, target.token);
  opened.push(socket);
  await once(socket, 'open');
  socket.on('error', () => socket.terminate());
  return socket;
}

/** A plain connection; one that is cut off counts as closed. */
async function connection(): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: target.port });
  opened.push(socket);
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** Resolves with its end, also where that is a reset. */
async function closeOf(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once('close', () => {
    resolve();
  });
  await promise;
}

/** A connection that has become a WebSocket, to send frames on that no library would. */
async function rawWebSocket(): Promise<Socket> {
  const socket = await connection();
  socket.write(request('GET /rpc', { ...target.ours(), ...bearer(target.token), ...UPGRADE }));
  const [head] = (await once(socket, 'data')) as [Buffer];
  expect(head.toString('latin1')).toMatch(/^HTTP\/1\.1 101 /);
  return socket;
}

/** Takes all that comes. @returns the code of the close frame, where there was one */
async function closeCode(socket: Socket): Promise<number | null> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  await closeOf(socket);
  const bytes = Buffer.concat(chunks);
  // The last frame; its head is one byte of 0x88 and one of the length.
  const at = bytes.lastIndexOf(0x88);
  return at < 0 || at + 4 > bytes.length ? null : bytes.readUInt16BE(at + 2);
}

/** A client's frame; its mask is all zeros. */
function frame(first: number, payload: Buffer): Buffer {
  const length = payload.length;
  const head =
    length < 126 ? Buffer.of(first, 0x80 | length) : Buffer.of(first, 0xfe, length >> 8, length);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}

const TEXT = 0x81;
const TEXT_TO_BE_CONTINUED = 0x01;
const CONTINUED = 0x00;
const COMPRESSED_TEXT = 0xc1;

describe('a frame', () => {
  it('over the limit ends its sender', async () => {
    const socket = await webSocket();
    const closed = once(socket, 'close');
    socket.send('x'.repeat(FRAME_LIMIT + 1));
    expect((await closed)[0]).toBe(1009);
  });

  it('that says it will be four exabytes is not waited for', async () => {
    const socket = await rawWebSocket();
    const head = Buffer.from([TEXT, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    socket.write(head);
    expect([1002, 1009]).toContain(await closeCode(socket));
  });

  it('that grows over the limit in pieces ends its sender', async () => {
    const socket = await webSocket();
    const closed = once(socket, 'close');
    const piece = 'x'.repeat(FRAME_LIMIT / 4);
    for (let count = 0; count < 5; count += 1) socket.send(piece, { fin: false });
    expect((await closed)[0]).toBe(1009);
  });

  it('in pieces without end ends its sender', async () => {
    const socket = await rawWebSocket();
    const ended = closeCode(socket);
    socket.write(frame(TEXT_TO_BE_CONTINUED, Buffer.of(0x22)));
    const pieces = Buffer.concat(
      Array.from({ length: 20_000 }, () => frame(CONTINUED, Buffer.of(0x22))),
    );
    socket.write(pieces);
    expect([1008, null]).toContain(await ended);
  });

  it('that is compressed is not unpacked: nothing of the kind was agreed', async () => {
    const socket = await rawWebSocket();
    socket.write(frame(COMPRESSED_TEXT, Buffer.alloc(100)));
    expect(await closeCode(socket)).toBe(1002);
  });
});

describe('ten thousand frames at once', () => {
  it.each<[string, (socket: WebSocket, index: number) => void]>([
    [
      'calls',
      (socket, index) => {
        socket.send(getState(String(index)));
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
  ])('end their sender, and hold up no other: %s', async (_, send) => {
    const socket = await webSocket();
    const closed = once(socket, 'close');
    const answers: unknown[] = [];
    for (let index = 0; index < 10_000; index += 1) {
      send(socket, index);
      // All of it would leave at once otherwise, and the genuine client compete with nothing.
      if (index % 1000 === 0) answers.push(await genuine.getState());
    }
    expect(answers).toEqual(
      Array.from({ length: 10 }, () => expect.objectContaining({ ok: true })),
    );
    expect([1006, 1008]).toContain((await closed)[0]);
  });

  it('from all the places that there are hold up no other', async () => {
    const sockets = await Promise.all(Array.from({ length: SOCKET_LIMIT - 1 }, webSocket));
    const closed = sockets.map((socket) => once(socket, 'close'));
    for (let index = 0; index < 2000; index += 1) {
      for (const socket of sockets) socket.send('{');
    }
    expect(await genuine.getState()).toMatchObject({ ok: true });
    await Promise.all(closed);
  });
});

describe('too many at once', () => {
  it('WebSockets are told to wait, and one that ends makes room', async () => {
    const sockets: WebSocket[] = [];
    for (let count = 1; count < SOCKET_LIMIT; count += 1) sockets.push(await webSocket());
    const headers = { ...target.ours(), ...bearer(target.token) };
    expect(await target.tryWebSocket(headers)).toEqual({ status: 503, gaveAway: [] });
    const closed = sockets.map((socket) => once(socket, 'close'));
    for (const socket of sockets) socket.close();
    await Promise.all(closed);
    expect(await target.openWebSocket(headers)).toMatchObject({ status: 101 });
  });

  it('connections make room, the oldest first, so that the page is still served', async () => {
    const silent: Socket[] = [];
    for (let count = 0; count < 3 * CONNECTION_LIMIT; count += 1) silent.push(await connection());
    expect(await target.send('GET /', target.ours())).toMatchObject({ status: 200 });
    const ask = async (socket: Socket | undefined) => {
      if (socket === undefined || socket.destroyed) return '';
      const chunks: Buffer[] = [];
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.write(request('GET /session', target.ours()));
      await closeOf(socket);
      return Buffer.concat(chunks).toString('latin1');
    };
    expect(await ask(silent.at(0))).toBe('');
    expect(await ask(silent.at(-1))).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('requests on one connection are answered one after another', async () => {
    const one = request('GET /session', { ...target.ours(), Connection: 'keep-alive' });
    const last = request('GET /session', target.ours());
    const answering = sendRaw(target.port, one.repeat(5000) + last);
    expect(await genuine.getState()).toMatchObject({ ok: true });
    const { head, body } = await answering;
    expect((head + body).match(/^HTTP\/1\.1 401 /gm)).toHaveLength(5001);
  });
});

describe('too slow', () => {
  it('a header by drops is not waited for, whoever sends it', async () => {
    const slow = await Promise.all(Array.from({ length: 20 }, connection));
    const ended = slow.map(async (socket) => {
      let text = '';
      socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
      await closeOf(socket);
      return text;
    });
    for (const socket of slow) socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${target.port}\r\n`);
    expect(await target.send('GET /', target.ours())).toMatchObject({ status: 200 });
    for (const text of await Promise.all(ended)) expect(text).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('a body without end is refused before it has come', async () => {
    const headers = { ...target.fromPage(), 'Content-Length': '1000000000' };
    expect(await target.try('POST /session', headers, 'x'.repeat(1_000_000))).toEqual({
      status: 401,
      gaveAway: [],
    });
  });

  it('a header without end is refused after 16 KiB', async () => {
    const start = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${target.port}\r\nX-Long: `;
    const { status } = await sendRaw(target.port, start + 'x'.repeat(10_000_000));
    // The answer may be lost when what was sent after it is thrown away.
    expect([431, null]).toContain(status);
  });
});
