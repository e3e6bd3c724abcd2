import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../shared/settings.ts';
import { memoryProtector } from '../storage/secret-protector.ts';
import { HistoryStore } from '../history/store/store.ts';
import { askFile, batch, row } from '../history/testing/rows.ts';
import { folder, follow, hasNotice, start } from './testing/engine.ts';

/** So many days ago. */
const ago = (days: number): number => Date.now() - days * 24 * 60 * 60 * 1000;

describe('settings', () => {
  it('are those of a new installation at first, and nothing is written for them', async () => {
    const dataDir = await folder();
    const { state } = await start(dataDir);
    expect(state().settings).toEqual(DEFAULT_SETTINGS);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('a change is told to every window, leaves the others, and outlives the program', async () => {
    const dataDir = await folder();
    const first = await start(dataDir);
    const window = await follow(first.app);
    await first.engine.changeSettings({ theme: 'dark' });
    await first.engine.changeSettings({ historyDays: 90 });
    const expected = { ...DEFAULT_SETTINGS, theme: 'dark', historyDays: 90 };
    await window.until(({ settings }) => settings.historyDays === 90);
    expect(window.state().settings).toEqual(expected);
    await first.app.close();
    expect((await start(dataDir)).state().settings).toEqual(expected);
  });

  it('only values that are offered are taken', async () => {
    const { engine, state } = await start(await folder());
    for (const change of [
      { historyDays: 8 },
      { theme: 'blue' },
      { notifications: 'yes' },
      { theme: undefined },
      { other: true },
    ]) {
      await expect(engine.changeSettings(change as never)).rejects.toMatchObject({
        code: 'invalid-input',
      });
    }
    expect(state().settings).toEqual(DEFAULT_SETTINGS);
  });

  it('sessions are not kept where nothing protects them', async () => {
    const { engine, state } = await start(await folder(), { protector: memoryProtector() });
    await expect(engine.changeSettings({ keepSessions: true })).rejects.toMatchObject({
      code: 'secrets',
    });
    expect(state().settings.keepSessions).toBe(false);
    await engine.changeSettings({ keepSessions: false, theme: 'dark' });
  });

  it('a damaged file is kept aside and said, and the settings are those of the beginning', async () => {
    const dataDir = await folder();
    await writeFile(join(dataDir, 'preferences.json'), '{"version":1,"theme":"bl');
    const { engine, state } = await start(dataDir);
    expect(hasNotice('preferences.json')(state())).toBe(true);
    expect(state().settings).toEqual(DEFAULT_SETTINGS);
    const [aside] = await readdir(dataDir);
    expect(state().notices[0]?.message).toContain(aside);
    await engine.changeSettings({ theme: 'light' });
    const saved = JSON.parse(await readFile(join(dataDir, 'preferences.json'), 'utf8')) as unknown;
    expect(saved).toEqual({ version: 1, ...DEFAULT_SETTINGS, theme: 'light' });
  });

  it('are kept where what pages remember is not in the file, or not as it should be', async () => {
    const dataDir = await folder();
    const { hiddenColumns: _, ...earlier } = { ...DEFAULT_SETTINGS, theme: 'dark' };
    const text = JSON.stringify({ version: 1, ...earlier, notified: [7] });
    await writeFile(join(dataDir, 'preferences.json'), text);
    const { state } = await start(dataDir);
    expect(state().notices).toEqual([]);
    expect(state().settings).toEqual({ ...DEFAULT_SETTINGS, theme: 'dark' });
  });

  it('those of a newer version stay untouched, and a change says why it is not kept', async () => {
    const dataDir = await folder();
    const text = '{"version":2,"theme":"sepia"}';
    await writeFile(join(dataDir, 'preferences.json'), text);
    const { engine, state } = await start(dataDir);
    await expect(engine.changeSettings({ theme: 'dark' })).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('newer Reprise') as unknown,
    });
    expect(state().settings).toEqual(DEFAULT_SETTINGS);
    expect(await readFile(join(dataDir, 'preferences.json'), 'utf8')).toBe(text);
  });

  it('of a demo are gone with it, and those of the data folder do not count', async () => {
    const dataDir = await folder();
    const first = await start(dataDir);
    await first.engine.changeSettings({ theme: 'dark' });
    await first.app.close();
    const demo = await start(dataDir, { demoOnly: true });
    expect(demo.state().settings).toEqual(DEFAULT_SETTINGS);
    await demo.engine.changeSettings({ theme: 'light' });
    await demo.app.close();
    expect((await start(dataDir)).state().settings.theme).toBe('dark');
  });
});

describe('the length of the history', () => {
  it('is shortened for what earlier runs recorded, before the call answers', async () => {
    const dataDir = await folder();
    const path = join(dataDir, 'history.sqlite');
    const store = new HistoryStore({ path, now: ago(0), onProblem: expect.unreachable });
    store.write(
      batch([row(ago(60)), row(ago(20)), row(ago(2))], { startAt: ago(60), endAt: ago(0) }),
    );
    store.close();

    const first = await start(dataDir);
    expect((await first.engine.getHistoryExtent()).recordedSince).toBeLessThan(ago(59));
    await first.engine.changeSettings({ historyDays: 30 });
    expect(askFile(path, 'SELECT count(*) FROM sums WHERE level = 2 AND account = 0')).toBe(2);
    await first.engine.changeSettings({ historyDays: 7 });
    expect(askFile(path, 'SELECT count(*) FROM handshake')).toBe(1);
    expect((await first.engine.getHistoryExtent()).recordedSince).toBeGreaterThan(ago(8));
    await first.app.close();

    // The next run goes by it as well.
    const second = await start(dataDir);
    expect((await second.engine.getHistoryExtent()).recordedSince).toBeGreaterThan(ago(8));
  });
});
