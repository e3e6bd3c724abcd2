import { once } from 'node:events';
import { createServer, type AddressInfo, type LookupFunction, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { proxySentence } from '../failures/index.ts';
import { TestCalls } from '../testing/clock.ts';
import { dialBy, PROXY_LIMIT_MS, SETTINGS_LIMIT_MS, type DialOptions } from './dial.ts';
import { ProxyError, type ProxyTrouble } from './proxy-error.ts';
import { TestProxy, type TestProxyOptions } from './testing/test-proxy.ts';
import { isStraight, notToItself, straight, viaOf, type Hop, type Way } from './way.ts';

let resources: AsyncDisposableStack;
beforeEach(() => {
  resources = new AsyncDisposableStack();
});
afterEach(() => resources.disposeAsync());

const SIGN_IN = { user: 'alice', password: 'let-me-in' };
const WRONG = { user: 'alice', password: 'a-wrong-one' };

async function proxyOf(options: TestProxyOptions): Promise<TestProxy> {
  return resources.use(await TestProxy.start(options));
}

/** A port on which nothing listens any more. */
async function deadPort(): Promise<number> {
  const proxy = await TestProxy.start({ kind: 'http' });
  const { port } = proxy;
  await proxy[Symbol.asyncDispose]();
  return port;
}

/** Greets as a mail server, and counts who came. */
async function mailServer(): Promise<{ port: number; readonly connections: number }> {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    resources.defer(() => void socket.destroy());
    socket.on('error', () => undefined);
    socket.write('* OK ready\r\n');
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  resources.defer(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return {
    port,
    get connections() {
      return connections;
    },
  };
}

/** Nobody may ask for a name that a proxy is to look up. */
const onlyAddresses: LookupFunction = (host, _options, done) => {
  done(Object.assign(new Error(`${host} was looked up`), { code: 'ENOTFOUND' }), []);
};

interface Dialled {
  readonly socket: Socket;
  readonly via: string | null;
  readonly phases: readonly string[];
}

async function dial(
  hops: readonly Hop[] | Way,
  port: number,
  options: DialOptions & { readonly host?: string; readonly signal?: AbortSignal } = {},
): Promise<Dialled> {
  const { host = 'imap.example.org', signal = new AbortController().signal, ...others } = options;
  const phases: string[] = [];
  const way = typeof hops === 'function' ? hops : () => Promise.resolve(hops);
  const { socket, via } = await dialBy(way, { lookup: onlyAddresses, ...others })(
    { host, port },
    { signal, phase: (phase) => phases.push(phase), tries: () => undefined },
  );
  resources.defer(() => void socket.destroy());
  return { socket, via, phases };
}

async function failureOf(dialled: Promise<Dialled>): Promise<ProxyError> {
  const error: unknown = await dialled.catch((reason: unknown) => reason);
  if (!(error instanceof ProxyError)) throw new Error('no proxy failed', { cause: error });
  return error;
}

/** What comes first, and what comes back of a word. */
async function converse(socket: Socket, word: string): Promise<string> {
  let heard = '';
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  socket.resume();
  socket.write(word);
  while (!heard.endsWith(word)) await once(socket, 'data');
  return heard;
}

describe.each(['socks5', 'http'] as const)('through a proxy by %s', (kind) => {
  it('leads to the server by the name that was given, which is looked up there alone', async () => {
    const server = await mailServer();
    const proxy = await proxyOf({ kind });
    const { socket, phases } = await dial([proxy.address], server.port, {
      host: 'Bücher.Example.',
    });
    expect(await converse(socket, 'word')).toBe('* OK ready\r\nword');
    expect(proxy.asked).toEqual([`xn--bcher-kva.example:${String(server.port)}`]);
    expect(phases).toEqual(['proxy']);
  });

  it('loses nothing that the server says with the proxy’s answer', async () => {
    const server = await mailServer();
    const proxy = await proxyOf({ kind, joins: true });
    const { socket } = await dial([proxy.address], server.port);
    expect(await converse(socket, 'word')).toBe('* OK ready\r\nword');
  });

  it('signs in to the proxy where it is told how', async () => {
    const server = await mailServer();
    const proxy = await proxyOf({ kind, signIn: SIGN_IN });
    const { socket, via } = await dial([proxy.address], server.port);
    await converse(socket, 'word');
    expect(proxy.signIns).toEqual(['alice:let-me-in']);
    expect(via).toContain('alice');
    expect(via).not.toContain('let-me-in');
  });

  it.each([
    ['a wrong password', WRONG, 'sign-in-refused', 'PROXY_SIGN_IN'],
    ['no password', null, 'sign-in-wanted', 'PROXY'],
  ] as const)('says so where the proxy is given %s, and tells it nobody', async (...row) => {
    const [, signIn, trouble, code] = row;
    const server = await mailServer();
    const proxy = await proxyOf({ kind, signIn: SIGN_IN });
    const error = await failureOf(dial([{ ...proxy.address, signIn }], server.port));
    expect(error).toMatchObject({ trouble, code });
    expect(server.connections).toBe(0);
    const told = inspect(error, { depth: 9, showHidden: true }) + proxySentence(error);
    const secrets = ['a-wrong-one', Buffer.from('alice:a-wrong-one').toString('base64')];
    for (const secret of secrets) expect(told).not.toContain(secret);
  });

  it('is not gone round where nothing answers for the proxy', async () => {
    const server = await mailServer();
    const dead = { kind, host: '127.0.0.1', port: await deadPort(), signIn: null };
    const error = await failureOf(dial([dead], server.port, { host: '127.0.0.1' }));
    expect(error.trouble).toBe('refused');
    expect(server.connections).toBe(0);
  });

  it('says that the proxy’s own name is not found', async () => {
    const error = await failureOf(
      dial([{ kind, host: 'proxy.example.org', port: 1080, signIn: null }], 993),
    );
    expect(error.trouble).toBe('name-unknown');
  });

  it('gives a proxy up that says nothing', async () => {
    const calls = new TestCalls();
    const proxy = await proxyOf({ kind, instead: { bytes: '', closes: false } });
    const dialled = failureOf(
      dial([proxy.address], 993, { after: (delayMs, run) => calls.after(delayMs, run) }),
    );
    while (proxy.asked.length === 0) await new Promise(setImmediate);
    calls.advance(PROXY_LIMIT_MS);
    expect(await dialled).toMatchObject({ trouble: 'timeout', facts: { limitMs: PROXY_LIMIT_MS } });
  });

  it('is over at once where nobody waits any more', async () => {
    const proxy = await proxyOf({ kind, instead: { bytes: '', closes: false } });
    const gone = new AbortController();
    const dialled = dial([proxy.address], 993, { signal: gone.signal });
    while (proxy.asked.length === 0) await new Promise(setImmediate);
    gone.abort();
    await expect(dialled).rejects.toThrow('Nobody waits');
  });

  it.each([
    ['nothing, and closes', ''],
    ['HTML', '<html><body>Sign in to Hotel Wi-Fi</body></html>\r\n\r\n'],
    ['a greeting of mail', '* OK Dovecot ready\r\n'],
    ['an SSH banner', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ])('says so where what listens there says %s', async (_what, greeting) => {
    const proxy = await proxyOf({ kind, greeting });
    const { trouble } = await failureOf(dial([proxy.address], 993));
    expect(trouble).toBe(greeting === '' ? 'closed' : 'not-a-proxy');
  });
});

/** A reply as RFC 1928 section 6 has it. */
const reply = (code: number): Buffer => Buffer.of(5, code, 0, 1, 0, 0, 0, 0, 0, 0);

describe('what a SOCKS5 proxy replies', () => {
  it.each<[number, ProxyTrouble, string]>([
    [1, 'failed', 'could not connect to imap.example.org:993'],
    [2, 'forbidden', 'does not allow connections to imap.example.org:993'],
    [3, 'no-network', 'has no way to the network of imap.example.org:993'],
    [4, 'no-host', 'cannot reach imap.example.org:993'],
    [5, 'server-refused', 'imap.example.org:993 refuses connections from the proxy'],
    [6, 'server-timeout', 'TTL expired'],
    [7, 'no-connect', 'knows no CONNECT'],
    [8, 'no-address-type', 'does not take addresses like imap.example.org:993'],
    [9, 'failed', 'does not say why'],
    [0xff, 'failed', 'does not say why'],
  ])('%i has its own sentence', async (code, trouble, words) => {
    const proxy = await proxyOf({ kind: 'socks5', instead: { bytes: reply(code) } });
    const error = await failureOf(dial([proxy.address], 993));
    expect(error.trouble).toBe(trouble);
    expect(proxySentence(error)).toContain(words);
    expect(proxySentence(error)).toContain(`127.0.0.1:${String(proxy.port)}`);
  });

  it('is missed at the first word, where something else waits for more', async () => {
    const calls = new TestCalls();
    const web = createServer((socket) => {
      resources.defer(() => void socket.destroy());
    });
    web.listen(0, '127.0.0.1');
    resources.defer(() => void web.close());
    await once(web, 'listening');
    const { port } = web.address() as AddressInfo;
    const socks = { kind: 'socks5', host: '127.0.0.1', port, signIn: null } as const;
    const dialled = failureOf(
      dial([socks], 993, { after: (delayMs, run) => calls.after(delayMs, run) }),
    );
    await once(web, 'connection');
    await new Promise(setImmediate);
    calls.advance(PROXY_LIMIT_MS);
    const error = await dialled;
    expect(error.trouble).toBe('silent');
    expect(proxySentence(error)).toContain('which kind of proxy it is');
  });

  it('is not taken for a sign-in that it never was: a user name of more than 255 octets', async () => {
    const proxy = await proxyOf({ kind: 'socks5', signIn: SIGN_IN });
    const signIn = { user: 'é'.repeat(128), password: 'x' };
    expect((await failureOf(dial([{ ...proxy.address, signIn }], 993))).trouble).toBe(
      'sign-in-refused',
    );
  });
});

describe('what an HTTP proxy answers', () => {
  const page = '<html>no</html>';
  it.each<[string, string, ProxyTrouble, string]>([
    ['403', 'HTTP/1.1 403 Filtered\r\n\r\n', 'forbidden', 'often allow port 443 only'],
    ['405', 'HTTP/1.1 405 No\r\n\r\n', 'no-connect', 'knows no CONNECT'],
    ['502', 'HTTP/1.0 502 Bad\r\n\r\n', 'bad-gateway', '(502)'],
    ['503', 'HTTP/1.1 503 Unavailable\r\n\r\n', 'bad-gateway', '(503)'],
    ['504', 'HTTP/1.1 504 Late\r\n\r\n', 'gateway-timeout', '(504)'],
    ['500', `HTTP/1.1 500 Oops\r\nContent-Length: 15\r\n\r\n${page}`, 'bad-gateway', '(500)'],
    ['429', 'HTTP/1.1 429 Too Many\r\n\r\n', 'status', 'HTTP 429'],
    ['a redirect', 'HTTP/1.1 302 Found\r\nLocation: http://portal/\r\n\r\n', 'page', 'web page'],
    [
      '511',
      'HTTP/1.1 511 Network Authentication Required\r\n\r\n',
      'page',
      'sign in with a browser',
    ],
    [
      'a page with 200',
      `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n${page}`,
      'page',
      'web page',
    ],
    ['a page that says nothing of itself', `HTTP/1.1 200 OK\r\n\r\n${page}`, 'page', 'web page'],
    [
      '407 for Kerberos alone',
      'HTTP/1.1 407 Who\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n\r\n',
      'sign-in-unknown',
      'NTLM, Negotiate',
    ],
    ['401', 'HTTP/1.1 401 Unauthorized\r\n\r\n', 'sign-in-wanted', 'wants a user name'],
    ['half a header, and hangs up', 'HTTP/1.1 200 OK\r\n', 'closed', 'closed the connection'],
    [
      'a header without an end',
      `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(70_000)}`,
      'not-a-proxy',
      'no HTTP',
    ],
  ])('%s has its own sentence', async (_name, bytes, trouble, words) => {
    const proxy = await proxyOf({ kind: 'http', instead: { bytes } });
    const error = await failureOf(dial([proxy.address], 993));
    expect(error.trouble).toBe(trouble);
    expect(proxySentence(error)).toContain(words);
  });

  it('comes to an IPv6 address in brackets', async () => {
    const proxy = await proxyOf({ kind: 'http', instead: { bytes: '' } });
    await failureOf(dial([proxy.address], 993, { host: '2001:db8::1' }));
    expect(proxy.asked).toEqual(['[2001:db8::1]:993']);
  });
});

describe('several ways', () => {
  it('are tried in their order, and straight there only where it is said', async () => {
    const server = await mailServer();
    const dead = { kind: 'http', host: '127.0.0.1', port: await deadPort(), signIn: null } as const;
    const proxy = await proxyOf({ kind: 'socks5' });
    const there = await dial([dead, proxy.address, { kind: 'straight' }], server.port, {
      host: '127.0.0.1',
    });
    expect(there.via).toBe(viaOf(proxy.address));
    const round = await dial([dead, { kind: 'straight' }], server.port, { host: '127.0.0.1' });
    expect(round).toMatchObject({ via: null, phases: ['proxy', 'dns', 'tcp'] });
  });

  it('do not go on after the last one', async () => {
    const server = await mailServer();
    const dead = { kind: 'http', host: '127.0.0.1', port: await deadPort(), signIn: null } as const;
    const unknown: Hop = { kind: 'unknown', said: 'HTTPS proxy.example.org:443' };
    const error = await failureOf(dial([dead, unknown], server.port, { host: '127.0.0.1' }));
    expect(proxySentence(error)).toContain('HTTPS proxy.example.org:443');
    expect(server.connections).toBe(0);
  });

  it('may be straight there, and then a proxy', async () => {
    const proxy = await proxyOf({ kind: 'socks5', port: (await mailServer()).port });
    const hops: Hop[] = [{ kind: 'straight' }, proxy.address];
    expect((await dial(hops, await deadPort(), { host: '127.0.0.1' })).via).not.toBeNull();
  });

  it('lead nowhere where the system does not say which they are', async () => {
    const server = await mailServer();
    const calls = new TestCalls();
    const dialled = failureOf(
      dial(() => new Promise(() => undefined), server.port, {
        host: '127.0.0.1',
        after: (delayMs, run) => calls.after(delayMs, run),
      }),
    );
    await new Promise(setImmediate);
    calls.advance(SETTINGS_LIMIT_MS);
    expect((await dialled).trouble).toBe('settings');
    expect((await failureOf(dial([], server.port))).trouble).toBe('settings');
    expect(server.connections).toBe(0);
  });
});

it('that the system does not say is not straight', async () => {
  expect(isStraight(await straight({ host: 'imap.example.org', port: 993 }))).toBe(true);
  expect(isStraight([])).toBe(false);
});

describe('this machine', () => {
  it.each([
    'localhost',
    'LOCALHOST.',
    'a.localhost',
    '127.0.0.1',
    '127.9.8.7',
    '::1',
    '::ffff:127.0.0.1',
    '127.1',
  ])('is reached without a proxy as %s', async (host) => {
    const way = notToItself(() => Promise.reject(new Error('asked')));
    expect(isStraight(await way({ host, port: 993 }))).toBe(true);
  });

  it.each(['imap.example.org', '128.0.0.1', 'localhost.example.org', '::2'])(
    'is not %s',
    async (host) => {
      const way = notToItself(() => Promise.resolve([]));
      expect(await way({ host, port: 993 })).toEqual([]);
    },
  );

  it('is where nothing else is said', async () => {
    expect(isStraight(await straight({ host: 'imap.example.org', port: 993 }))).toBe(true);
  });
});
