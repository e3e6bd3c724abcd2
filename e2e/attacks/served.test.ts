/** What the running host serves, and to what requests; each row is sent as it stands. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AttackTarget, bearer, refused } from '../fixtures/program/attack-target.ts';
import { request, sendRaw, UPGRADE } from '../fixtures/program/raw-http.ts';
import { REPOSITORY } from '../fixtures/program/repository.ts';

let target: AttackTarget;
beforeAll(async () => {
  target = await AttackTarget.start();
}, 120_000);
afterAll(() => target.end());

describe('nothing but the built page is served', () => {
  it.each([
    ['dots', '/../package.json'],
    ['dots from below', '/assets/../../../package.json'],
    ['dots that add up', '/..././..././package.json'],
    ['encoded dots', '/%2e%2e/%2e%2e/package.json'],
    ['encoded dots in capitals', '/%2E%2E/%2E%2E/package.json'],
    ['half encoded dots', '/.%2e/%2e./package.json'],
    ['encoded slashes', '/%2e%2e%2f%2e%2e%2fpackage.json'],
    ['encoded twice', '/%252e%252e%252f%252e%252e%252fpackage.json'],
    ['backslashes', '/..\\..\\package.json'],
    ['encoded backslashes', '/%2e%2e%5c%2e%2e%5cpackage.json'],
    ['overlong UTF-8', '/%c0%ae%c0%ae/%c0%ae%c0%ae/package.json'],
    ['overlong slashes', '/..%c0%af..%c0%afpackage.json'],
    ['full-width dots', '/%ef%bc%8e%ef%bc%8e/package.json'],
    ['a NUL', '/%00/../package.json'],
    ['a NUL at the end', '/index.html%00.png'],
    ['an absolute path', '//etc/passwd'],
    ['an absolute path, encoded', '/%2fetc%2fpasswd'],
    ['a drive', '/C:/Windows/win.ini'],
    ['a file: URL', '/file:///etc/passwd'],
    ['parameters', '/..;/..;/package.json'],
    ['/proc', '/../../../../../../../../proc/self/environ'],
    ['a folder', '/assets'],
    ['a folder with a slash', '/assets/'],
    ['a folder with a dot', '/assets/.'],
    ['a property of every object', '/__proto__'],
    ['sources', '/renderer/main.tsx'],
    ['the engine', '/electron/host/main.ts'],
    ['the other shell’s programs', '/shell/main.cjs'],
    ['the repository', '/.git/config'],
    ['the index by its name', '/index.html'],
    ['a broken escape', '/%zz'],
  ])('by %s', async (_, path) => {
    expect(await target.try(`GET ${path}`, target.ours())).toEqual(refused(404));
    expect(await target.try(`GET ${path}?x#y`, target.ours())).toEqual(refused(404));
  });

  it.each([
    ['a NUL byte', '/\0/../package.json', 400],
    ['bytes that are no ASCII', '/\u00c0\u00ae\u00c0\u00ae/package.json', 400],
    ['a whole URL', 'http://127.0.0.1/package.json', 400],
    ['a file URL', 'file:///etc/passwd', 400],
    ['no slash', '../package.json', 400],
    ['a line break and a second request', '/ HTTP/1.1\r\n\r\nGET /package.json', 400],
  ] as const)('by %s', async (_, address, status) => {
    const bytes = Buffer.from(request(`GET ${address}`, target.ours()), 'latin1');
    const answer = await sendRaw(target.port, bytes);
    expect(target.judge(answer)).toEqual(refused(status));
  });

  it('nor a source map, nor a name that the page does not use', async () => {
    const { body } = await target.send('GET /', target.ours());
    const files = [...body.matchAll(/(?:src|href)="\.?(\/?[^"]+)"/g)].map(([, name = '']) => name);
    expect(files.filter((name) => name.endsWith('.js')).length).toBeGreaterThan(0);
    for (const name of files) {
      const path = name.startsWith('/') ? name : `/${name}`;
      const served = await target.send(`GET ${path}`, target.ours());
      expect(served).toMatchObject({ status: 200 });
      expect(served.body).not.toContain('sourceMappingURL');
      expect(await target.try(`GET ${path}.map`, target.ours())).toEqual(refused(404));
    }
  });

  it('and none of it holds what is not meant for it', async () => {
    const manifest = await readFile(join(REPOSITORY, 'package.json'), 'utf8');
    const { head, body } = await target.send('GET /', target.ours());
    expect(body).not.toContain(target.token);
    expect(body).not.toContain(manifest.slice(0, 20));
    expect(head).not.toMatch(/^(server|x-powered-by|access-control-\w+):/im);
    expect(head).toMatch(/^x-frame-options: DENY$/im);
    expect(head).toMatch(/^x-content-type-options: nosniff$/im);
    expect(head).toMatch(/^referrer-policy: no-referrer$/im);
    expect(head).toMatch(/^cross-origin-opener-policy: same-origin$/im);
    expect(head).toMatch(/^cross-origin-resource-policy: same-origin$/im);
  });

  it('under a policy that allows nothing inline, nothing from elsewhere, and no frame', async () => {
    const { head, body } = await target.send('GET /', target.ours());
    const policy = /^content-security-policy: (.*)$/im.exec(head)?.[1]?.trim() ?? '';
    // The one script in the page itself runs nothing: it holds the hashes of the others.
    const table = /<script type="importmap">(.*?)<\/script>/.exec(body)?.[1] ?? '';
    const hashOfTable = createHash('sha256').update(table).digest('base64');
    expect(policy.split('; ').sort()).toEqual(
      [
        "base-uri 'none'",
        `connect-src 'self' ws://127.0.0.1:${target.port}`,
        "default-src 'none'",
        "font-src 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "require-trusted-types-for 'script'",
        `script-src 'self' 'sha256-${hashOfTable}'`,
        "style-src 'self'",
        "trusted-types 'none'",
        "worker-src 'none'",
      ].sort(),
    );
    expect(body.replace(table, '')).not.toMatch(
      /<style|<script(?![^>]*\bsrc=)(?! type="importmap">)|\son\w+=|\sstyle=/i,
    );
    expect(body).not.toMatch(/(?:src|href)="(?:[a-z]+:)?\/\//i);
  });
});

describe('what is no request of ours is refused', () => {
  it.each([
    ['TRACE /', 405],
    ['TRACE /session', 405],
    ['OPTIONS /', 405],
    ['OPTIONS *', 400],
    ['PUT /', 405],
    ['DELETE /session', 405],
    ['PATCH /', 405],
    ['PROPFIND /', 405],
    ['CONNECT 127.0.0.1:25', null],
    ['BREW /', 400],
    ['get /', 400],
  ] as const)('%s', async (line, status) => {
    expect(await target.try(line, { ...target.fromPage(), ...bearer(target.token) })).toEqual(
      refused(status),
    );
  });

  it('a WebSocket anywhere but at its place, by GET', async () => {
    for (const path of ['/', '/session', '/rpc/', '/rpc/..', '//rpc', '/RPC', '/%72pc']) {
      expect(
        await target.tryWebSocket({ ...target.ours(), ...bearer(target.token) }, path),
      ).toEqual(refused(404));
    }
    const headers = { ...target.ours(), ...bearer(target.token), ...UPGRADE };
    expect(await target.try('POST /rpc', headers)).toEqual(refused(404));
  });

  it.each<[string, Buffer, number | null]>([
    ['HTTP/2', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), 400],
    ['TLS', Buffer.from('16030100050100000100', 'hex'), 400],
    ['another protocol', Buffer.from('EHLO localhost\r\n'), 400],
    ['HTTP 0.9', Buffer.from('GET /\r\n\r\n'), 421],
    ['zeros', Buffer.alloc(1000), 400],
  ])('%s', async (_, bytes, status) => {
    expect(target.judge(await sendRaw(target.port, bytes))).toEqual(refused(status));
  });

  it('headers that are too large or too many', async () => {
    expect(await target.try('GET /', { ...target.ours(), 'X-Large': 'x'.repeat(17_000) })).toEqual(
      refused(431),
    );
    expect(await target.try(`GET /${'x'.repeat(17_000)}`, target.ours())).toEqual(refused(431));
    const many = Object.fromEntries(Array.from({ length: 4000 }, (_, i) => [`X-${i}`, 'x']));
    expect(await target.try('GET /', { ...target.ours(), ...many })).toEqual(refused(431));
  });

  it('a request in another request: two lengths, and lengths that contradict each other', async () => {
    const smuggled = request('GET /', target.ours());
    for (const headers of [
      { 'Content-Length': '0', 'Transfer-Encoding': 'chunked' },
      { 'Transfer-Encoding': 'chunked, identity' },
      { 'Content-Length': '5, 6' },
      { 'Content-Length': '-1' },
    ]) {
      const answer = await target.send(
        'POST /session',
        { ...target.fromPage(), ...headers },
        smuggled,
      );
      expect(target.judge(answer)).toEqual(refused(400));
    }
  });
});
