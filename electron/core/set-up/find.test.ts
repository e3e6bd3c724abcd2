import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { DOMAIN_SOURCES, type SetUpSource } from '../../../shared/set-up.ts';
import { systemClock } from '../clock.ts';
import { createAuthority } from '../demo/certificates.ts';
import { straight, type Way } from '../proxy/index.ts';
import { TestProxy } from '../proxy/testing/test-proxy.ts';
import { TestClock } from '../testing/clock.ts';
import {
  MOST_SEARCHES,
  SEARCH_LIMIT_MS,
  SetUp,
  theInternet,
  type SetUpDeps,
  type Internet,
} from './find.ts';
import {
  a,
  mx,
  settingsFile,
  srv,
  startInternet,
  txt,
  type SmallWorld,
} from './testing/small-internet.ts';
import type { ZoneEntry } from './testing/dns-server.ts';
import type { Page } from './testing/web-server.ts';

const ISPDB = 'autoconfig.thunderbird.net';

function setUp(deps: Partial<SetUpDeps>): SetUp {
  return new SetUp({
    clock: systemClock,
    internet: theInternet,
    way: () => straight,
    mayLookUp: () => true,
    isOnline: () => true,
    ...deps,
  });
}

/** A domain of which `source` says that its mail is at `host`. */
function saying(source: SetUpSource, host: string): Required<Pick<SmallWorld, 'pages' | 'zone'>> {
  const own = source.replace(/^mx-/, '');
  const domain = source === own ? 'example.org' : 'hoster.example';
  const pages: Record<string, Page> = {};
  const zone: Record<string, ZoneEntry> = {};
  if (source !== own) zone['MX example.org'] = [mx('example.org', 10, 'mx1.hoster.example')];
  if (own === 'autoconfig') pages[`autoconfig.${domain}/mail/config-v1.1.xml`] = settingsFile(host);
  if (own === 'well-known') {
    pages[`${domain}/.well-known/autoconfig/mail/config-v1.1.xml`] = settingsFile(host);
  }
  if (own === 'ispdb') pages[`${ISPDB}/v1.1/${domain}`] = settingsFile(host);
  if (own === 'pacc') {
    const file = JSON.stringify({ protocols: { imap: { host } } });
    const digest = createHash('sha256').update(file).digest('base64');
    pages[`ua-auto-config.${domain}/.well-known/user-agent-configuration.json`] = file;
    const name = `_ua-auto-config.${domain}`;
    zone[`TXT ${name}`] = [txt(name, `v=UAAC1; a=sha256; d=${digest}`)];
  }
  if (own === 'srv') zone[`SRV _imaps._tcp.${domain}`] = [srv(`_imaps._tcp.${domain}`, host)];
  if (own === 'table') zone['MX example.org'] = [mx('example.org', 1, 'aspmx.l.google.com')];
  return { pages, zone };
}

/** Best first, as issue 14 names them. */
const RANKS: readonly SetUpSource[] = [
  ...DOMAIN_SOURCES,
  ...DOMAIN_SOURCES.map((source) => `mx-${source}` as const),
];

/** All of these at once, each with a host of its own. */
function sayingAll(sources: readonly SetUpSource[]): Required<Pick<SmallWorld, 'pages' | 'zone'>> {
  const said = sources.map((source) => saying(source, `imap-${source}.example.org`));
  return {
    pages: Object.assign({}, ...said.map(({ pages }) => pages)) as Record<string, Page>,
    zone: Object.assign({}, ...said.map(({ zone }) => zone)) as Record<string, ZoneEntry>,
  };
}

/** A page, and what happens when whoever asked for it has read it and hung up. */
function answeredThen(text: string, then: () => void): Page {
  return (request, response) => {
    request.socket.on('close', then);
    response.end(text);
  };
}

describe('settings of providers that Reprise knows', () => {
  it.each([
    ['a@gmail.com', 'imap.gmail.com'],
    ['a@googlemail.com', 'imap.gmail.com'],
    ['a@outlook.com', 'outlook.office365.com'],
    ['a@hotmail.com', 'outlook.office365.com'],
    ['a@yahoo.de', 'imap.mail.yahoo.com'],
    ['a@me.com', 'imap.mail.me.com'],
    ['a@fastmail.com', 'imap.fastmail.com'],
    ['a@gmx.de', 'imap.gmx.net'],
    ['a@gmx.com', 'imap.gmx.com'],
    ['a@zoho.com', 'imap.zoho.com'],
    ['a@zoho.eu', 'imap.zoho.eu'],
    ['a@mailbox.org', 'imap.mailbox.org'],
    ['  "odd@name"@GMail.COM. ', 'imap.gmail.com'],
  ])('%s: %s', async (address, host) => {
    await using world = await startInternet({});
    const result = await setUp({ internet: world.internet }).find(address);
    const { found, lookedUp, trouble } = result;
    expect(found).toMatchObject({ host, port: 993, security: 'tls', source: 'table' });
    expect(found?.foreign).toBe(false);
    expect(found?.provider?.helpUrl).toMatch(/^https:\/\//);
    expect([lookedUp, trouble]).toEqual([false, null]);
    expect([world.dns.asked, world.web.serverNames]).toEqual([[], []]);
  });

  it('say of Outlook that a password will not do', async () => {
    const { found } = await setUp({}).find('a@live.com');
    expect(found?.provider?.passwords).toBe('none');
    expect(found?.provider?.hint).toContain('sign in at Microsoft, in your browser');
    expect(found?.provider?.oauth?.name).toBe('Microsoft');
  });

  it('say of a provider without IMAP that it has none', async () => {
    const { found, trouble } = await setUp({}).find('a@tuta.com');
    expect(found).toBeNull();
    expect(trouble).toContain('Tuta offers no IMAP');
  });

  it('name the user as the provider wants it', async () => {
    const search = setUp({});
    expect((await search.find('Robin@iCloud.com')).found?.user).toBe('Robin');
    expect((await search.find('R <Robin@Fastmail.com>')).found?.user).toBe('Robin@Fastmail.com');
  });
});

describe('a domain of one’s own', () => {
  it.each(RANKS)('is found by %s alone', async (source) => {
    await using world = await startInternet(saying(source, 'imap.example.org'));
    const { found, lookedUp, trouble } = await setUp({ internet: world.internet }).find(
      'Robin@Example.org',
    );
    expect(found).toMatchObject({
      host: 'imap.example.org',
      port: 993,
      security: 'tls',
      user: 'Robin@Example.org',
      source,
      foreign: false,
      provider: null,
    });
    expect([lookedUp, trouble]).toEqual([true, null]);
  });

  it.each(RANKS.map((source, index) => [source, RANKS.slice(index)] as const))(
    'is taken from %s rather than from those after it',
    async (source, sources) => {
      await using world = await startInternet(sayingAll(sources));
      const { found } = await setUp({ internet: world.internet }).find('a@example.org');
      expect(found).toMatchObject({ source, host: `imap-${source}.example.org` });
    },
  );

  it('is with a provider that Reprise knows by the server that takes its mail', async () => {
    await using world = await startInternet(sayingAll(['mx-autoconfig', 'mx-table']));
    const { found } = await setUp({ internet: world.internet }).find('a@example.org');
    expect(found).toMatchObject({
      host: 'imap.gmail.com',
      domain: 'gmail.com',
      source: 'mx-table',
      foundBy: 'Google Workspace',
      user: 'a@example.org',
      foreign: true,
      provider: { passwords: 'app' },
    });
    // Nobody had to be asked about that server's domain.
    expect(world.dns.asked.filter((question) => question.includes('google'))).toEqual([]);
  });

  it.each([
    ['', 'none'],
    ['<authentication>password-cleartext</authentication>', 'account'],
  ])('may have a sign-in in the browser; passwords%s: %s', async (also, passwords) => {
    const authentication = `<authentication>OAuth2</authentication>${also}`;
    const file = settingsFile('imap.example.org', { authentication }).replace(
      '</clientConfig>',
      '<oAuth2><issuer>auth.example.org</issuer></oAuth2></clientConfig>',
    );
    await using world = await startInternet({
      pages: { 'autoconfig.example.org/mail/config-v1.1.xml': file },
    });
    const { found } = await setUp({ internet: world.internet }).find('a@example.org');
    expect(found?.provider).toMatchObject({
      passwords,
      oauth: { issuer: 'https://auth.example.org', clientNeeded: false },
    });
  });

  it('has its own word preferred to that of the server that takes its mail', async () => {
    await using world = await startInternet(sayingAll(['srv', 'mx-table']));
    const { found } = await setUp({ internet: world.internet }).find('a@example.org');
    expect(found).toMatchObject({ source: 'srv', host: 'imap-srv.example.org' });
  });

  it('is taken from a better place that answers later', async () => {
    const { pages, zone } = sayingAll(['autoconfig', 'ispdb']);
    const held = Promise.withResolvers<ServerResponse>();
    const other = Promise.withResolvers<undefined>();
    await using world = await startInternet({
      zone,
      pages: {
        ...pages,
        'autoconfig.example.org/mail/config-v1.1.xml': (_, response) => {
          held.resolve(response);
        },
        [`${ISPDB}/v1.1/example.org`]: answeredThen(settingsFile('imap-ispdb.example.org'), () => {
          other.resolve(undefined);
        }),
      },
    });
    const search = setUp({ internet: world.internet }).find('a@example.org');
    await other.promise;
    (await held.promise).end(settingsFile('imap-autoconfig.example.org'));
    expect((await search).found?.source).toBe('autoconfig');
  });

  it('is taken from a worse place where a better one has not answered within five seconds', async () => {
    const clock = new TestClock();
    const held = Promise.withResolvers<undefined>();
    const ended = Promise.withResolvers<undefined>();
    const other = Promise.withResolvers<undefined>();
    await using world = await startInternet({
      pages: {
        'autoconfig.example.org/mail/config-v1.1.xml': (request) => {
          held.resolve(undefined);
          request.on('close', () => {
            ended.resolve(undefined);
          });
        },
        [`${ISPDB}/v1.1/example.org`]: answeredThen(settingsFile('imap.example.org'), () => {
          other.resolve(undefined);
        }),
      },
    });
    const search = setUp({ internet: world.internet, clock }).find('a@example.org');
    await Promise.all([held.promise, other.promise]);
    clock.advance(SEARCH_LIMIT_MS - 1);
    expect(clock.pending).toBe(1);
    clock.advance(1);
    expect((await search).found?.source).toBe('ispdb');
    await ended.promise;
    expect(clock.pending).toBe(0);
  });

  it('is not found where nobody knows it, and that is all there is to say', async () => {
    await using world = await startInternet({ pages: { [`${ISPDB}/v1.1/other.example`]: '' } });
    expect(await setUp({ internet: world.internet }).find('a@example.org')).toEqual({
      address: 'a@example.org',
      found: null,
      lookedUp: true,
      trouble: null,
    });
  });

  it('is not found, and it is said, where nothing answers in time', async () => {
    const clock = new TestClock();
    const asked = Promise.withResolvers<undefined>();
    await using world = await startInternet({
      pages: {
        'autoconfig.example.org/mail/config-v1.1.xml': () => {
          asked.resolve(undefined);
        },
      },
    });
    const search = setUp({ internet: world.internet, clock }).find('a@example.org');
    await asked.promise;
    clock.advance(SEARCH_LIMIT_MS);
    const { found, trouble } = await search;
    expect(found).toBeNull();
    expect(trouble).toContain('in time');
  });
});

/** What is asked about a domain of which nothing is known. */
const inDns = (domain: string): string[] => [
  `A ${domain}`,
  `AAAA ${domain}`,
  `A autoconfig.${domain}`,
  `AAAA autoconfig.${domain}`,
  `TXT _ua-auto-config.${domain}`,
  `SRV _imaps._tcp.${domain}`,
  `SRV _imap._tcp.${domain}`,
];

/** Everybody is there, and knows nothing. */
const everything = (): SmallWorld => ({
  pages: { 'hoster.example/': '', [`${ISPDB}/`]: '', 'example.org/': '' },
  hosts: ['autoconfig.example.org', 'ua-auto-config.example.org', 'autoconfig.hoster.example'],
  zone: {
    'MX example.org': [
      mx('example.org', 20, 'mx2.other.example'),
      mx('example.org', 10, 'MX1.Hoster.example'),
    ],
    'TXT _ua-auto-config.example.org': [
      txt('_ua-auto-config.example.org', 'v=UAAC1; a=sha256; d=AAAA'),
    ],
  },
});

describe('a server that cannot prove who it is', () => {
  it('is not heard, and that is said of the domain’s own', async () => {
    await using world = await startInternet(saying('autoconfig', 'imap.example.org'));
    const { certPem: pem } = await createAuthority('Another authority');
    const internet: Internet = { ...world.internet, trust: { kind: 'ca', pem } };
    const { found, trouble } = await setUp({ internet }).find('a@example.org');
    expect(found).toBeNull();
    expect(trouble).toContain('autoconfig.example.org shows a certificate');
    expect(world.web.asked).toEqual([]);
  });

  it('is not heard either where its certificate is for another name', async () => {
    await using world = await startInternet({
      pages: { 'other.example/mail/config-v1.1.xml': settingsFile('imap.example.org') },
      zone: { 'A autoconfig.example.org': [a('autoconfig.example.org', '127.0.0.1')] },
    });
    const { found } = await setUp({ internet: world.internet }).find('a@example.org');
    expect(found).toBeNull();
    expect(world.web.serverNames).toEqual(['autoconfig.example.org']);
    expect(world.web.asked).toEqual([]);
  });
});

describe('who is asked', () => {
  it('hears the domain and nothing else, and all of it is this', async () => {
    await using world = await startInternet(everything());
    await setUp({ internet: world.internet }).find('Robin+Secret@example.org');
    const { asked } = world.dns;
    const questions = [
      ...inDns('example.org'),
      'A ua-auto-config.example.org',
      'AAAA ua-auto-config.example.org',
      'MX example.org',
      ...inDns('hoster.example'),
      `A ${ISPDB}`,
      `AAAA ${ISPDB}`,
    ];
    expect([...new Set(asked)].toSorted()).toEqual(questions.toSorted());
    expect(world.web.serverNames.toSorted()).toEqual(
      [
        'autoconfig.example.org',
        'example.org',
        'ua-auto-config.example.org',
        'autoconfig.hoster.example',
        'hoster.example',
        ISPDB,
        ISPDB,
      ].toSorted(),
    );
    const requests = world.web.asked.map(({ serverName, line }) => `${String(serverName)} ${line}`);
    expect(requests.toSorted()).toEqual(
      [
        'autoconfig.example.org GET /mail/config-v1.1.xml HTTP/1.1',
        'example.org GET /.well-known/autoconfig/mail/config-v1.1.xml HTTP/1.1',
        'ua-auto-config.example.org GET /.well-known/user-agent-configuration.json HTTP/1.1',
        'autoconfig.hoster.example GET /mail/config-v1.1.xml HTTP/1.1',
        'hoster.example GET /.well-known/autoconfig/mail/config-v1.1.xml HTTP/1.1',
        `${ISPDB} GET /v1.1/example.org HTTP/1.1`,
        `${ISPDB} GET /v1.1/hoster.example HTTP/1.1`,
      ].toSorted(),
    );
    for (const { serverName, headers } of world.web.asked) {
      expect(headers).toEqual([
        'host',
        `${String(serverName)}:${String(world.web.port)}`,
        'accept-encoding',
        'identity',
        'Connection',
        'close',
      ]);
    }
    expect(JSON.stringify([asked, world.web])).not.toMatch(/robin|secret/i);
  });

  it('is nobody while the setting is off', async () => {
    await using world = await startInternet(everything());
    const search = setUp({ internet: world.internet, mayLookUp: () => false });
    expect(await search.find('a@example.org')).toEqual({
      address: 'a@example.org',
      found: null,
      lookedUp: false,
      trouble: null,
    });
    expect((await search.find('a@gmail.com')).found?.host).toBe('imap.gmail.com');
    expect([world.dns.asked, world.web.serverNames]).toEqual([[], []]);
  });

  it('is nobody without a network, which is said at once', async () => {
    await using world = await startInternet(everything());
    const { found, lookedUp, trouble } = await setUp({
      internet: world.internet,
      isOnline: () => false,
    }).find('a@example.org');
    expect([found, lookedUp]).toEqual([null, false]);
    expect(trouble).toContain('no network');
    expect([world.dns.asked, world.web.serverNames]).toEqual([[], []]);
  });

  it.each(['a@[192.0.2.1]', 'a@192.0.2.1', 'a@localhost', 'a@intranet', 'a@hidden.onion'])(
    'is nobody about %s',
    async (address) => {
      await using world = await startInternet(everything());
      const result = await setUp({ internet: world.internet }).find(address);
      expect(result).toEqual({ address, found: null, lookedUp: false, trouble: null });
      expect([world.dns.asked, world.web.serverNames]).toEqual([[], []]);
    },
  );

  it('is nobody about a text that is no address', async () => {
    await using world = await startInternet(everything());
    await expect(setUp({ internet: world.internet }).find('a b@example.org')).rejects.toMatchObject(
      {
        code: 'invalid-input',
        field: 'user',
      },
    );
    expect([world.dns.asked, world.web.serverNames]).toEqual([[], []]);
  });

  it('is asked about a domain in ASCII', async () => {
    await using world = await startInternet({
      pages: {
        'autoconfig.xn--bcher-kva.example/mail/config-v1.1.xml': settingsFile('imap.%EMAILDOMAIN%'),
      },
    });
    const { found } = await setUp({ internet: world.internet }).find('jörg@Bücher.example');
    expect(found).toMatchObject({
      host: 'imap.xn--bcher-kva.example',
      user: 'jörg@Bücher.example',
      foreign: false,
    });
  });

  it('is not more than a few at a time: one more ends the oldest', async () => {
    const domains = Array.from({ length: MOST_SEARCHES + 1 }, (_, at) => `d${String(at)}.example`);
    const held = domains.map(() => Promise.withResolvers<ServerResponse>());
    const pages = domains.map((domain, at): [string, Page] => [
      `autoconfig.${domain}/mail/config-v1.1.xml`,
      (_, response) => {
        held[at]?.resolve(response);
      },
    ]);
    await using world = await startInternet({ pages: Object.fromEntries(pages) });
    const search = setUp({ internet: world.internet });
    const searches = domains.slice(0, -1).map((domain) => search.find(`a@${domain}`));
    await Promise.all(held.slice(0, -1).map(({ promise }) => promise));
    const newest = search.find(`a@${domains.at(-1) ?? ''}`);
    expect((await searches[0])?.found).toBeNull();
    const responses = await Promise.all(held.map(({ promise }) => promise));
    for (const [at, response] of responses.entries()) {
      response.end(settingsFile(`imap.${domains[at] ?? ''}`));
    }
    const found = await Promise.all([...searches.slice(1), newest]);
    expect(found.map((result) => result.found?.host)).toEqual(
      domains.slice(1).map((domain) => `imap.${domain}`),
    );
  });
});

describe('records in the DNS', () => {
  const imaps = '_imaps._tcp.example.org';
  const imap = '_imap._tcp.example.org';
  it.each<[string, Record<string, ZoneEntry>, object | null]>([
    [
      'the lowest priority number, then the greatest weight',
      {
        [`SRV ${imaps}`]: [
          srv(imaps, 'third.example.org', { priority: 20, weight: 99 }),
          srv(imaps, 'second.example.org', { priority: 10, weight: 1 }),
          srv(imaps, 'first.example.org', { priority: 10, weight: 5, port: 9993 }),
        ],
      },
      { host: 'first.example.org', port: 9993, security: 'tls' },
    ],
    [
      'TLS from the start rather than STARTTLS',
      {
        [`SRV ${imap}`]: [srv(imap, 'imap.example.org', { port: 143 })],
        [`SRV ${imaps}`]: [srv(imaps, 'imap.example.org', { priority: 50 })],
      },
      { port: 993, security: 'tls' },
    ],
    [
      'STARTTLS where a lone dot says that there is nothing else',
      {
        [`SRV ${imap}`]: [srv(imap, 'imap.example.org', { port: 143 })],
        [`SRV ${imaps}`]: [srv(imaps, '.', { port: 0 })],
      },
      { host: 'imap.example.org', port: 143, security: 'starttls' },
    ],
    [
      'nothing where both are a lone dot',
      {
        [`SRV ${imap}`]: [srv(imap, '.', { port: 0 })],
        [`SRV ${imaps}`]: [srv(imaps, '.', { port: 0 })],
      },
      null,
    ],
    [
      'nothing at port 0',
      { [`SRV ${imaps}`]: [srv(imaps, 'imap.example.org', { port: 0 })] },
      null,
    ],
    [
      'a stranger’s server, which is said to be one',
      { [`SRV ${imaps}`]: [srv(imaps, 'Imap.Fastmail.com')] },
      {
        host: 'imap.fastmail.com',
        domain: 'fastmail.com',
        foreign: true,
        foundBy: 'example.org',
        provider: { name: 'Fastmail', passwords: 'app' },
      },
    ],
    [
      'an answer that is too long for UDP',
      {
        [`SRV ${imaps}`]: Array.from({ length: 30 }, (_, index) =>
          srv(imaps, `a-rather-long-name-of-server-${String(index)}.example.org`, {
            priority: 30 - index,
          }),
        ),
      },
      { host: 'a-rather-long-name-of-server-29.example.org' },
    ],
    [
      'nothing by a server whose name is more than one',
      {
        'MX example.org': [mx('example.org', 0, 'x@hoster.example:1/y?z.example')],
        'SRV _imaps._tcp.hoster.example': [
          srv('_imaps._tcp.hoster.example', 'imap.hoster.example'),
        ],
      },
      null,
    ],
    ['nothing where there is no mail', { 'MX example.org': [mx('example.org', 0, '.')] }, null],
    [
      'nothing more where the domain takes its own mail',
      { 'MX example.org': [mx('example.org', 0, 'mail.example.org')] },
      null,
    ],
    [
      'nothing where the DNS fails',
      { [`SRV ${imaps}`]: 'servfail', 'MX example.org': 'servfail' },
      null,
    ],
  ])('say %s', async (_, zone, said) => {
    await using world = await startInternet({ zone });
    const { found } = await setUp({ internet: world.internet }).find('a@example.org');
    expect(found ?? { host: null }).toMatchObject(said ?? { host: null });
  });
});

describe('through a proxy', () => {
  it('names are the proxy’s to look up: files are asked for, the DNS is not', async () => {
    const { pages, zone } = sayingAll(['ispdb', 'pacc', 'srv', 'mx-autoconfig']);
    await using world = await startInternet({ pages, zone });
    await using proxy = await TestProxy.start({ kind: 'socks5' });
    const way: Way = () => Promise.resolve([proxy.address]);
    const search = setUp({ internet: world.internet, way: () => way });
    const { found } = await search.find('Robin@example.org');
    expect(found).toMatchObject({ source: 'ispdb', host: 'imap-ispdb.example.org' });
    expect(world.dns.asked).toEqual([]);
    const port = String(world.web.port);
    expect(proxy.asked.toSorted()).toEqual(
      [`autoconfig.example.org:${port}`, `${ISPDB}:${port}`, `example.org:${port}`].toSorted(),
    );
    expect(Buffer.concat(proxy.sent).toString('latin1')).not.toMatch(/robin/i);
  });

  it('that fails, nothing is asked past it, and why is said', async () => {
    await using world = await startInternet(saying('autoconfig', 'imap.example.org'));
    const proxy = await TestProxy.start({ kind: 'http' });
    const { address } = proxy;
    await proxy[Symbol.asyncDispose]();
    const search = setUp({ internet: world.internet, way: () => () => Promise.resolve([address]) });
    const { found, trouble } = await search.find('a@example.org');
    expect(found).toBeNull();
    expect(trouble).toMatch(/proxy/i);
    expect([world.dns.asked, world.web.serverNames]).toEqual([[], []]);
  });
});
