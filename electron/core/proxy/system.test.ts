/** What a system says of its proxies: PAC files by Electron, variables of the environment elsewhere. */
import { describe, expect, it } from 'vitest';
import { hopsOfEnvironment } from './environment.ts';
import { hopsOfPac } from './pac.ts';

const straight = { kind: 'straight' };
const http = (host: string, port: number, signIn: object | null = null) => ({
  kind: 'http',
  host,
  port,
  signIn,
});
const socks = (host: string, port: number, signIn: object | null = null) => ({
  ...http(host, port, signIn),
  kind: 'socks5',
});
const unknown = (said: string) => ({ kind: 'unknown', said });

describe('the answer of a PAC file', () => {
  it.each([
    ['DIRECT', [straight]],
    ['PROXY proxy.example:8080', [http('proxy.example', 8080)]],
    ['PROXY proxy.example', [http('proxy.example', 80)]],
    [
      'PROXY a.example:8080; SOCKS5 b.example:1081;direct ; ',
      [http('a.example', 8080), socks('b.example', 1081), straight],
    ],
    ['SOCKS [2001:db8::1]:1080', [socks('2001:db8::1', 1080)]],
    ['SOCKS5 b.example', [socks('b.example', 1080)]],
    [
      'HTTPS a.example:443; SOCKS4 b.example:1080; QUIC c.example:443',
      [
        unknown('HTTPS a.example:443'),
        unknown('SOCKS4 b.example:1080'),
        unknown('QUIC c.example:443'),
      ],
    ],
    ['PROXY proxy.example:0', [unknown('PROXY proxy.example:0')]],
    ['PROXY a b:80', [unknown('PROXY a b:80')]],
    ['constructor x:80', [unknown('constructor x:80')]],
    ['', []],
  ])('%j is read', (answer, hops) => {
    expect(hopsOfPac(answer)).toEqual(hops);
  });

  it('is not tried for ever', () => {
    expect(hopsOfPac('PROXY a.example:1;'.repeat(1000)).length).toBeLessThan(20);
  });
});

describe('the environment', () => {
  const to = { host: 'imap.example.org', port: 993 };
  const hops = (environment: Record<string, string>, at = to) => hopsOfEnvironment(environment, at);

  it.each([
    [{}, straight],
    [{ HTTPS_PROXY: '' }, straight],
    // For pages that are not secure.
    [{ HTTP_PROXY: 'http://proxy.example:3128' }, straight],
    [{ HTTPS_PROXY: 'http://proxy.example:3128' }, http('proxy.example', 3128)],
    [
      { https_proxy: 'http://low.example:1', HTTPS_PROXY: 'http://up.example:2' },
      http('low.example', 1),
    ],
    [{ https_proxy: ' ', HTTPS_PROXY: 'http://up.example:2' }, http('up.example', 2)],
    [{ ALL_PROXY: 'socks5://proxy.example' }, socks('proxy.example', 1080)],
    [{ all_proxy: 'socks5h://proxy.example:9050/' }, socks('proxy.example', 9050)],
    [{ ALL_PROXY: 'socks://a.example:1', HTTPS_PROXY: 'http://b.example:2' }, http('b.example', 2)],
    [{ HTTPS_PROXY: 'proxy.example:3128' }, http('proxy.example', 3128)],
    [{ HTTPS_PROXY: 'HTTP://[2001:db8::1]:3128' }, http('2001:db8::1', 3128)],
    [
      { HTTPS_PROXY: 'http://ann:p%40ss%3Aw@proxy.example:3128' },
      http('proxy.example', 3128, { user: 'ann', password: 'p@ss:w' }),
    ],
    [
      { HTTPS_PROXY: 'socks5://ann:100%@proxy.example' },
      socks('proxy.example', 1080, { user: 'ann', password: '100%' }),
    ],
    [{ HTTPS_PROXY: 'https://ann:secret@proxy.example:443' }, unknown('https://proxy.example')],
    [{ HTTPS_PROXY: 'socks4://proxy.example' }, unknown('socks4://proxy.example')],
    [{ HTTPS_PROXY: 'http://ann:secret@pro xy:1' }, unknown('http://pro xy')],
    [{ HTTPS_PROXY: 'http://ann:secret@proxy.example:99999' }, unknown('http://proxy.example')],
    [{ HTTPS_PROXY: 'http://proxy.example:3128/path?secret' }, unknown('not a URL')],
  ])('%o', (environment, hop) => {
    expect(hops(environment)).toEqual([hop]);
    expect(JSON.stringify(hops(environment))).not.toMatch(/ann:secret|\?secret/);
  });

  it.each([
    ['example.org', true],
    ['.example.org', true],
    ['*.example.org', true],
    ['other.example, IMAP.Example.ORG.', true],
    ['other.example imap.example.org', true],
    ['imap.example.org:993', true],
    ['imap.example.org:143', false],
    ['xample.org', false],
    ['example.org.example', false],
    ['*', true],
    ['', false],
    ['192.0.2.0/24', false],
  ])('with NO_PROXY %j is left alone: %s', (exceptions, isExcepted) => {
    const environment = { HTTPS_PROXY: 'http://proxy.example:3128', NO_PROXY: exceptions };
    expect(hops(environment)).toEqual([isExcepted ? straight : http('proxy.example', 3128)]);
  });

  it.each([
    ['192.0.2.7', '192.0.2.0/24', true],
    ['192.0.3.7', '192.0.2.0/24', false],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '2.7', false],
    ['2001:db8::7', '2001:db8::/32', true],
    ['2001:db8::7', '[2001:db8::7]:993', true],
    ['2001:db8::7', '2001:db8::/500', false],
  ])('%s with NO_PROXY %j is left alone: %s', (host, exceptions, isExcepted) => {
    const environment = { HTTPS_PROXY: 'http://proxy.example:3128', no_proxy: exceptions };
    const [hop] = hopsOfEnvironment(environment, { host, port: 993 });
    expect(hop?.kind).toBe(isExcepted ? 'straight' : 'http');
  });
});
