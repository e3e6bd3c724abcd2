/**
 * Real proxies with a real mail server behind them, through the whole program: what gets through, what is
 * resumed, what the wire shows, and that nothing goes round a proxy. The name of the server leads nowhere
 * but for the proxies.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { readClientHello, sha256 } from '../../electron/core/tls-wire/index.ts';
import type { AccountInput } from '../../shared/model.ts';
import type { Snapshot } from '../../shared/state.ts';
import { folder, start } from '../../electron/core/api/testing/engine.ts';
import { PassingProxy } from '../fixtures/network/passing-proxy.ts';
import { follow } from '../fixtures/program/engine-client.ts';
import { RepriseProcess } from '../fixtures/program/reprise-process.ts';
import { whyNoDovecot } from '../fixtures/servers/dovecot-binary.ts';
import { Dovecot } from '../fixtures/servers/dovecot.ts';
import { RealProxy, whyNoProxies, type RealProxyOptions } from '../fixtures/servers/proxies.ts';
import { addBySignIn, startTrusted } from '../fixtures/servers/trusted-authorization.ts';

const missing = whyNoProxies() ?? whyNoDovecot();
if (missing !== null) process.stderr.write(`SKIPPED: real proxies. ${missing}\n`);

const NAME = 'imap.company.example';
const ISSUER = 'auth.company.example';
const SIGN_IN = { user: 'ann', password: 'of-the-proxy-alone' };

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

async function proxyOf(
  program: 'microsocks' | 'tinyproxy',
  options: RealProxyOptions = {},
): Promise<RealProxy> {
  return stack.use(await RealProxy.start(program, { names: [NAME], ...options }));
}

async function program(env: Readonly<Record<string, string>> = {}) {
  const reprise = await RepriseProcess.start({ env });
  stack.defer(() => reprise.cleanUp());
  return { reprise, ...(await follow(reprise)) };
}

const choice = ({ kind, host, port }: RealProxy, { user, password } = { user: '', password: '' }) =>
  ({ kind, host, port, user, password: password === '' ? null : password }) as const;

function inputFor(server: Dovecot, changes: Partial<AccountInput> = {}): AccountInput {
  return {
    label: 'Company',
    user: 'ann',
    password: server.users['ann'] ?? '',
    host: NAME,
    port: server.tlsPort,
    security: 'tls',
    servername: 'localhost',
    trust: { kind: 'ca', fileName: 'ca.pem', pem: server.certificate.caPem },
    mailboxes: ['INBOX'],
    ...changes,
  };
}

const settled =
  (before: string | null) =>
  ({ connections: [one] }: Snapshot): boolean =>
    one?.state.kind === 'idle' && one.attempt !== null && one.attempt.id !== before;

const failedBy =
  (code: string) =>
  ({ connections: [one] }: Snapshot): boolean =>
    one !== undefined && 'problem' in one.state && one.state.problem.code === code;

/** Somebody between proxy and server, who sees which tickets each connection offers. */
async function onlooker(port: number) {
  const offers: string[][] = [];
  const passing = stack.use(
    await PassingProxy.start(port, () => {
      const index = offers.push([]) - 1;
      let hello = Buffer.alloc(0);
      return (chunk) => {
        if (readClientHello(hello).kind !== 'incomplete') return;
        hello = Buffer.concat([hello, chunk]);
        const reading = readClientHello(hello);
        if (reading.kind === 'client-hello')
          offers[index] = reading.hello.pskIdentities.map(sha256);
      };
    }),
  );
  return { offers, port: passing.port };
}

describe.skipIf(missing !== null)('real proxies', () => {
  describe.each(['microsocks', 'tinyproxy'] as const)('%s', (name) => {
    it.each(['tls', 'starttls'] as const)(
      'leads to the server over %s, and sessions are resumed through it',
      async (security) => {
        await using server = await Dovecot.start({ kind: 'one-process' });
        const proxy = await proxyOf(name, { signIn: SIGN_IN });
        const { engine, until } = await program();
        const port = security === 'tls' ? server.tlsPort : server.startTlsPort;
        const input = inputFor(server, { security, port, proxy: choice(proxy, SIGN_IN) });
        const tested = await engine.testConnection(input, null);
        expect(tested).toMatchObject({ ok: true });
        const { id } = await engine.addAccount(input);
        const first = await until(settled(null));
        await engine.reconnectAccount(id);
        const again = await until(settled(first.connections[0]?.attempt?.id ?? null));
        expect(again.connections[0]?.attempt).toMatchObject({
          outcome: { kind: 'resumed' },
          phases: { proxy: expect.any(Number) as number, dns: null, tcp: null },
        });
      },
      60_000,
    );

    it('says in its own words what stands in the way', async () => {
      await using server = await Dovecot.start({ kind: 'one-process' });
      const proxy = await proxyOf(name, { signIn: SIGN_IN });
      const { engine } = await program();
      const test = async (changes: Partial<AccountInput>) => {
        const result = await engine.testConnection(inputFor(server, changes), null);
        return result.ok ? 'it worked' : result.problem.message;
      };
      const wrong = choice(proxy, { ...SIGN_IN, password: 'not-this-one' });
      expect(await test({ proxy: wrong })).toContain('did not accept its user name or password');
      expect(await test({ proxy: choice(proxy) })).toContain('wants a user name and password');
      const good = choice(proxy, SIGN_IN);
      expect(await test({ proxy: good, host: 'nowhere.company.example' })).toMatch(
        /cannot reach|could not connect to/,
      );
      expect(await test({ proxy: good, port: 1 })).toMatch(/refuses connections|could not connect/);
      // The one is not the other; tinyproxy would wait for the rest of what it was told.
      if (proxy.kind === 'http') return;
      expect(await test({ proxy: { ...choice(proxy), kind: 'http' } })).toMatch(
        /is no HTTP proxy|closed the connection instead/,
      );
    }, 60_000);

    it('leads to the authorization server, which nothing asks on another way', async () => {
      const users = { ann: 'correct horse' };
      await using trusted = await startTrusted({ users, name: ISSUER });
      const { server: issuer, internet } = trusted;
      await using server = await Dovecot.start({
        kind: 'one-process',
        users,
        oauth: { by: issuer },
      });
      const proxy = await proxyOf(name, { names: [NAME, ISSUER], signIn: SIGN_IN });
      const dataDir = await folder();
      const first = await start(dataDir, { internet });
      await addBySignIn(first, issuer, inputFor(server, { proxy: choice(proxy, SIGN_IN) }));
      await first.until(settled(null));
      await first.app.close();
      // Access tokens are not kept: the next run has to ask for one.
      const second = await start(dataDir, { internet });
      await second.until(settled(null));
      await second.app.close();
      expect(issuer.tokenAnswers.map(({ grant }) => grant)).toEqual([
        'authorization_code',
        'refresh_token',
      ]);
      await proxy[Symbol.asyncDispose]();
      const third = await start(dataDir, { internet });
      await third.until(failedBy('auth-server'));
      expect(issuer.requests.token).toBe(2);
    }, 60_000);

    it('is not gone round once it is down', async () => {
      await using server = await Dovecot.start({ kind: 'one-process' });
      const watched = await onlooker(server.tlsPort);
      const proxy = await proxyOf(name);
      const { engine, until } = await program();
      const { id } = await engine.addAccount(
        inputFor(server, { port: watched.port, proxy: choice(proxy) }),
      );
      await until(settled(null));
      expect(watched.offers).toHaveLength(1);
      await proxy[Symbol.asyncDispose]();
      await until(failedBy('proxy'));
      await engine.reconnectAccount(id);
      const down = await until(failedBy('proxy'));
      expect(down.connections[0]?.state).toMatchObject({
        problem: { message: expect.stringContaining('Nothing takes connections at') as string },
      });
      expect(watched.offers).toHaveLength(1);
    }, 60_000);
  });

  it('no ticket that was seen on one way is offered on another', async () => {
    await using server = await Dovecot.start({ kind: 'one-process', protocol: 'TLSv1.3' });
    const watched = await onlooker(server.tlsPort);
    const [one, other] = [await proxyOf('microsocks'), await proxyOf('tinyproxy')];
    const { engine, until } = await program();
    const ways = [choice(one), choice(other), choice(one)];
    let before: string | null = null;
    let id = null;
    for (const proxy of ways) {
      const input = inputFor(server, { port: watched.port, proxy });
      if (id === null) ({ id } = await engine.addAccount(input));
      else await engine.updateAccount(id, input);
      const now = await until(settled(before));
      await engine.reconnectAccount(id);
      const again = await until(settled(now.connections[0]?.attempt?.id ?? null));
      expect(again.connections[0]?.attempt?.outcome.kind).toBe('resumed');
      before = again.connections[0]?.attempt?.id ?? null;
    }
    expect(watched.offers.map((tickets) => tickets.length)).toEqual([0, 1, 0, 1, 0, 1]);
    const all = watched.offers.flat();
    expect(new Set(all).size).toBe(all.length);
  }, 60_000);

  it('a port that a proxy does not allow is named, and what is often allowed', async () => {
    await using server = await Dovecot.start({ kind: 'one-process' });
    const proxy = await proxyOf('tinyproxy', { onlyPort: 443 });
    const { engine } = await program();
    const result = await engine.testConnection(inputFor(server, { proxy: choice(proxy) }), null);
    expect(result).toMatchObject({
      ok: false,
      problem: { code: 'proxy', message: expect.stringContaining('port 443 only') as string },
    });
  }, 60_000);

  it('the server check goes through the program’s, and looks no name up', async () => {
    await using server = await Dovecot.start({ kind: 'one-process' });
    const proxy = await proxyOf('microsocks');
    const { engine, until } = await program();
    await engine.setProxy(choice(proxy));
    for (const starttls of [false, true]) {
      const { id } = await engine.startCheck({
        server: `${NAME}:${String(starttls ? server.startTlsPort : server.tlsPort)}`,
        starttls,
        servername: 'localhost',
        trust: { kind: 'ca', fileName: 'ca.pem', pem: server.certificate.caPem },
        attempts: 2,
      });
      const { checks } = await until((now) =>
        now.checks.some((check) => check.id === id && check.state.kind !== 'running'),
      );
      expect(checks.find((check) => check.id === id)?.report).toMatchObject({
        verdict: 'resumes',
        addresses: [{ address: NAME, family: null }],
      });
    }
  }, 60_000);

  it('the environment’s are taken where the system’s are chosen, and NO_PROXY is heeded', async () => {
    await using server = await Dovecot.start({ kind: 'one-process' });
    const proxy = await proxyOf('tinyproxy', { signIn: SIGN_IN });
    const { engine, until, reprise } = await program({
      https_proxy: `http://${SIGN_IN.user}:${SIGN_IN.password}@127.0.0.1:${String(proxy.port)}`,
      NO_PROXY: 'excepted.company.example',
    });
    await engine.setProxy({ kind: 'system' });
    await engine.addAccount(inputFor(server));
    const { connections } = await until(settled(null));
    expect(connections[0]?.attempt?.phases.proxy).toEqual(expect.any(Number));
    const excepted = inputFor(server, { host: 'excepted.company.example' });
    const straight = await engine.testConnection(excepted, null);
    expect(straight).toMatchObject({ ok: false, problem: { code: 'dns' } });
    expect(reprise.stdout + reprise.stderr).not.toContain(SIGN_IN.password);
  }, 60_000);
});
