import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';
import { systemClock, type Clock } from '../core/clock.ts';
import type { PageKeys } from '../../shared/channel.ts';
import type { BuiltPage, PageFile } from '../build/page.ts';
import { EngineStub } from '../core/testing/engine-stub.ts';
import { startHostServer, type HostServer } from './server.ts';

const file = (text: string): PageFile => ({
  bytes: Uint8Array.from(Buffer.from(text)),
  contentType: 'text/html; charset=utf-8',
  cacheControl: 'no-store',
});
const page: BuiltPage = new Map([
  ['/', file('<!doctype html>')],
  ['/assets/main-1.js', { ...file('run()'), cacheControl: 'immutable' }],
]);

/** Of both ends of a connection together. */
const MORE_THAN_BUFFERS_HOLD = 64 * 1024 * 1024;

/** Then nobody can listen there. */
const isWithoutIpv6 = !Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .some(({ address }) => address === '::1');

let server: HostServer;
let engine: EngineStub;
let origin: string;
let token: string;
/** Of the opening link. */
let uses: string[];
const opened: WebSocket[] = [];

beforeEach(async () => {
  engine = new EngineStub();
  await start();
  server.serve((channel) => {
    engine.attach(channel);
  });
});
afterEach(async () => {
  for (const socket of opened.splice(0)) socket.terminate();
  await server.close();
});

async function start(clock: Clock = systemClock, served: BuiltPage = page) {
  uses = [];
  server = await startHostServer({
    port: 0,
    page: served,
    clock,
    scriptHashes: ['sha256-x'],
    onOpened: (use) => uses.push(use),
  });
  origin = `http://127.0.0.1:${server.port}`;
  token = tokenOf(server.dashboardUrl);
}

function tokenOf(url: string): string {
  return new URL(url).hash.replace('#token=', '');
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const outgoing = request({ host: '127.0.0.1', port: server.port, method, path, headers });
  outgoing.end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

interface Held extends PageKeys {
  /** As it was set. */
  readonly setCookie: string;
  /** As it is sent. */
  readonly cookie: string;
}

async function redeem(bearer: string, headers: Record<string, string> = {}): Promise<Answer> {
  return ask('POST', '/session', { origin, authorization: `Bearer ${bearer}`, ...headers });
}

async function signIn(bearer = token): Promise<Held> {
  const answer = await redeem(bearer);
  expect(answer.status).toBe(200);
  const [setCookie = ''] = answer.headers['set-cookie'] ?? [];
  const [cookie = ''] = setCookie.split(';');
  return { ...(JSON.parse(answer.body) as PageKeys), setCookie, cookie };
}

/** Opens a WebSocket as a page does that holds a cookie; its first frame is yet to be sent. */
async function openPage(headers: Record<string, string>): Promise<WebSocket> {
  const socket = await open({ origin, ...headers });
  if (typeof socket === 'number') throw new Error(`refused: ${socket}`);
  return socket;
}

/** What comes first after `frame`: a text, or the code that the socket is closed with. */
async function answerTo(socket: WebSocket, frame: string | Buffer): Promise<string | number> {
  const { promise, resolve } = Promise.withResolvers<string | number>();
  socket.once('message', (data: Buffer) => {
    resolve(data.toString());
  });
  socket.once('close', resolve);
  socket.on('error', () => undefined);
  socket.send(frame);
  return promise;
}

const keyFrame = (key: string) => JSON.stringify({ t: 'key', key });
const call = JSON.stringify({ t: 'q', i: '1', m: 'getState', a: [] });

/** Opens a WebSocket; resolves with it, or with the status of the refusal. */
async function open(headers: Record<string, string>, path = '/rpc'): Promise<WebSocket | number> {
  const options: ClientOptions = { headers, perMessageDeflate: false };
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, options);
  opened.push(socket);
  const { promise, resolve, reject } = Promise.withResolvers<WebSocket | number>();
  socket.once('open', () => {
    resolve(socket);
  });
  socket.once('unexpected-response', (outgoing, response) => {
    response.resume();
    outgoing.destroy();
    resolve(response.statusCode ?? 0);
  });
  socket.on('error', reject);
  return promise;
}

async function openTool(): Promise<WebSocket> {
  const socket = await open({ authorization: `Bearer ${token}` });
  if (typeof socket === 'number') throw new Error(`refused: ${socket}`);
  return socket;
}

/** Asks for a WebSocket without being allowed to. */
function upgrade(): string {
  return `GET /rpc HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
}

/** A client that asks for the page and for an upgrade, and takes neither answer. */
async function refuseUnread() {
  await server.close();
  const due = Promise.withResolvers<() => void>();
  await start(
    {
      ...systemClock,
      after: (_, run) => {
        due.resolve(run);
        return { cancel: () => undefined };
      },
    },
    new Map([['/', { ...file(''), bytes: new Uint8Array(MORE_THAN_BUFFERS_HOLD) }]]),
  );
  const client = connect({ host: '127.0.0.1', port: server.port });
  client.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n${upgrade()}`);
  const givesUp = await due.promise;
  return { givesUp, received: () => bytesUntilClosed(client) };
}

/** Takes what a connection still brings; one that was cut off counts as closed. */
async function bytesUntilClosed(client: Socket): Promise<number> {
  let bytes = 0;
  client.on('data', (chunk) => (bytes += chunk.byteLength));
  client.on('error', () => client.destroy());
  const { promise, resolve } = Promise.withResolvers<number>();
  client.once('close', () => {
    resolve(bytes);
  });
  return promise;
}

describe('the page', () => {
  it('is served to anyone who knows the address, and holds no secret', async () => {
    const answer = await ask('GET', '/');
    expect(answer).toMatchObject({ status: 200, body: '<!doctype html>' });
    expect(JSON.stringify(answer)).not.toContain(token);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('sends the headers that keep it to itself, with refusals too', async () => {
    for (const answer of [await ask('GET', '/'), await ask('GET', '/', { host: 'evil.example' })]) {
      expect(answer.headers).toMatchObject({
        'content-security-policy':
          "default-src 'none'; script-src 'self' 'sha256-x'; worker-src 'none'; " +
          "style-src 'self'; img-src 'self' data:; " +
          `font-src 'self'; connect-src 'self' ws://127.0.0.1:${server.port}; ` +
          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
          "require-trusted-types-for 'script'; trusted-types 'none'",
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
    }
  });

  it.each([
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/..\\..\\etc\\passwd',
    '/assets/../../server.ts',
    '/assets/..%5c..%5cserver.ts',
    '//etc/passwd',
    '/%00',
    '/index.html%00.js',
    '/__proto__',
    '/constructor',
    '/%c0%ae%c0%ae/etc/passwd',
    '/assets',
    '/assets/',
  ])('serves nothing but its own files: %s', async (path) => {
    expect(await ask('GET', path)).toMatchObject({ status: 404, body: 'There is nothing here.\n' });
  });

  it('serves a built file, whatever the query', async () => {
    const answer = await ask('GET', '/assets/main-1.js?v=1');
    expect(answer).toMatchObject({ status: 200, body: 'run()' });
    expect(answer.headers['cache-control']).toBe('immutable');
  });

  it('at the name of the run may connect to that name, which the address tells nobody', async () => {
    const { host } = new URL(server.dashboardUrl);
    expect(host).toMatch(/^reprise-[\da-f]{20}\.localhost:\d+$/);
    const answer = await ask('GET', '/', { host });
    expect(answer.headers['content-security-policy']).toContain(`'self' ws://${host};`);
    const elsewhere = [await ask('GET', '/'), await ask('GET', '/', { host: 'evil.example' })];
    expect(JSON.stringify(elsewhere)).not.toContain(host.split('.')[0]);
  });

  it.skipIf(isWithoutIpv6)(
    'is served at ::1 too, where browsers look for that name first',
    async () => {
      const { host } = new URL(server.dashboardUrl);
      const outgoing = request({ host: '::1', port: server.port, headers: { host } }).end();
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      expect(response.resume().statusCode).toBe(200);
    },
  );

  it('refuses a foreign host name, in words', async () => {
    expect(await ask('GET', '/', { host: 'evil.example' })).toMatchObject({
      status: 421,
      body: `This is not 127.0.0.1:${server.port}. Open the link that Reprise printed.\n`,
    });
  });
});

describe('the session', () => {
  it('is opened by the token, with a cookie that scripts and other sites never see', async () => {
    const { setCookie } = await signIn();
    expect(setCookie).toMatch(
      new RegExp(`^reprise_${server.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`),
    );
    expect(setCookie).not.toContain(token);
  });

  it('is refused without the token, with a wrong one, and from elsewhere', async () => {
    const refusals = [
      await ask('POST', '/session', { origin }),
      await ask('POST', '/session', { origin, authorization: 'Bearer wrong' }),
      await ask('POST', '/session', {
        origin: 'https://evil.example',
        authorization: `Bearer ${token}`,
      }),
      await ask('POST', '/session', {
        origin,
        host: 'evil.example',
        authorization: `Bearer ${token}`,
      }),
    ];
    expect(refusals.map((answer) => answer.status)).toEqual([401, 401, 403, 421]);
    for (const answer of refusals) expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('can be asked for with the cookie', async () => {
    const { cookie, key } = await signIn();
    const answer = await ask('GET', '/session', { cookie });
    expect(answer).toMatchObject({ status: 204, body: '' });
    expect(JSON.stringify(answer)).not.toContain(key);
    expect(await ask('GET', '/session')).toMatchObject({ status: 401 });
  });

  it('is opened once by the link that a browser is started with', async () => {
    const opening = tokenOf(server.openingLinks().atName);
    const { cookie } = await signIn(opening);
    expect(uses).toEqual(['first']);
    // The same browser, which went back to it: nothing is given, and nothing is lost.
    const again = await redeem(opening, { cookie });
    expect(again.status).toBe(401);
    expect(again.headers['set-cookie']).toBeUndefined();
    expect(uses).toEqual(['first']);
    expect(await ask('GET', '/session', { cookie })).toMatchObject({ status: 204 });
  });

  it('ends where another browser shows that link again, and that of the printed link does not', async () => {
    const opening = tokenOf(server.openingLinks().atName);
    const [first, printed] = [await signIn(opening), await signIn()];
    const pages = [
      await openPage({ cookie: first.cookie }),
      await openPage({ cookie: printed.cookie }),
    ];
    const [pageOfFirst, pageOfPrinted] = pages as [WebSocket, WebSocket];
    await answerTo(pageOfFirst, keyFrame(first.key));
    await answerTo(pageOfPrinted, keyFrame(printed.key));
    const closed = once(pageOfFirst, 'close');

    const stolen = await redeem(opening);
    expect(stolen).toMatchObject({ status: 410, body: expect.stringContaining('used twice') });
    expect(stolen.headers['set-cookie']).toBeUndefined();
    expect(uses).toEqual(['first', 'again']);
    await closed;
    expect(await open({ origin, cookie: first.cookie })).toBe(410);
    expect(await ask('GET', '/session', { cookie: first.cookie })).toMatchObject({ status: 410 });
    expect((await redeem(opening)).status).toBe(410);
    expect(uses).toEqual(['first', 'again']);

    expect(pageOfPrinted.readyState).toBe(WebSocket.OPEN);
    expect((await redeem(token)).status).toBe(200);
  });
});

describe('the WebSocket', () => {
  it('opens for a tool with the token, and for our page with the cookie and then the key', async () => {
    expect(await open({ authorization: `Bearer ${token}` })).toBeInstanceOf(WebSocket);
    expect(engine.ends).toHaveLength(1);
    const { cookie, key, answer } = await signIn();
    const socket = await openPage({ cookie });
    expect(engine.ends).toHaveLength(1);
    expect(await answerTo(socket, keyFrame(key))).toBe(JSON.stringify({ t: 'answer', answer }));
    expect(engine.ends).toHaveLength(2);
    expect(await answerTo(socket, call)).toContain('"ok":true');
  });

  it.each<[string, (held: Held) => string | Buffer]>([
    ['a call', () => call],
    ['a wrong key', ({ key }) => keyFrame(`${key.slice(0, -1)}_`)],
    ['the cookie', ({ cookie }) => keyFrame(cookie.split('=')[1] ?? '')],
    ['the answer', ({ answer }) => keyFrame(answer)],
    ['the token', () => keyFrame(token)],
    ['no key', () => '{"t":"key"}'],
    ['a key that is no text', () => '{"t":"key","key":["x"]}'],
    ['the key and more', ({ key }) => JSON.stringify({ t: 'key', key, m: 'getState' })],
    ['the key in a frame too large', ({ key }) => keyFrame(key) + ' '.repeat(256)],
    ['the key as bytes', ({ key }) => Buffer.from(keyFrame(key))],
    ['no JSON', () => '{'],
    ['nothing', () => ''],
  ])('that begins with %s is closed without an answer', async (_, frame) => {
    const held = await signIn();
    const socket = await openPage({ cookie: held.cookie });
    const first = answerTo(socket, frame(held));
    // What follows is not heard either.
    socket.send(keyFrame(held.key));
    expect(await first).toBe(1008);
    expect(engine.ends).toEqual([]);
  });

  it('that is none, before its key, is ended and harms nobody', async () => {
    const { cookie } = await signIn();
    const socket = connect({ host: '127.0.0.1', port: server.port });
    socket.write(
      `GET /rpc HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nOrigin: ${origin}\r\nCookie: ${cookie}\r\n` +
        'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        `Sec-WebSocket-Key: ${'A'.repeat(22)}==\r\n\r\n`,
    );
    const [head] = (await once(socket, 'data')) as [Buffer];
    expect(head.toString()).toContain(' 101 ');
    socket.write(Buffer.alloc(64, 0xff));
    await bytesUntilClosed(socket);
    expect(await ask('GET', '/')).toMatchObject({ status: 200 });
  });

  it('that never shows its key is ended, and keeps out nobody who does', async () => {
    const { cookie, key, answer } = await signIn();
    const silent: WebSocket[] = [];
    for (let count = 0; count < 16; count += 1) silent.push(await openPage({ cookie }));
    const oldest = once(silent[0] as WebSocket, 'close');
    const socket = await openPage({ cookie });
    await oldest;
    expect(await answerTo(socket, keyFrame(key))).toContain(answer);

    await server.close();
    const due = Promise.withResolvers<() => void>();
    await start({
      ...systemClock,
      after: (delayMs, run) => {
        if (delayMs === 10_000) due.resolve(run);
        return { cancel: () => undefined };
      },
    });
    server.serve(() => undefined);
    const late = await openPage({ cookie: (await signIn()).cookie });
    const ended = once(late, 'close');
    (await due.promise)();
    await ended;
  });

  it('is refused without the token, to foreign pages and under foreign names', async () => {
    const { cookie } = await signIn();
    const refusals = [
      await open({}),
      await open({ origin }),
      await open({ cookie }),
      await open({ authorization: 'Bearer wrong' }),
      await open({ origin, cookie: `reprise_${server.port}=wrong` }),
      await open({ origin: 'https://evil.example', cookie }),
      await open({ origin: 'http://127.0.0.1:1', cookie }),
      await open({ origin: 'null', cookie }),
      await open({ origin, cookie, host: 'evil.example' }),
      await open({ origin, cookie, host: `localhost:${server.port}` }),
      await open({ origin, cookie }, '/other'),
    ];
    expect(refusals).toEqual([401, 401, 401, 401, 401, 403, 403, 403, 421, 421, 404]);
    expect(engine.ends).toEqual([]);
  });

  it('asks to wait while the engine is starting', async () => {
    await server.close();
    await start();
    expect(await open({ authorization: `Bearer ${token}` })).toBe(503);
  });

  it('admits sixteen at once', async () => {
    const first = await openTool();
    for (let count = 1; count < 16; count += 1) await openTool();
    expect(await open({ authorization: `Bearer ${token}` })).toBe(503);
    first.close();
    await once(first, 'close');
    expect(await open({ authorization: `Bearer ${token}` })).toBeInstanceOf(WebSocket);
  });

  it('answers plain HTTP at its address', async () => {
    expect(await ask('GET', '/rpc', { authorization: `Bearer ${token}` })).toMatchObject({
      status: 404,
    });
  });
});

describe('connections', () => {
  it('that wait for nothing make room for those that come, and keep no WebSocket from its work', async () => {
    const socket = await openTool();
    const idle: Socket[] = [];
    let ended = 0;
    const someEnded = Promise.withResolvers<void>();
    try {
      for (let count = 0; count < 150; count += 1) {
        const client = connect({ host: '127.0.0.1', port: server.port });
        client.on('error', () => client.destroy());
        client.once('close', () => {
          ended += 1;
          if (ended === 150 - 128) someEnded.resolve();
        });
        idle.push(client);
        await once(client, 'connect');
        client.write('GET / HTTP/1.1\r\n');
      }
      await someEnded.promise;
      expect(await ask('GET', '/')).toMatchObject({ status: 200 });
      const answered = once(socket, 'message');
      socket.send('{}');
      await answered;
      expect(socket.readyState).toBe(WebSocket.OPEN);
    } finally {
      for (const client of idle) client.destroy();
    }
  });
});

describe('a refused upgrade', () => {
  it('holds no place, also where the client never closes its half', async () => {
    const clients = Array.from({ length: 128 }, () =>
      connect({ host: '127.0.0.1', port: server.port, allowHalfOpen: true }),
    );
    try {
      for (const client of clients) {
        client.resume().write(upgrade());
        await once(client, 'end');
      }
      expect(await ask('GET', '/')).toMatchObject({ status: 200 });
    } finally {
      for (const client of clients) client.destroy();
    }
  });

  it('waits for a client that does not read it, but not for long', async () => {
    const { givesUp, received } = await refuseUnread();
    givesUp();
    expect(await received()).toBeLessThan(MORE_THAN_BUFFERS_HOLD);
  });

  it('ends with the server', async () => {
    const { received } = await refuseUnread();
    await server.close();
    expect(await received()).toBeLessThan(MORE_THAN_BUFFERS_HOLD);
  });
});

describe('closing', () => {
  it('tells pages why, and gives the port back', async () => {
    const socket = await openTool();
    const closed = once(socket, 'close');
    await server.close();
    expect(await closed).toEqual([1001, Buffer.from('Reprise is stopping.')]);
    const { port } = server;
    const again = connect(port, '127.0.0.1');
    const [error] = (await once(again, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
    await start();
  });
});

describe('the port', () => {
  it.skipIf(isWithoutIpv6)(
    'is taken at ::1 as well: nobody else answers there for a name below localhost',
    async () => {
      const other = createServer();
      other.listen({ host: '::1', port: server.port, exclusive: true });
      const [error] = (await once(other, 'error')) as [NodeJS.ErrnoException];
      expect(error.code).toBe('EADDRINUSE');
    },
  );

  it.skipIf(isWithoutIpv6)(
    'that somebody else has at ::1 is in use, and is left alone',
    async () => {
      const other = createServer().listen({ host: '::1', port: 0 });
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;
      await expect(startHostServer({ port, page })).rejects.toThrow(`Port ${port} is in use`);
      const again = connect(port, '127.0.0.1');
      const [error] = (await once(again, 'error')) as [NodeJS.ErrnoException];
      expect(error.code).toBe('ECONNREFUSED');
      other.close();
    },
  );

  it('that is in use gets a sentence that says what to do', async () => {
    await expect(startHostServer({ port: server.port, page })).rejects.toThrow(
      `Port ${server.port} is in use, perhaps by a Reprise that already runs. ` +
        'Choose another one with --port N, or let the system choose with --port 0.',
    );
  });
});
