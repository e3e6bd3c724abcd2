import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  allIdle,
  allIdleAgain,
  folder,
  hasNotice,
  inputFor,
  server,
  start,
} from './testing/engine.ts';

const DAY = { range: '24h', account: null } as const;

describe('the history', () => {
  it('has what the counters count, in all and by account, also after a restart', async () => {
    const dataDir = await folder();
    const [one, two] = [await server(), await server()];
    const first = await start(dataDir);
    const { id } = await first.engine.addAccount(inputFor(one, { label: 'One' }));
    await first.engine.addAccount(inputFor(two, { label: 'Two' }));
    const before = await first.until(allIdle(2));
    await first.engine.reconnectAll();
    const { totals } = await first.until(
      (state) => allIdleAgain(before)(state) && state.totals.resumed === 2,
    );
    const view = await first.engine.getHistory(DAY);
    expect(view.totals).toMatchObject({ full: 2, resumed: 2, refused: 0, off: 0, failed: 0 });
    expect(view.totals.savedMs).toBeCloseTo(totals.savedMs, 2);
    expect(view.totals.savedBytes).toBe(totals.savedBytes);
    expect(view.accounts.map(({ label }) => label)).toEqual(['One', 'Two']);
    const ofOne = await first.engine.getHistory({ range: '1h', account: id });
    expect(ofOne.totals).toMatchObject({ full: 1, resumed: 1 });
    await first.app.close();

    const second = await start(dataDir);
    const { totals: after } = await second.until(
      (state) => allIdle(2)(state) && state.totals.full === 4,
    );
    expect(after).toMatchObject({ resumed: 2, savedBytes: totals.savedBytes });
    expect(after.since).toBe(view.recordedSince);
    expect((await second.engine.getHistory(DAY)).totals).toMatchObject({ full: 4, resumed: 2 });
  });

  it('brings the strips back after a restart, before what comes then', async () => {
    const dataDir = await folder();
    const [one, two] = [await server(), await server()];
    const first = await start(dataDir);
    const { id } = await first.engine.addAccount(inputFor(one, { label: 'One' }));
    const before = await first.until((state) => allIdle(1)(state) && state.totals.full === 1);
    await first.engine.reconnectAll();
    await first.until((state) => allIdleAgain(before)(state) && state.totals.resumed === 1);
    await first.engine.addAccount(inputFor(two, { label: 'Two' }));
    await first.until((state) => allIdle(2)(state) && state.totals.full === 2);
    await first.app.close();

    const second = await start(dataDir);
    const { totals, accounts } = await second.until(
      (state) => allIdle(2)(state) && state.totals.full === 4 && state.totals.strip.length === 5,
    );
    expect(totals.strip.map(({ kind }) => kind)).toEqual([
      'full',
      'resumed',
      'full',
      'full',
      'full',
    ]);
    expect(totals.strip.map(({ at }) => at)).toEqual(
      totals.strip.map(({ at }) => at).toSorted((a, b) => a - b),
    );
    expect(new Set(totals.strip.map(({ attemptId }) => attemptId)).size).toBe(5);
    const own = accounts.find((account) => account.id === id);
    expect(own?.strip.map(({ kind }) => kind)).toEqual(['full', 'resumed', 'full']);
  });

  it('keeps the figures and the name of an account that was removed', async () => {
    const imap = await server();
    const { engine, until } = await start(await folder());
    const { id } = await engine.addAccount(inputFor(imap, { label: 'Gone' }));
    await until((state) => allIdle(1)(state) && state.totals.full === 1);
    await engine.removeAccount(id);
    const view = await engine.getHistory({ range: '7d', account: id });
    expect(view.totals.full).toBe(1);
    expect(view.accounts).toEqual([{ id, label: 'Gone' }]);
    expect((await engine.getHistory(DAY)).totals.full).toBe(1);
  });

  it('holds no password, user or server', async () => {
    const dataDir = await folder();
    const imap = await server();
    const { app, engine, until } = await start(dataDir);
    await engine.addAccount(inputFor(imap, { label: 'Work' }));
    await until((state) => allIdle(1)(state) && state.totals.full === 1);
    await app.close();
    const file = await readFile(join(dataDir, 'history.sqlite'), 'latin1');
    expect(file).toContain('Work');
    for (const secret of [imap.password, imap.user, imap.servername]) {
      expect(file).not.toContain(secret);
    }
  });

  it('is exported as it is shown', async () => {
    const { engine, until } = await start(await folder(), { demoOnly: true });
    await until((state) => state.totals.full >= 6);
    const csv = await engine.exportHistory({ ...DAY, format: 'csv' });
    expect(csv.text.split('\r\n')).toHaveLength(1 + 1 + 1);
    const json = await engine.exportHistory({ ...DAY, format: 'json' });
    expect(JSON.parse(json.text)).toMatchObject({ range: '24h', account: null });
  });

  it('of the demo alone is in memory, and beside the user’s accounts it is not recorded', async () => {
    const dataDir = await folder();
    const own = await start(dataDir);
    await own.engine.startDemo();
    await own.until((state) => state.totals.full >= 6);
    expect((await own.engine.getHistory(DAY)).totals.full).toBe(0);
    await own.app.close();

    const demo = await start(dataDir, { demoOnly: true });
    await demo.until((state) => state.totals.full >= 6);
    expect((await demo.engine.getHistory(DAY)).totals.full).toBeGreaterThanOrEqual(6);
  });

  it('that is damaged is kept aside and said, and everything else goes on', async () => {
    const dataDir = await folder();
    await writeFile(join(dataDir, 'history.sqlite'), 'no database '.repeat(500));
    const imap = await server();
    const { engine, until } = await start(dataDir);
    const state = await until(hasNotice('history'));
    const aside = /kept as (\S+),/.exec(state.notices[0]?.message ?? '')?.[1] ?? '';
    expect(await readFile(join(dataDir, aside), 'utf8')).toContain('no database');
    await engine.addAccount(inputFor(imap));
    await until((now) => now.totals.full === 1);
    expect((await engine.getHistory(DAY)).totals.full).toBe(1);
  });

  it.each([
    [{ range: '2h', account: null }],
    [{ range: '1h' }],
    [{ range: '1h', account: '' }],
    [{ range: '1h', account: null, more: 1 }],
    [null],
  ])('refuses %j', async (query) => {
    const { engine } = await start(await folder());
    const getHistory = engine.getHistory as (query: unknown) => Promise<unknown>;
    await expect(getHistory(query)).rejects.toMatchObject({ code: 'invalid-input' });
  });
});
