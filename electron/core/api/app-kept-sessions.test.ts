/** Sessions across restarts, as the whole engine keeps them; real handshakes, a real folder. */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EngineApi } from '../../../shared/contract.ts';
import type { AccountId } from '../../../shared/model.ts';
import { memoryProtector } from '../storage/secret-protector.ts';
import { KEPT_SESSIONS_FILE } from '../storage/kept-sessions-file.ts';
import { fault } from '../demo/testing/index.ts';
import {
  allIdle,
  allIdleAgain,
  folder,
  inputFor,
  outcomes,
  server,
  start,
  type Followed,
} from './testing/engine.ts';

const FOUR = { INBOX: 1, Sent: 1, Work: 1, Archive: 1 };
const mailboxes = Object.keys(FOUR);
const fullAgain = { kind: 'full', reason: 'nothing-held' };

const hasFile = async (dataDir: string): Promise<boolean> =>
  (await readdir(dataDir)).includes(KEPT_SESSIONS_FILE);

/** An engine that keeps sessions. */
async function keeping(dataDir: string) {
  const program = await start(dataDir);
  await program.engine.changeSettings({ keepSessions: true });
  return program;
}

/** The outcomes of the first connections after a start. */
async function firstOutcomes({ until }: Followed, count: number) {
  return outcomes((await until(allIdle(count))).connections);
}

describe('sessions across restarts', () => {
  it.each([
    ['TLSv1.3', 'tls13-ticket', {}],
    ['TLSv1.2', 'tls12-ticket', {}],
    ['TLSv1.2', 'session-id', { sessions: 'session-ids' }],
  ] as const)(
    'are resumed by the first connections, %s by %s',
    async (protocol, mechanism, how) => {
      const imap = await server({ protocol, mailboxes: FOUR, ...how });
      const dataDir = await folder();
      const first = await keeping(dataDir);
      await first.engine.addAccount(inputFor(imap, { mailboxes }));
      const [before] = (await first.until(allIdle(4))).connections;
      await first.app.close();
      const second = await start(dataDir);
      const resumed = { kind: 'resumed', mechanism };
      expect(await firstOutcomes(second, 4)).toEqual([resumed, resumed, resumed, resumed]);
      // What the certificate was, and when it was verified, is known without having been seen again.
      const [after] = second.state().connections;
      expect(before?.attempt?.handshake?.certificate ?? null).not.toBeNull();
      expect(after?.attempt?.handshake?.certificate).toEqual(
        before?.attempt?.handshake?.certificate,
      );
      expect(second.printed).toEqual([]);
    },
  );

  it('come with what full handshakes cost, so that the first ones count as saved', async () => {
    const imap = await server();
    const dataDir = await folder();
    const first = await keeping(dataDir);
    const { id } = await first.engine.addAccount(inputFor(imap));
    await first.until(allIdle(1));
    expect(first.state().totals.savedBytes).toBe(0);
    await first.app.close();
    for (let restart = 1, saved = 0; restart <= 2; restart += 1) {
      const next = await start(dataDir);
      // Those of the runs before come from the history, sooner or later than this one's.
      const { totals } = await next.until((now) => now.totals.resumed === restart);
      expect(totals.savedBytes).toBeGreaterThan(saved);
      saved = totals.savedBytes;
      await next.app.close();
    }
    // With the sessions goes what belongs to them.
    const last = await start(dataDir);
    await last.until((now) => now.totals.resumed === 3);
    const before = last.state().totals.savedBytes;
    await last.engine.forgetSessions(id);
    await last.app.close();
    const without = await start(dataDir);
    await without.until((now) => now.totals.full === 2);
    expect(without.state().totals.savedBytes).toBe(before);
  });

  it('are off to begin with: no file, and a full handshake', async () => {
    const imap = await server();
    const dataDir = await folder();
    const first = await start(dataDir);
    await first.engine.addAccount(inputFor(imap));
    await first.until(allIdle(1));
    await first.app.close();
    expect(await hasFile(dataDir)).toBe(false);
    const second = await start(dataDir);
    expect(await firstOutcomes(second, 1)).toEqual([fullAgain]);
  });

  it('lie in one file that only the user can read, with no name or session in clear', async () => {
    // A name that does not come about by chance in what looks like noise.
    const imap = await server({ user: 'ann.of.the.office' });
    const dataDir = await folder();
    const { app, engine, until } = await keeping(dataDir);
    await engine.addAccount(inputFor(imap, { label: 'Office mail' }));
    await until(allIdle(1));
    await app.close();
    const path = join(dataDir, KEPT_SESSIONS_FILE);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const text = await readFile(path, 'latin1');
    for (const name of [
      imap.user,
      'Office mail',
      'INBOX',
      'localhost',
      '127.0.0.1',
      'nodejs:tls',
    ]) {
      expect(text).not.toContain(name);
      expect(text).not.toContain(Buffer.from(name).toString('base64').slice(1, -3));
    }
  });

  it('are gone from the disk before any of them is offered, and in memory as before', async () => {
    const imap = await server();
    const dataDir = await folder();
    const first = await keeping(dataDir);
    const { id } = await first.engine.addAccount(inputFor(imap));
    await first.until(allIdle(1));
    await first.engine.setPaused(id, true);
    await first.app.close();
    const second = await start(dataDir);
    expect(await hasFile(dataDir)).toBe(false);
    // Nothing has connected, and what is held can be seen.
    expect(second.state().heldSessions).toMatchObject([{ accountId: id, name: 'localhost' }]);
    await second.engine.setPaused(id, false);
    expect(await firstOutcomes(second, 1)).toMatchObject([{ kind: 'resumed' }]);
  });

  it('of a private account: each ticket is offered once, over three restarts', async () => {
    const imap = await server();
    const dataDir = await folder();
    const first = await keeping(dataDir);
    const { id } = await first.engine.addAccount(inputFor(imap));
    await first.until(allIdle(1));
    await first.engine.setPolicy(id, { sharing: 'private', longestAge: 'server' });
    await first.app.close();
    for (let restart = 1; restart <= 3; restart += 1) {
      const next = await start(dataDir);
      expect(await firstOutcomes(next, 1)).toMatchObject([{ kind: 'resumed' }]);
      await next.app.close();
    }
    const offered = imap.offers.map(({ sha256 }) => sha256);
    expect(offered).toHaveLength(3);
    expect(new Set(offered).size).toBe(3);
  });

  it('of demo accounts are not kept', async () => {
    const dataDir = await folder();
    const { app, engine, until } = await keeping(dataDir);
    await engine.startDemo();
    await until(({ heldSessions }) => heldSessions.length > 2);
    await app.close();
    expect(await hasFile(dataDir)).toBe(false);
  });

  it('are never written where secrets are kept in memory only', async () => {
    const imap = await server();
    const dataDir = await folder();
    // The setting is from a time when there was a better place.
    await (await keeping(dataDir)).app.close();
    const { app, engine, until } = await start(dataDir, { protector: memoryProtector() });
    await engine.addAccount(inputFor(imap));
    await until(allIdle(1));
    await app.close();
    expect(await hasFile(dataDir)).toBe(false);
  });

  it('are not offered by an account that trusts something else since', async () => {
    const [imap, other] = [await server(), await server()];
    const dataDir = await folder();
    const first = await keeping(dataDir);
    const { id } = await first.engine.addAccount(inputFor(imap));
    await first.until(allIdle(1));
    await first.engine.setPaused(id, true);
    await first.engine.updateAccount(
      id,
      inputFor(imap, { trust: { kind: 'ca', fileName: 'ca.pem', pem: imap.caPem + other.caPem } }),
    );
    await first.app.close();
    expect(await hasFile(dataDir)).toBe(false);
  });

  it('let nobody in whom the account does not trust any more: its CA was changed meanwhile', async () => {
    const [imap, other] = [await server(), await server()];
    const dataDir = await folder();
    const first = await keeping(dataDir);
    const { id } = await first.engine.addAccount(inputFor(imap));
    await first.until(allIdle(1));
    await first.app.close();
    expect(await hasFile(dataDir)).toBe(true);
    const path = join(dataDir, 'accounts.json');
    const settings = JSON.parse(await readFile(path, 'utf8')) as {
      accounts: { trust: { pem: string } }[];
    };
    for (const { trust } of settings.accounts) trust.pem = other.caPem;
    await writeFile(path, JSON.stringify(settings));
    const second = await start(dataDir);
    // Without it nothing is tried: the stored one was for another trust.
    await second.engine.updateAccount(id, inputFor(imap, { trust: { kind: 'keep' } }));
    const { connections } = await second.until(
      (now) => now.connections[0]?.attempt?.outcome.kind === 'failed',
    );
    expect(connections[0]?.attempt?.outcome).toMatchObject({
      problem: { code: 'certificate-untrusted' },
    });
    expect(imap.stats().offered).toBe(0);
  });

  it('are written before a server has said goodbye that takes its time for it', async () => {
    const imap = await server({ script: { logout: fault.hang } });
    const dataDir = await folder();
    const { app, engine, until } = await keeping(dataDir);
    await engine.addAccount(inputFor(imap));
    await until(allIdle(1));
    let hasEnded = false;
    const ended = app.close().then(() => {
      hasEnded = true;
      return undefined;
    });
    await expect.poll(() => hasFile(dataDir)).toBe(true);
    expect(hasEnded).toBe(false);
    await ended;
  });

  it('come and go with the setting, at once', async () => {
    const imap = await server();
    const dataDir = await folder();
    const { app, engine, until } = await start(dataDir);
    await engine.addAccount(inputFor(imap));
    await until(allIdle(1));
    await engine.changeSettings({ keepSessions: true });
    expect(await hasFile(dataDir)).toBe(true);
    await engine.changeSettings({ keepSessions: false });
    expect(await hasFile(dataDir)).toBe(false);
    await app.close();
    expect(await hasFile(dataDir)).toBe(false);
  });

  it.each([
    ['its reuse is switched off', (engine, id) => engine.setReuse(id, false)],
    ['its sessions are forgotten', (engine, id) => engine.forgetSessions(id)],
    ['it is removed', (engine, id) => engine.removeAccount(id)],
    ['everything is forgotten', (engine) => engine.forgetAllSessions()],
    [
      'it becomes private',
      (engine, id) => engine.setPolicy(id, { sharing: 'private', longestAge: 'server' }),
    ],
  ] as readonly [string, (engine: EngineApi, id: AccountId) => Promise<unknown>][])(
    'of an account are out of the file when the call answers by which %s',
    async (_, forget) => {
      const imap = await server();
      const dataDir = await folder();
      const { engine, until } = await start(dataDir);
      const { id } = await engine.addAccount(inputFor(imap));
      await until(allIdle(1));
      await engine.changeSettings({ keepSessions: true });
      expect(await hasFile(dataDir)).toBe(true);
      await forget(engine, id);
      expect(await hasFile(dataDir)).toBe(false);
    },
  );

  it('of one account stay in the file when those of another are forgotten', async () => {
    const [imap, other] = [await server(), await server()];
    const dataDir = await folder();
    const first = await start(dataDir);
    const one = await first.engine.addAccount(inputFor(imap, { label: 'One' }));
    const two = await first.engine.addAccount(inputFor(other, { label: 'Two' }));
    await first.until(allIdle(2));
    await first.engine.changeSettings({ keepSessions: true });
    const before = await readFile(join(dataDir, KEPT_SESSIONS_FILE));
    await first.engine.forgetSessions(one.id);
    const after = await readFile(join(dataDir, KEPT_SESSIONS_FILE));
    expect(after.length).toBeLessThan(before.length);
    await first.app.close();
    const second = await start(dataDir);
    await second.until(allIdle(2));
    const kindOf = (id: AccountId) =>
      second.state().connections.find(({ accountId }) => accountId === id)?.attempt?.outcome.kind;
    expect(kindOf(one.id)).toBe('full');
    expect(kindOf(two.id)).toBe('resumed');
  });

  it('that were kept are nobody’s once their account is with another server', async () => {
    const [imap, elsewhere] = [await server(), await server()];
    const dataDir = await folder();
    const first = await keeping(dataDir);
    const { id } = await first.engine.addAccount(inputFor(imap));
    await first.until(allIdle(1));
    await first.engine.updateAccount(id, inputFor(elsewhere));
    await first.until(({ connections }) => connections[0]?.attempt !== null);
    await first.app.close();
    const second = await start(dataDir);
    const before = second.state();
    await second.engine.updateAccount(id, inputFor(imap));
    const after = await second.until(allIdleAgain(before));
    expect(outcomes(after.connections)).toMatchObject([{ kind: 'full' }]);
    expect(imap.stats().offered).toBe(0);
  });
});
