/** The whole program, as users start it: killed, started twice, and with a page that does not read. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { keyFileProtector } from '../../electron/core/storage/key-file.ts';
import { openAccountBook } from '../../electron/core/accounts/account-book.ts';
import { startImapServer, type ImapServer } from '../../electron/core/demo/testing/index.ts';
import { temporaryFolder } from '../../electron/core/storage/testing/temporary-folder.ts';
import { HISTORY_DAYS, THEME_CHOICES, type Settings } from '../../shared/settings.ts';
import type { AccountId, AccountInput } from '../../shared/model.ts';
import { connectTo } from '../fixtures/program/engine-client.ts';
import { GenuineClient, getState, openSocket } from '../fixtures/program/genuine-client.ts';
import { seededRandom } from '../fixtures/program/random.ts';
import { RepriseProcess } from '../fixtures/program/reprise-process.ts';

const KILLS = 20;
const seed = Number(process.env['KILLS_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));

const started: RepriseProcess[] = [];
afterEach(async () => {
  for (const reprise of started.splice(0)) await reprise.cleanUp();
});

async function start(...options: Parameters<typeof RepriseProcess.start>) {
  const reprise = await RepriseProcess.start(...options);
  started.push(reprise);
  return reprise;
}

/** An account that is never connected: what is written counts here, and not the network. */
const inputFor = (user: string, password: string): AccountInput => ({
  label: user,
  user,
  password,
  host: '127.0.0.1',
  // The discard port: nothing listens there.
  port: 9,
  security: 'tls',
  servername: null,
  trust: { kind: 'system' },
  mailboxes: ['INBOX'],
});

/** An account on a server of this test. */
const accountOn = (server: ImapServer): AccountInput => ({
  ...inputFor(server.user, server.password),
  port: server.port,
  servername: server.servername,
  trust: { kind: 'ca', fileName: 'ca.pem', pem: server.caPem },
});

/** So many turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
}

describe('the program', () => {
  it(`killed ${KILLS} times while it saves has all that it said was saved (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    await using folder = await temporaryFolder();
    /** What was answered. */
    const accounts = new Map<AccountId, { readonly user: string; readonly password: string }>();
    let settings: Partial<Settings> = {};
    for (let life = 0; life < KILLS; life += 1) {
      const reprise = await start({ dataDir: folder.path });
      const end = await connectTo(reprise);
      const state = await end.engine.getState();
      expect(state.notices).toEqual([]);
      expect(state.settings).toMatchObject(settings);
      const known = new Set(state.accounts.map(({ id }) => id));
      expect([...accounts.keys()].filter((id) => !known.has(id))).toEqual([]);

      let calls = 1 + random.whole(5);
      for (; calls > 0; calls -= 1) {
        const user = `user-${life}-${calls}`;
        const { id } = await end.engine.addAccount(inputFor(user, `password of ${user}`));
        accounts.set(id, { user, password: `password of ${user}` });
        const change = {
          theme: random.pick(THEME_CHOICES),
          historyDays: random.pick(HISTORY_DAYS),
        };
        await end.engine.changeSettings(change);
        settings = change;
        const [first] = accounts.keys();
        if (first !== undefined) await end.engine.setPaused(first, random.whole(2) === 0);
      }
      // Not answered any more: it may be there at the next start, or not.
      const pending = end.engine.addAccount(inputFor(`late-${life}`, 'late')).catch(() => null);
      await turns(random.whole(4));
      await reprise.kill();
      await pending;
    }
    const protector = keyFileProtector(folder.path);
    const { book, problems } = await openAccountBook(
      folder.path,
      protector,
      Date.now(),
      () => undefined,
    );
    expect(problems).toEqual([]);
    for (const [id, { user, password }] of accounts) {
      const account = book.accounts.mustGet(id);
      expect(account.user).toBe(user);
      expect(await book.passwordFor(account)).toBe(password);
    }
  }, 300_000);

  it(`killed while it writes the sessions that it keeps finds whole ones, or none (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    await using folder = await temporaryFolder();
    await using server = await startImapServer({ lifetimeSeconds: 7200 });
    await using other = await startImapServer();
    for (let life = 0; life < KILLS / 2; life += 1) {
      const reprise = await start({ dataDir: folder.path });
      const { engine } = await connectTo(reprise);
      if (life === 0) {
        await engine.changeSettings({ keepSessions: true });
        for (const imap of [server, other]) await engine.addAccount(accountOn(imap));
      }
      await server.until(({ idling }) => idling.length === 1);
      await other.until(({ idling }) => idling.length === 1);
      const { accounts, connections, notices } = await engine.getState();
      expect(notices).toEqual([]);
      expect(reprise.stderr).toBe('');
      // What a damaged or half a file would lead to is a failure, or a session that is refused.
      for (const { attempt } of connections) {
        expect(attempt?.outcome.kind).toMatch(/^(?:resumed|full)$/);
      }
      // Each writes the file at once: without the sessions of the one, with those of the other.
      const forgetting = accounts.map(({ id }) => engine.forgetSessions(id).catch(() => null));
      await turns(random.whole(12));
      await reprise.kill();
      await Promise.all(forgetting);
      for (const imap of [server, other]) await imap.until(({ open }) => open === 0);
    }
    // They were written: an end in order leaves what the next start takes up.
    const last = await start({ dataDir: folder.path });
    await server.until(({ idling }) => idling.length === 1);
    await other.until(({ idling }) => idling.length === 1);
    await last.interrupt();
    const { resumed } = server.stats();
    await start({ dataDir: folder.path });
    await server.until((seen) => seen.stats().resumed > resumed);
    expect(server.stats().resumed).toBeGreaterThan(resumed);
  }, 300_000);

  it('started twice at the same moment on one data folder runs once, and the other says so', async () => {
    await using folder = await temporaryFolder();
    const both = await Promise.all(
      [1, 2].map(() => RepriseProcess.spawn({ dataDir: folder.path })),
    );
    started.push(...both);
    const loser = await Promise.race(
      both.map(async (reprise) => {
        await reprise.ended;
        return reprise;
      }),
    );
    expect(await loser.ended).toEqual({ code: 1, signal: null });
    expect(loser.stderr).toMatch(/^Reprise is already running with the data folder .*--data-dir/);
    const winner = both.find((reprise) => reprise !== loser);
    expect(winner?.isRunning).toBe(true);
    const { code } = (await winner?.interrupt()) ?? {};
    expect(code).toBe(0);
  });
});

/** The most memory that a process has ever had, in bytes. Linux only. */
async function peakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? NaN) * 1024;
}

describe('a page that stops reading', () => {
  /** What may be unsent, once in the program and once in the system, and what a heap breathes. */
  const MAY_GROW = 150_000_000;
  const ROUNDS = 20;
  const CALLS = 50;

  it('is let go before it costs much memory, and another page goes on', async ({ skip }) => {
    skip(process.platform !== 'linux', 'only Linux says how much memory a process ever had');
    const reprise = await start({ simulated: { connections: 300, rate: 300 } });
    const port = reprise.port;
    const other = await GenuineClient.connect(port, reprise.token);
    await other.getState();
    const before = await peakMemory(reprise.pid);

    const deaf = openSocket(port, reprise.token);
    await once(deaf, 'open');
    deaf.on('error', () => undefined);
    const closed = once(deaf, 'close');
    deaf.pause();
    // Each answer is some hundred kB, which it does not take. Nothing else is wrong with it: it
    // has few calls under way, and few in a second.
    for (let round = 0; round < ROUNDS; round += 1) {
      for (let call = 0; call < CALLS; call += 1) deaf.send(getState(`${round}-${call}`));
      await other.getState();
    }
    // It finds out that it was let go when it reads on.
    deaf.resume();
    await closed;
    expect((await peakMemory(reprise.pid)) - before).toBeLessThan(MAY_GROW);
    expect(other.isConnected).toBe(true);
    other.close();
    expect((await reprise.interrupt()).code).toBe(0);
  });
});
