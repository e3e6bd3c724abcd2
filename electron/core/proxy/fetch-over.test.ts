import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:https';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority, type CertificateAuthority } from '../demo/testing/index.ts';
import { fetchOver, FetchTooLarge, type FetchOptions } from './fetch-over.ts';
import { ProxyError } from './proxy-error.ts';
import { TestProxy } from './testing/test-proxy.ts';
import type { Way } from './way.ts';

let resources: AsyncDisposableStack;
let authority: CertificateAuthority;
let server: Server;
let proxy: TestProxy;
const requests: string[] = [];

beforeEach(async () => {
  resources = new AsyncDisposableStack();
  authority = await createAuthority();
  const { certPem, keyPem } = await authority.issue({ dnsNames: ['autoconfig.example.org'] });
  requests.length = 0;
  server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    requests.push(`${request.method ?? ''} ${request.headers.host ?? ''}${request.url ?? ''}`);
    if (request.url === '/moved') response.writeHead(302, { location: 'http://127.0.0.1/' });
    if (request.url === '/hangs') return;
    response.end(request.url === '/long' ? 'x'.repeat(70_000) : 'found');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  resources.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  proxy = resources.use(await TestProxy.start({ kind: 'http', port }));
});
afterEach(() => resources.disposeAsync());

const through: Way = () => Promise.resolve([proxy.address]);

function get(address: string, options: Partial<FetchOptions> = {}) {
  return fetchOver(through, new URL(address), {
    signal: AbortSignal.timeout(10_000),
    maxBytes: 65_536,
    trust: { kind: 'ca', pem: authority.certPem },
    ...options,
  });
}

describe('fetchOver', () => {
  it('asks through the proxy, by the name that its certificate is for', async () => {
    const { status, body } = await get('https://autoconfig.example.org/mail?a=b');
    expect([status, body.toString()]).toEqual([200, 'found']);
    expect(proxy.asked).toEqual(['autoconfig.example.org:443']);
    expect(requests).toEqual(['GET autoconfig.example.org/mail?a=b']);
  });

  it('gives a redirect back', async () => {
    const { status, headers } = await get('https://autoconfig.example.org/moved');
    expect([status, headers.location]).toEqual([302, 'http://127.0.0.1/']);
    expect(requests).toHaveLength(1);
  });

  it('takes no more than so many bytes', async () => {
    await expect(get('https://autoconfig.example.org/long')).rejects.toThrow(FetchTooLarge);
  });

  it('ends when it is told to', async () => {
    const late = new AbortController();
    const asked = get('https://autoconfig.example.org/hangs', { signal: late.signal });
    while (requests.length === 0) await new Promise(setImmediate);
    late.abort(new Error('late'));
    await expect(asked).rejects.toThrow('late');
  });

  it('believes no other name, nor an authority that is not trusted', async () => {
    await expect(get('https://other.example.org/')).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    const strange = get('https://autoconfig.example.org/', { trust: { kind: 'system' } });
    await expect(strange).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    expect(requests).toEqual([]);
  });

  it('goes nowhere else where the proxy refuses, nor by http', async () => {
    await using refuses = await TestProxy.start({
      kind: 'http',
      instead: { bytes: 'HTTP/1.1 403 No\r\n\r\n' },
    });
    const asked = fetchOver(
      () => Promise.resolve([refuses.address]),
      new URL('https://127.0.0.1:1/'),
      { signal: AbortSignal.timeout(10_000), maxBytes: 10 },
    );
    await expect(asked).rejects.toThrow(ProxyError);
    await expect(get('http://autoconfig.example.org/')).rejects.toThrow('Only https');
  });
});
