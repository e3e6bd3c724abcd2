/** Accounts whose connections go through a proxy, by the calls of an interface. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AccountInput } from '../../../shared/model.ts';
import type { Snapshot } from '../../../shared/state.ts';
import type { ImapServer } from '../demo/testing/index.ts';
import { memoryProtector } from '../storage/secret-protector.ts';
import { TestProxy, type TestProxyOptions } from '../proxy/testing/test-proxy.ts';
import {
  afterEachTest,
  allIdle,
  allIdleAgain,
  folder,
  inputFor,
  server,
  start,
} from './testing/engine.ts';

const PASSWORD = 'of-the-proxy-alone';

async function proxyFor(options: TestProxyOptions): Promise<TestProxy> {
  const proxy = await TestProxy.start(options);
  afterEachTest(() => proxy[Symbol.asyncDispose]());
  return proxy;
}

/** A choice as the form sends it. */
function choice(
  { address: { kind, host, port } }: TestProxy,
  user = '',
  password: string | null = null,
) {
  return { kind, host, port, user, password } as const;
}

/** On a machine that only the proxy knows, by the name that its certificate has. */
function abroad(imap: ImapServer, changes: Partial<AccountInput> = {}): AccountInput {
  return inputFor(imap, { host: 'imap.example.org', servername: 'localhost', ...changes });
}

const problemOf = ({ connections: [connection] }: Snapshot) =>
  connection !== undefined && 'problem' in connection.state ? connection.state.problem : null;

const hasProblem = (code: string) => (state: Snapshot) => problemOf(state)?.code === code;

describe.each(['socks5', 'http'] as const)('an account that goes through a %s proxy', (kind) => {
  it.each(['tls', 'starttls'] as const)(
    'is connected over %s by the name of its server, and resumes',
    async (security) => {
      const imap = await server({ security });
      const proxy = await proxyFor({
        kind,
        port: imap.port,
        signIn: { user: 'ann', password: PASSWORD },
      });
      const { engine, until } = await start(await folder());
      await engine.addAccount(abroad(imap, { proxy: choice(proxy, 'ann', PASSWORD) }));
      const before = await until(allIdle(1));
      await engine.reconnectAll();
      const after = await until(allIdleAgain(before));
      expect(after.connections[0]?.attempt).toMatchObject({
        outcome: { kind: 'resumed' },
        address: null,
        phases: { proxy: expect.any(Number) as number, dns: null, tcp: null },
      });
      expect(new Set(proxy.asked)).toEqual(new Set([`imap.example.org:${String(imap.port)}`]));
    },
  );

  it('is tested through it, and refused in its own words', async () => {
    const imap = await server();
    const open = await proxyFor({ kind, port: imap.port });
    const closed = await proxyFor({
      kind,
      instead: {
        bytes:
          kind === 'http' ? 'HTTP/1.1 403 No\r\n\r\n' : Buffer.of(5, 2, 0, 1, 0, 0, 0, 0, 0, 0),
      },
    });
    const { engine } = await start(await folder());
    expect(await engine.testConnection(abroad(imap, { proxy: choice(open) }), null)).toMatchObject({
      ok: true,
    });
    const refused = await engine.testConnection(abroad(imap, { proxy: choice(closed) }), null);
    expect(refused).toMatchObject({
      ok: false,
      phase: 'proxy',
      problem: {
        code: 'proxy',
        message: expect.stringContaining(
          'does not allow connections to imap.example.org',
        ) as string,
      },
    });
    expect(closed.asked).toHaveLength(1);
  });

  it('is not connected past it where it is down, and goes on once it is back', async () => {
    const imap = await server();
    const proxy = await TestProxy.start({ kind, port: imap.port });
    const gone = choice(proxy);
    await proxy[Symbol.asyncDispose]();
    const { engine, until } = await start(await folder());
    const { id } = await engine.addAccount(abroad(imap, { proxy: gone }));
    const { connections } = await until(hasProblem('proxy'));
    expect(connections[0]?.state).toMatchObject({
      kind: 'retrying',
      problem: { message: expect.stringContaining('Nothing takes connections at') as string },
    });
    expect(imap.stats().connections).toBe(0);
    const back = await proxyFor({ kind, port: imap.port });
    const moved = abroad(imap, { password: null, trust: { kind: 'keep' }, proxy: choice(back) });
    await engine.updateAccount(id, moved);
    await until(allIdle(1));
  });
});

describe('the program’s proxy', () => {
  it('is that of every account without a choice, and of checks; others stay as they are', async () => {
    const [one, other, own] = [await server(), await server(), await server()];
    const proxy = await proxyFor({ kind: 'socks5' });
    const later = await proxyFor({ kind: 'http' });
    const { engine, until, state } = await start(await folder());
    await engine.setProxy(choice(proxy));
    await engine.addAccount(abroad(one));
    await engine.addAccount(abroad(other, { label: 'Other', proxy: choice(proxy) }));
    await engine.addAccount(inputFor(own, { label: 'Here' }));
    const before = await until(allIdle(3));
    expect(before.settings.proxy).toEqual({
      kind: 'socks5',
      host: '127.0.0.1',
      port: proxy.port,
      user: '',
    });
    expect(proxy.asked).toHaveLength(2);

    await engine.setProxy(choice(later));
    const idOf = (label: string) => state().accounts.find((account) => account.label === label)?.id;
    const attemptOf = (now: Snapshot, label: string) =>
      now.connections.find(({ accountId }) => accountId === idOf(label))?.attempt;
    const after = await until(
      (now) => allIdle(3)(now) && attemptOf(now, 'Work')?.id !== attemptOf(before, 'Work')?.id,
    );
    // Sessions of the way before are not offered on this one.
    expect(attemptOf(after, 'Work')?.outcome).toEqual({ kind: 'full', reason: 'nothing-held' });
    expect(one.stats().offered).toBe(0);
    expect(attemptOf(after, 'Other')?.id).toBe(attemptOf(before, 'Other')?.id);
    expect(attemptOf(after, 'Here')?.id).toBe(attemptOf(before, 'Here')?.id);
    expect(later.asked).toHaveLength(1);

    const { id } = await engine.startCheck({
      server: `imaps.example.org:${String(one.port)}`.replace('imaps', 'imap'),
      starttls: false,
      servername: 'localhost',
      trust: { kind: 'ca', fileName: 'ca.pem', pem: one.caPem },
      attempts: 1,
    });
    const { checks } = await until((now) =>
      now.checks.some((check) => check.id === id && check.state.kind !== 'running'),
    );
    expect(checks[0]).toMatchObject({
      state: { kind: 'done' },
      report: {
        verdict: 'resumes',
        addresses: [{ address: 'imap.example.org', family: null, problem: null }],
      },
    });
    expect(later.asked.length).toBeGreaterThan(2);

    // The same once more goes by what is chosen by then, and never by the way of before.
    const asked = later.asked.length;
    const connections = one.stats().connections;
    await engine.setProxy({ kind: 'socks5', host: '127.0.0.1', port: 1, user: '', password: null });
    const again = await engine.repeatCheck(id);
    await until((now) =>
      now.checks.some((check) => check.id === again.id && check.state.kind !== 'running'),
    );
    const checked = state().checks.find((check) => check.id === again.id);
    expect(checked?.report?.addresses[0]?.problem).toMatchObject({ code: 'proxy' });
    expect(later.asked).toHaveLength(asked);
    expect(one.stats().connections).toBe(connections);
  }, 30_000);

  it('is the system’s where that is chosen, for what it says one to', async () => {
    const imap = await server();
    const proxy = await proxyFor({ kind: 'http' });
    const asked: string[] = [];
    const { engine, until } = await start(await folder(), {
      systemProxies: ({ host }) => {
        asked.push(host);
        return Promise.resolve([proxy.address]);
      },
    });
    await engine.setProxy({ kind: 'system' });
    await engine.addAccount(abroad(imap));
    await engine.addAccount(inputFor(imap, { label: 'Here', user: 'somebody' }));
    await until(({ connections }) =>
      connections.some(({ state }) => state.kind === 'sign-in-failed'),
    );
    await until(({ connections }) => connections.some(({ state }) => state.kind === 'idle'));
    expect(new Set(asked)).toEqual(new Set(['imap.example.org']));
    expect(proxy.asked).toHaveLength(1);
  });
});

describe('the password of a proxy', () => {
  const signIn = { user: 'ann', password: PASSWORD };

  it('is sealed, there again after a restart, and nowhere else', async () => {
    const imap = await server();
    const proxy = await proxyFor({ kind: 'http', port: imap.port, signIn });
    const dataDir = await folder();
    const first = await start(dataDir);
    await first.engine.setProxy(choice(proxy, 'ann', PASSWORD));
    await first.engine.addAccount(abroad(imap, { proxy: choice(proxy, 'ann', PASSWORD) }));
    await first.engine.addAccount(abroad(imap, { label: 'Two', host: 'two.example.org' }));
    await first.until(allIdle(2));
    const seen = JSON.stringify([first.received, first.state(), first.printed]);
    await first.app.close();
    const files = await Promise.all(
      (await readdir(dataDir)).map((name) => readFile(join(dataDir, name), 'latin1')),
    );
    for (const text of [seen, ...files])
      for (const secret of [
        PASSWORD,
        Buffer.from(PASSWORD).toString('base64'),
        Buffer.from(`ann:${PASSWORD}`).toString('base64'),
      ])
        expect(text.includes(secret)).toBe(false);

    const second = await start(dataDir);
    await second.until(allIdle(2));
    expect(new Set(proxy.signIns)).toEqual(new Set([`ann:${PASSWORD}`]));
  });

  it('is asked for again where proxy, port, user or kind is another one', async () => {
    const imap = await server();
    const proxy = await proxyFor({ kind: 'http', port: imap.port, signIn });
    const strange = await proxyFor({ kind: 'http', port: imap.port });
    const { engine, until } = await start(await folder());
    const { id } = await engine.addAccount(abroad(imap, { proxy: choice(proxy, 'ann', PASSWORD) }));
    await until(allIdle(1));
    const kept = choice(proxy, 'ann');
    const moved = [
      { ...kept, port: strange.port },
      { ...kept, host: 'localhost' },
      { ...kept, user: 'eve' },
      { ...kept, kind: 'socks5' },
    ] as const;
    for (const elsewhere of moved) {
      const input = abroad(imap, { password: null, proxy: elsewhere, trust: { kind: 'keep' } });
      const refused = {
        code: 'invalid-input',
        field: 'proxy',
        message: `Type the password of the proxy again: it was for ann at 127.0.0.1:${String(proxy.port)}.`,
      };
      await expect(engine.updateAccount(id, input)).rejects.toMatchObject(refused);
      await expect(engine.testConnection(input, id)).rejects.toMatchObject(refused);
    }
    expect(strange.signIns).toEqual([]);
    // It stays with its place.
    await engine.updateAccount(
      id,
      abroad(imap, { password: null, proxy: kept, trust: { kind: 'keep' } }),
    );
    await engine.reconnectAll();
    await until(allIdle(1));
    expect(new Set(proxy.signIns)).toEqual(new Set([`ann:${PASSWORD}`]));
    await expect(engine.setProxy(choice(strange, 'ann'))).rejects.toMatchObject({
      message: 'Enter the password of the proxy.',
    });
  });

  it('that is wrong is not tried again and again; the right one is, at once', async () => {
    const imap = await server();
    const proxy = await proxyFor({ kind: 'socks5', port: imap.port, signIn });
    const { engine, until, printed } = await start(await folder());
    const wrong = abroad(imap, { proxy: choice(proxy, 'ann', 'not-this-one') });
    const { id } = await engine.addAccount(wrong);
    const failed = await until(hasProblem('proxy-sign-in'));
    expect(failed.connections[0]?.state.kind).toBe('failed');
    expect(proxy.signIns).toEqual(['ann:not-this-one']);
    expect(JSON.stringify([failed, printed])).not.toContain('not-this-one');
    await engine.updateAccount(
      id,
      abroad(imap, {
        password: null,
        trust: { kind: 'keep' },
        proxy: choice(proxy, 'ann', PASSWORD),
      }),
    );
    await until(allIdle(1));
  });

  it('is kept in memory only where nothing protects it', async () => {
    const imap = await server();
    const proxy = await proxyFor({ kind: 'http', port: imap.port, signIn });
    const dataDir = await folder();
    const { engine, until } = await start(dataDir, { protector: memoryProtector() });
    await engine.addAccount(abroad(imap, { proxy: choice(proxy, 'ann', PASSWORD) }));
    await until(allIdle(1));
    expect(await readdir(dataDir)).not.toContain('proxy-passwords.json');
  });

  it('of an account that is gone is deleted at the next start, unless its list may come back', async () => {
    const imap = await server();
    const proxy = await proxyFor({ kind: 'http', port: imap.port, signIn });
    const dataDir = await folder();
    const first = await start(dataDir);
    await first.engine.setProxy(choice(proxy, 'ann', PASSWORD));
    const { id } = await first.engine.addAccount(
      abroad(imap, { proxy: choice(proxy, 'ann', PASSWORD) }),
    );
    await first.app.close();
    const ownersAfterStart = async () => {
      await writeFile(join(dataDir, 'accounts.json'), '{"version":1,"accounts":[]}');
      await (await start(dataDir)).app.close();
      const text = await readFile(join(dataDir, 'proxy-passwords.json'), 'utf8');
      const { passwords } = JSON.parse(text) as { passwords: object };
      return Object.keys(passwords).toSorted();
    };
    const aside = join(dataDir, 'accounts.json.corrupt-20261123T195400.123Z');
    await writeFile(aside, '');
    expect(await ownersAfterStart()).toEqual(['*', id]);
    await rm(aside);
    expect(await ownersAfterStart()).toEqual(['*']);
  });

  it('stored beside another proxy by hand is not sent there', async () => {
    const imap = await server();
    const proxy = await proxyFor({ kind: 'http', port: imap.port, signIn });
    const strange = await proxyFor({ kind: 'http', port: imap.port, signIn });
    const dataDir = await folder();
    const first = await start(dataDir);
    await first.engine.addAccount(abroad(imap, { proxy: choice(proxy, 'ann', PASSWORD) }));
    await first.until(allIdle(1));
    await first.app.close();
    for (const name of ['accounts.json', 'proxy-passwords.json']) {
      const path = join(dataDir, name);
      const text = await readFile(path, 'utf8');
      await writeFile(path, text.replaceAll(String(proxy.port), String(strange.port)));
    }
    const { until } = await start(dataDir);
    const { connections } = await until(hasProblem('proxy-sign-in'));
    expect(connections[0]?.state).toMatchObject({
      problem: {
        message: expect.stringContaining('No password is stored for the proxy') as string,
      },
    });
    expect(strange.signIns).toEqual([]);
  });
});

it('sessions that are kept come back for the way that they were seen on, and for no other', async () => {
  const imap = await server();
  const [one, other] = [
    await proxyFor({ kind: 'socks5', port: imap.port }),
    await proxyFor({ kind: 'socks5', port: imap.port }),
  ];
  const dataDir = await folder();
  const first = await start(dataDir);
  await first.engine.changeSettings({ keepSessions: true });
  await first.engine.setProxy(choice(one));
  await first.engine.addAccount(abroad(imap));
  await first.until(allIdle(1));
  await first.app.close();
  const second = await start(dataDir);
  const again = await second.until(allIdle(1));
  expect(again.connections[0]?.attempt?.outcome.kind).toBe('resumed');
  await second.app.close();

  const path = join(dataDir, 'preferences.json');
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace(String(one.port), String(other.port)));
  const { offered } = imap.stats();
  const third = await start(dataDir);
  const elsewhere = await third.until(allIdle(1));
  expect(elsewhere.connections[0]?.attempt?.outcome).toEqual({
    kind: 'full',
    reason: 'nothing-held',
  });
  expect(imap.stats().offered).toBe(offered);
  expect(other.asked).toHaveLength(1);
});

it('a data folder of before has no proxy, and its accounts go with the program', async () => {
  const imap = await server();
  const dataDir = await folder();
  const first = await start(dataDir);
  await first.engine.addAccount(inputFor(imap));
  await first.until(allIdle(1));
  await first.engine.changeSettings({ theme: 'dark' });
  await first.app.close();
  for (const name of ['accounts.json', 'preferences.json']) {
    const path = join(dataDir, name);
    const stored = JSON.parse(await readFile(path, 'utf8')) as {
      proxy?: object;
      accounts?: { proxy?: object }[];
    };
    delete stored.proxy;
    for (const account of stored.accounts ?? []) delete account.proxy;
    await writeFile(path, JSON.stringify(stored));
  }
  const second = await start(dataDir);
  await second.until(allIdle(1));
  expect(second.state().accounts[0]?.proxy).toEqual({ kind: 'program' });
  expect(second.state().settings).toMatchObject({ theme: 'dark', proxy: { kind: 'none' } });
});

it.each([
  [{ host: '' }, 'host', 'Enter the name of the proxy.'],
  [{ host: 'http://proxy.example.org' }, 'host', 'without imap:// or https:// in front'],
  [{ host: 'proxy\r\nx.example.org' }, 'host', 'no spaces'],
  [{ port: 0 }, 'port', 'between 1 and 65535'],
  [{ user: 'a:b' }, 'user', 'colon'],
  [{ user: 'a\r\nb' }, 'user', 'Control characters'],
  [{ user: 'é'.repeat(200) }, 'user', '255 bytes'],
  [{ user: 'a', password: 'x\ny' }, 'password', 'Control characters'],
])('%o is no proxy, and what is wrong is said with its field', async (changes, field, words) => {
  const { engine } = await start(await folder());
  const proxy = {
    kind: 'http',
    host: 'proxy.example.org',
    port: 3128,
    user: '',
    password: null,
    ...changes,
  } as const;
  await expect(engine.setProxy(proxy)).rejects.toMatchObject({
    code: 'invalid-input',
    field,
    message: expect.stringContaining(words) as string,
  });
});
