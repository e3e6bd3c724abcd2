import type { LookupFunction } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { straight, type Way } from '../proxy/index.ts';
import { TestProxy } from '../proxy/testing/test-proxy.ts';
import { Names } from './names.ts';
import { a, startInternet, type SmallInternet, type SmallWorld } from './testing/small-internet.ts';
import type { Page } from './testing/web-server.ts';
import { fetchFile, MAX_FILE_BYTES } from './web.ts';

const START = 'start.example/file';

const redirect =
  (to: string | ((port: string) => string), status = 302): Page =>
  (request, response) => {
    const [, port = ''] = /:(\d+)$/.exec(request.headers.host ?? '') ?? [];
    const location = typeof to === 'string' ? to : to(port);
    response.writeHead(status, { location }).end();
  };
const at =
  (place: string) =>
  (port: string): string =>
    `https://${place.replace('/', `:${port}/`)}`;

/** What the file at the start is, as text; the private network is 127.0.0.0/8, but for 127.0.0.1. */
async function fetched(
  world: SmallInternet,
  lookup?: LookupFunction,
  way: Way = straight,
): Promise<string | null> {
  const { internet, web } = world;
  using stop = { end: new AbortController(), [Symbol.dispose]: () => stop.end.abort() };
  const { signal } = stop.end;
  const file = await fetchFile(new URL(`https://start.example:${String(web.port)}/file`), {
    way,
    trust: internet.trust,
    lookup: lookup ?? new Names(internet.dns, signal, internet.hosts).lookup,
    isPublic: internet.isPublic,
    signal,
  });
  return file === null ? null : Buffer.from(file).toString();
}

const hostsFile: LookupFunction = (_, __, done) => {
  done(null, [{ address: '127.0.0.1', family: 4 }]);
};

const start = (world: SmallWorld): Promise<SmallInternet> =>
  startInternet({
    isPublic: (address) => address === '127.0.0.1',
    hosts: ['start.example'],
    ...world,
  });

describe('a file over https', () => {
  it('is followed through a proxy that is named, at an address of no public network', async () => {
    await using world = await start({
      pages: { [START]: redirect(at('other.example/x')), 'other.example/x': 'here' },
      isPublic: () => false,
    });
    await using proxy = await TestProxy.start({ kind: 'socks5', port: world.web.port });
    const named = { ...proxy.address, host: 'proxy.example' };
    expect(await fetched(world, hostsFile, () => Promise.resolve([named]))).toBe('here');
    expect(proxy.asked).toHaveLength(2);
  });

  it.each([301, 302, 303, 307, 308])('is where a redirect with %i leads', async (status) => {
    await using world = await start({
      pages: {
        [START]: redirect(at('other.example/x?y=z'), status),
        'other.example/x?y=z': 'here',
      },
    });
    expect(await fetched(world)).toBe('here');
  });

  it('is three redirects away at most', async () => {
    const pages: Record<string, Page> = { [START]: redirect('/1'), 'start.example/3': 'here' };
    for (const step of [1, 2, 3])
      pages[`start.example/${String(step)}`] ??= redirect(`/${String(step + 1)}`);
    await using near = await start({ pages });
    expect(await fetched(near)).toBe('here');
    await using far = await start({
      pages: { ...pages, 'start.example/3': redirect('/4'), 'start.example/4': 'too far' },
    });
    expect(await fetched(far)).toBeNull();
    await using round = await start({ pages: { [START]: redirect('/file') } });
    expect(await fetched(round)).toBeNull();
    expect(round.web.asked).toHaveLength(4);
  });

  it.each([
    ['http', (port: string) => `http://other.example:${port}/x`],
    ['a file', 'file:///etc/hostname'],
    ['data', 'data:text/xml,here'],
    ['a place with a password', (port: string) => `https://a:b@other.example:${port}/x`],
    ['this machine', (port: string) => `https://127.0.0.2:${port}/x`],
    ['this machine in IPv6', (port: string) => `https://[::1]:${port}/x`],
    ['this machine as a number', (port: string) => `https://2130706434:${port}/x`],
    ['this machine mapped', (port: string) => `https://[::ffff:127.0.0.2]:${port}/x`],
    ['a cloud’s own place', (port: string) => `https://169.254.169.254:${port}/latest/meta-data/`],
    ['a name that leads to this machine', at('inside.example/x')],
    ['no place', 'https://'],
  ])('is not where a redirect to %s leads', async (_, to) => {
    await using world = await start({
      pages: { [START]: redirect(to), 'inside.example/x': 'secret', 'other.example/x': 'secret' },
      zone: { 'A inside.example': [a('inside.example', '127.0.0.2')] },
    });
    await expect(fetched(world).catch(() => null)).resolves.toBeNull();
    expect(world.web.asked).toHaveLength(1);
    expect(world.web.serverNames).toEqual(['start.example']);
  });

  it('may be within a company’s network, and sent on within the same server', async () => {
    await using world = await start({
      isPublic: () => false,
      pages: { [START]: redirect('/x'), 'start.example/x': 'here' },
    });
    expect(await fetched(world)).toBe('here');
  });

  it('is not where a name leads that was public and is this machine at the second look', async () => {
    await using world = await start({
      pages: { [START]: redirect('/x'), 'start.example/x': 'secret' },
    });
    const dialled: string[] = [];
    const rebinding: LookupFunction = (_, __, done) => {
      const address = dialled.length === 0 ? '127.0.0.1' : '127.0.0.2';
      dialled.push(address);
      done(null, [{ address, family: 4 }]);
    };
    await expect(fetched(world, rebinding)).rejects.toThrow('no public address');
    // It was looked up once for each connection, and only the first was made.
    expect(dialled).toEqual(['127.0.0.1', '127.0.0.2']);
    expect(world.web.asked).toHaveLength(1);
  });

  it('is dialled at the addresses of a name that are public, whatever else it has', async () => {
    const both = [a('both.example', '127.0.0.2'), a('both.example', '127.0.0.1')];
    await using world = await start({
      pages: { [START]: redirect(at('both.example/x')), 'both.example/x': 'here' },
      zone: { 'A both.example': both },
    });
    expect(await fetched(world)).toBe('here');
  });

  it('is what the system knows where the DNS does not', async () => {
    await using world = await start({
      pages: { [START]: 'here' },
      zone: { 'A start.example': [] },
    });
    const { signal } = new AbortController();
    const { lookup } = new Names(world.internet.dns, signal, hostsFile);
    expect(await fetched(world, lookup)).toBe('here');
  });

  it('has at most 64 KiB, and is not read to its end where it has more', async () => {
    await using world = await start({ pages: { [START]: 'x'.repeat(MAX_FILE_BYTES) } });
    expect(await fetched(world)).toHaveLength(MAX_FILE_BYTES);
    await using larger = await start({ pages: { [START]: 'x'.repeat(MAX_FILE_BYTES + 1) } });
    await expect(fetched(larger)).rejects.toThrow('65536');
    const cut = Promise.withResolvers<boolean>();
    await using endless = await start({
      pages: {
        [START]: (_, response) => {
          const more = (): void => {
            while (response.write('x'.repeat(10_000)));
          };
          response.on('drain', more);
          response.on('close', () => {
            cut.resolve(response.writableFinished);
          });
          more();
        },
      },
    });
    await expect(fetched(endless)).rejects.toThrow('65536');
    expect(await cut.promise).toBe(false);
  });

  it.each<[string, Page]>([
    ['that is not found', (_, response) => response.writeHead(404).end('here')],
    ['of a server in trouble', (_, response) => response.writeHead(500).end('here')],
    [
      'that wants a password',
      (_, response) => response.writeHead(401, { 'www-authenticate': 'Basic' }).end(),
    ],
    [
      'that is packed',
      (_, response) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('here')),
    ],
  ])('is nothing %s', async (_, page) => {
    await using world = await start({ pages: { [START]: page } });
    expect(await fetched(world)).toBeNull();
  });

  it('takes no cookie to the next place, nor where it comes from', async () => {
    await using world = await start({
      pages: {
        [START]: (request, response) => {
          const [, port = ''] = /:(\d+)$/.exec(request.headers.host ?? '') ?? [];
          response
            .writeHead(302, {
              location: `https://start.example:${port}/x`,
              'set-cookie': 'a=b; Path=/',
            })
            .end();
        },
        'start.example/x': 'here',
      },
    });
    expect(await fetched(world)).toBe('here');
    const names = world.web.asked.map(({ headers }) =>
      headers.filter((_, index) => index % 2 === 0),
    );
    expect(names).toEqual([
      ['host', 'accept-encoding', 'Connection'],
      ['host', 'accept-encoding', 'Connection'],
    ]);
  });
});
