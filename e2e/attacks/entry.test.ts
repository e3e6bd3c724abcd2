/**
 * Who is kept out, against the running host: each row is sent as it stands, over a socket of its
 * own. What it serves is in `served.test.ts`, floods are in `floods.test.ts`, what a
 * browser has to do with it in `foreign-page.spec.ts`.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { AttackTarget, bearer, refused, type Headers } from '../fixtures/program/attack-target.ts';
import { getState } from '../fixtures/program/genuine-client.ts';
import { request, sendRaw } from '../fixtures/program/raw-http.ts';

let target: AttackTarget;
beforeAll(async () => {
  target = await AttackTarget.start();
}, 120_000);
afterAll(() => target.end());

describe('those who may come in', () => {
  it('are let in, or the refusals below would say nothing', async () => {
    expect(await target.openWebSocket({ ...target.ours(), ...bearer(target.token) })).toMatchObject(
      { status: 101 },
    );
    expect(
      await target.openWebSocket({ ...target.fromPage(), ...bearer(target.token) }),
    ).toMatchObject({ status: 101 });
    for (const page of [target.fromPage(), target.fromPageAtName()]) {
      expect(await speak({ ...page, Cookie: target.cookie }, keyFrame(target.keys.key))).toEqual([
        { t: 'answer', answer: target.keys.answer },
        expect.objectContaining({ t: 's', r: expect.objectContaining({ ok: true }) }),
      ]);
    }
    expect(
      await target.send('GET /session', { ...target.ours(), Cookie: target.cookie }),
    ).toMatchObject({
      status: 204,
    });
    expect(await target.send('GET /', target.ours())).toMatchObject({ status: 200 });
  });

  it('get a cookie that scripts do not see and other sites do not send', async () => {
    const { head } = await target.send('POST /session', {
      ...target.fromPage(),
      ...bearer(target.token),
    });
    const [, line = ''] = /^set-cookie: (.*)$/im.exec(head) ?? [];
    const [pair = '', ...flags] = line.trim().split('; ');
    expect(pair).toMatch(new RegExp(`^reprise_${target.port}=[\\w-]{43}$`));
    expect(pair).not.toContain(target.token);
    // No Domain, so for this name alone; no Expires, so until the browser ends.
    expect(flags.sort()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Strict']);
  });
});

describe('without the token of this run nobody comes in', () => {
  it.each<[string, () => Headers]>([
    ['nothing', () => ({})],
    ['an empty token', () => ({ Authorization: 'Bearer ' })],
    ['a wrong token of the right length', () => bearer('A'.repeat(target.token.length))],
    ['all of the token but its end', () => bearer(target.token.slice(0, -1))],
    ['the token and more', () => bearer(`${target.token}A`)],
    [
      'the token in other letters',
      () => bearer(target.token.toLowerCase() + target.token.toUpperCase()),
    ],
    ['the token of an earlier run', () => bearer(target.earlier.token)],
    ['the cookie of an earlier run', () => ({ Cookie: target.earlier.cookie })],
    ['the token as a cookie', () => ({ Cookie: `${target.cookie.split('=')[0]}=${target.token}` })],
    ['the cookie as a token', () => bearer(target.cookie.split('=')[1] ?? '')],
    ['the key as a token', () => bearer(target.keys.key)],
    [
      'the key as a cookie',
      () => ({ Cookie: `${target.cookie.split('=')[0]}=${target.keys.key}` }),
    ],
    ['the cookie under another name', () => ({ Cookie: target.cookie.replace('reprise', 'x') })],
    ['Basic', () => ({ Authorization: `Basic ${btoa(`:${target.token}`)}` })],
    [
      'the token twice',
      () => ({ Authorization: `Bearer ${target.token}, Bearer ${target.token}` }),
    ],
  ])('with %s', async (_, credentials) => {
    expect(await target.tryWebSocket({ ...target.ours(), ...credentials() })).toEqual(refused(401));
    expect(await target.tryWebSocket({ ...target.fromPage(), ...credentials() })).toEqual(
      refused(401),
    );
    expect(await target.try('GET /session', { ...target.ours(), ...credentials() })).toEqual(
      refused(401),
    );
    expect(await target.try('POST /session', { ...target.fromPage(), ...credentials() })).toEqual(
      refused(401),
    );
  });

  it('with the token in the address, where logs and histories would keep it', async () => {
    for (const name of ['token', 'access_token', 'authorization']) {
      const query = `?${name}=${target.token}`;
      expect(await target.tryWebSocket(target.ours(), `/rpc${query}`)).toEqual(refused(401));
      expect(await target.tryWebSocket(target.fromPage(), `/rpc${query}`)).toEqual(refused(401));
      expect(await target.try(`GET /session${query}`, target.ours())).toEqual(refused(401));
      expect(await target.try(`POST /session${query}`, target.fromPage())).toEqual(refused(401));
      const { status, head } = await target.send(`GET /${query}`, target.ours());
      expect(status).toBe(200);
      expect(head).not.toMatch(/^set-cookie:/im);
    }
  });

  it('with the cookie but no page of ours: another program’s page has it sent as well', async () => {
    expect(await target.tryWebSocket({ ...target.ours(), Cookie: target.cookie })).toEqual(
      refused(401),
    );
  });

  // Any program can claim to be our page, and the cookie goes to every port of its host name.
  it.each<[string, () => string]>([
    ['nothing but calls', () => getState('1')],
    ['the cookie for a key', () => keyFrame(target.cookie.split('=')[1] ?? '')],
    ['the token for a key', () => keyFrame(target.token)],
    ['what we answer for a key', () => keyFrame(target.keys.answer)],
    ['the key of an earlier run', () => keyFrame(target.earlier.keys.key)],
  ])('with the cookie, our origin and %s', async (_, first) => {
    for (const page of [target.fromPage(), target.fromPageAtName()]) {
      expect(await speak({ ...page, Cookie: target.cookie }, first())).toBe(1008);
    }
  });
});

describe('a foreign page does not come in, whatever it holds', () => {
  it.each<[string, () => Headers]>([
    ['another site', () => ({ Origin: 'https://evil.example' })],
    ['no origin', () => ({ Origin: 'null' })],
    ['an empty origin', () => ({ Origin: '' })],
    ['another port of this machine', () => ({ Origin: 'http://127.0.0.1:1' })],
    ['this address without a port', () => ({ Origin: 'http://127.0.0.1' })],
    ['this address by TLS', () => ({ Origin: `https://127.0.0.1:${target.port}` })],
    ['this machine by name', () => ({ Origin: `http://localhost:${target.port}` })],
    ['this machine by IPv6', () => ({ Origin: `http://[::1]:${target.port}` })],
    [
      'the name of this run, sent to the address',
      () => ({ Origin: `http://${target.name}:${target.port}` }),
    ],
    [
      'the name of an earlier run',
      () => ({ Origin: `http://${target.earlier.name}:${target.port}` }),
    ],
    ['another name below localhost', () => ({ Origin: `http://evil.localhost:${target.port}` })],
    [
      'an origin that begins like ours',
      () => ({ Origin: `http://127.0.0.1:${target.port}.evil.example` }),
    ],
    ['an origin that ends like ours', () => ({ Origin: `http://evil@127.0.0.1:${target.port}` })],
    ['ours and another', () => ({ Origin: `http://127.0.0.1:${target.port} http://evil.example` })],
    ['an extension', () => ({ Origin: 'chrome-extension://abcdefghijklmnop' })],
    [
      'a page that the browser calls foreign',
      () => ({ ...target.fromPage(), 'Sec-Fetch-Site': 'cross-site' }),
    ],
    ['a page on another port', () => ({ ...target.fromPage(), 'Sec-Fetch-Site': 'same-site' })],
  ])('%s', async (_, page) => {
    const headers = { ...target.ours(), Cookie: target.cookie, ...bearer(target.token), ...page() };
    expect(await target.tryWebSocket(headers)).toEqual(refused(403));
    expect(await target.try('POST /session', headers)).toEqual(refused(403));
  });

  it('nor does the form of one: it cannot carry the token, and says where it comes from', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data']) {
      const body = `token=${target.token}`;
      const form = {
        ...target.ours(),
        Cookie: target.cookie,
        'Content-Type': type,
        'Content-Length': String(body.length),
        'Sec-Fetch-Mode': 'navigate',
      };
      for (const [path, status] of [
        ['/session', 403],
        ['/', 405],
        ['/rpc', 405],
      ] as const) {
        const foreign = { ...form, Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
        expect(await target.try(`POST ${path}`, foreign, body)).toEqual(refused(status));
        // A form of a page on another port of this machine is of the same site.
        const near = { ...form, Origin: 'http://127.0.0.1:1', 'Sec-Fetch-Site': 'same-site' };
        expect(await target.try(`POST ${path}`, near, body)).toEqual(refused(status));
      }
      expect(await target.try('POST /session', { ...form, ...target.fromPage() }, body)).toEqual(
        refused(401),
      );
    }
  });

  it('nor does one that loads our files as scripts, images or frames of its own', async () => {
    for (const mode of ['no-cors', 'cors', 'websocket']) {
      for (const site of ['cross-site', 'same-site']) {
        const headers = { ...target.ours(), 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': mode };
        expect(await target.try('GET /', headers)).toEqual(refused(403));
      }
    }
  });
});

describe('under another name this machine is not Reprise', () => {
  it.each<[string, () => string]>([
    ['a foreign name', () => 'evil.example'],
    ['a foreign name with our port', () => `evil.test:${target.port}`],
    ['a name below localhost', () => `localhost.evil.test:${target.port}`],
    ['a name that resolves to what it says', () => `127.0.0.1.nip.io:${target.port}`],
    ['a name that begins like ours', () => `127.0.0.1:${target.port}.evil.test`],
    ['our name after a user', () => `evil.test@127.0.0.1:${target.port}`],
    ['localhost', () => `localhost:${target.port}`],
    ['the name of an earlier run', () => `${target.earlier.name}:${target.port}`],
    ['the name of this run, with another port', () => `${target.name}:1`],
    ['the name of this run, and a dot', () => `${target.name}.:${target.port}`],
    ['a name below that of this run', () => `evil.${target.name}:${target.port}`],
    ['a name that ends like that of this run', () => `evil-${target.name}:${target.port}`],
    ['a trailing dot', () => `127.0.0.1.:${target.port}`],
    ['a trailing dot after the port', () => `127.0.0.1:${target.port}.`],
    ['IPv6', () => `[::1]:${target.port}`],
    ['IPv4 in IPv6', () => `[::ffff:127.0.0.1]:${target.port}`],
    ['IPv4 in IPv6, in hex', () => `[::ffff:7f00:1]:${target.port}`],
    ['any address', () => `0.0.0.0:${target.port}`],
    ['a short form', () => `127.1:${target.port}`],
    ['one number', () => `2130706433:${target.port}`],
    ['hex', () => `0x7f.0.0.1:${target.port}`],
    ['octal', () => `0177.0.0.1:${target.port}`],
    ['no port', () => '127.0.0.1'],
    ['another port', () => '127.0.0.1:1'],
    ['a port with a zero before it', () => `127.0.0.1:0${target.port}`],
    ['two names', () => `127.0.0.1:${target.port}, evil.test`],
    ['nothing', () => ''],
  ])('%s', async (_, host) => {
    const headers = {
      ...target.fromPage(),
      Cookie: target.cookie,
      ...bearer(target.token),
      Host: host(),
    };
    expect(await target.try('GET /', headers)).toEqual(refused(421));
    expect(await target.try('POST /session', headers)).toEqual(refused(421));
    expect(await target.tryWebSocket(headers)).toEqual(refused(421));
  });

  it('nor without any name', async () => {
    expect(
      target.judge(await sendRaw(target.port, 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n')),
    ).toEqual(refused(400));
    expect(target.judge(await sendRaw(target.port, 'GET / HTTP/1.0\r\n\r\n'))).toEqual(
      refused(421),
    );
  });

  it('nor under two names at once', async () => {
    const ours = `Host: 127.0.0.1:${target.port}`;
    for (const hosts of [
      [ours, 'Host: evil.test'],
      ['Host: evil.test', ours],
      [ours, ours],
    ]) {
      const bytes = ['GET / HTTP/1.1', ...hosts, 'Connection: close', '', ''].join('\r\n');
      expect(target.judge(await sendRaw(target.port, bytes))).toEqual(refused(421));
    }
  });

  it('nor at another address, be it of this machine', async () => {
    for (const host of ['127.0.0.2', '::ffff:127.0.0.2', ...addressesOfThisMachine()]) {
      const socket = connect({ host, port: target.port });
      const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
      // Without IPv6, or where only one address of loopback is set up, there is nothing to refuse.
      expect(['ECONNREFUSED', 'EADDRNOTAVAIL']).toContain(error.code);
    }
  });

  it('nor at ::1, where it answers to the name of its run and no other', async () => {
    const socket = connect({ host: '::1', port: target.port });
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    // Without IPv6 there is nobody.
    socket.on('error', () => chunks.push(Buffer.from('HTTP/1.1 421 nobody')));
    socket.write(request('GET /', { ...target.fromPage(), Host: `[::1]:${target.port}` }));
    await once(socket, 'close');
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 421 /);
  });

  it('and who asks at the address is not told the name of the run', async () => {
    const answers = [
      await target.send('GET /', target.ours()),
      await target.send('GET /session', target.ours()),
      await target.send('POST /session', { ...target.fromPage(), ...bearer('x') }),
      await target.send('GET /', { Host: 'evil.test' }),
      await target.openWebSocket(target.fromPage()),
    ];
    expect(JSON.stringify(answers)).not.toContain(target.name.split('.')[0]);
  });

  it('nor where another header claims the right one', async () => {
    const headers = { Host: 'evil.test', 'X-Forwarded-Host': `127.0.0.1:${target.port}` };
    expect(await target.try('GET /', headers)).toEqual(refused(421));
    expect(await target.try(`GET http://127.0.0.1:${target.port}/`, headers)).toEqual(refused(421));
  });
});

const keyFrame = (key: string) => JSON.stringify({ t: 'key', key });

/**
 * Opens a WebSocket, sends `first` and then a call.
 *
 * @returns both answers, or the code that it was closed with before there was one
 */
async function speak(headers: Headers, first: string): Promise<unknown> {
  const socket = new WebSocket(`ws://127.0.0.1:${target.port}/rpc`, { headers });
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const frames: { readonly t: string }[] = [];
  socket.on('error', () => undefined);
  socket.on('close', (code) => {
    resolve(frames.length === 0 ? code : frames);
  });
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as { readonly t: string };
    // Patches are no answers.
    if (frame.t !== 'q') frames.push(frame);
    if (frames.length === 2) socket.close();
  });
  await once(socket, 'open');
  socket.send(first);
  socket.send(getState('7'));
  return promise;
}

/** Where others could reach it, were it to listen there. */
function addressesOfThisMachine(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
}
