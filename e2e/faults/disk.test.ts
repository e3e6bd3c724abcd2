/** A disk that is full or read-only, and files that others hold: said in words, and nothing stops. */
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../electron/core/storage/testing/temporary-folder.ts';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';
import { RepriseProcess } from '../fixtures/program/reprise-process.ts';
import { FaultStand } from './fault-stand.ts';
import { SmallDisk, whyNoDisk } from './small-disk.ts';

const missing = whyNoDisk();
if (missing !== null) process.stderr.write(`SKIPPED: a full and a read-only disk. ${missing}\n`);

const NOTICE = 'history:missing';

/** The text of the notice about the history, once it is there and fits. */
async function historySays(stand: FaultStand, pattern: RegExp): Promise<void> {
  await stand.interfaceEnd.until(({ notices }) =>
    notices.some(({ id, message }) => id === NOTICE && pattern.test(message)),
  );
}

/** Every kind of change is refused with these words, and none is half done. */
async function nothingCanBeSaved(stand: FaultStand, says: RegExp): Promise<void> {
  const { engine, state } = stand.interfaceEnd;
  const before = state();
  const [account] = before.accounts;
  if (account === undefined) throw new Error('There is no account.');
  await using server = await stand.server({ user: 'another@example.org' });
  const refused = { code: 'storage', message: expect.stringMatching(says) };
  await expect(stand.add(server)).rejects.toMatchObject(refused);
  await expect(engine.setReuse(account.id, false)).rejects.toMatchObject(refused);
  await expect(engine.removeAccount(account.id)).rejects.toMatchObject(refused);
  await expect(engine.changeSettings({ theme: 'dark' })).rejects.toMatchObject(refused);
  const after = await engine.getState();
  expect(after.accounts).toEqual(before.accounts);
  expect(after.settings).toEqual(before.settings);
  expect(server.stats().connections).toBe(0);
}

/** What could not be saved can be saved now, and the next start has it. */
async function everythingCanBeSaved(stand: FaultStand): Promise<void> {
  const { engine } = stand.interfaceEnd;
  await engine.changeSettings({ theme: 'light' });
  await using server = await stand.server({ user: 'another@example.org' });
  const id = await stand.add(server);
  await stand.until(id, ({ state }) => state.kind === 'idle');
  await stand.remove(id);
}

/** Connects the healthy account once more: what happens goes on, whatever the disk does. */
async function reconnects(stand: FaultStand): Promise<void> {
  const before = stand.interfaceEnd.state().connections[0]?.attempt?.id;
  await stand.interfaceEnd.engine.reconnectAll();
  await stand.interfaceEnd.until(({ connections }) =>
    connections.every(({ state, attempt }) => state.kind === 'idle' && attempt?.id !== before),
  );
}

describe.skipIf(missing !== null)('a disk', () => {
  let disk: SmallDisk;
  beforeEach(() => {
    disk = new SmallDisk();
  });
  afterEach(() => {
    disk[Symbol.dispose]();
  });

  it('that is full while the program runs: changes are refused in words, connections go on', async () => {
    const dataDir = join(disk.path, 'data');
    {
      await using stand = await FaultStand.start(dataDir);
      await stand.watchHealthy();
      disk.fill();
      await nothingCanBeSaved(stand, /disk is full\. Free some space, then try again/);
      await reconnects(stand);
      disk.free();
      await everythingCanBeSaved(stand);
      expect(stand.interfaceEnd.state().settings.theme).toBe('light');
    }
    await using again = await FaultStand.start(dataDir);
    const state = again.interfaceEnd.state();
    expect(state.accounts.map(({ label }) => label)).toEqual(['Healthy']);
    expect(state.settings).toEqual({ ...DEFAULT_SETTINGS, theme: 'light' });
    expect(state.notices).toEqual([]);
  });

  it('that is full is said of the history as well, and what is missing in it is counted', async () => {
    await using stand = await FaultStand.start(join(disk.path, 'data'));
    await stand.watchHealthy();
    const { engine } = stand.interfaceEnd;
    // It has begun: what is there can be read later on.
    expect((await engine.getHistory({ range: '1h', account: null })).notRecorded).toBe(0);
    disk.fill();
    const isMissing = async (): Promise<boolean> => {
      await reconnects(stand);
      const { notRecorded } = await engine.getHistory({ range: '1h', account: null });
      return notRecorded > 0;
    };
    // A log that was written before has room for some.
    while (!(await isMissing()));
    await historySays(stand, /not being recorded: the disk is full\. Free some space\./);
    disk.free();
    await reconnects(stand);
    await engine.getHistory({ range: '1h', account: null });
    await historySays(
      stand,
      /recorded again\. \d+ handshakes are|recorded again\. One handshake is/,
    );
  });

  it('that is full at the start: the program says so, and does not begin', async () => {
    disk.fill();
    const reprise = await RepriseProcess.spawn({ dataDir: join(disk.path, 'data') });
    expect(await reprise.ended).toEqual({ code: 1, signal: null });
    expect(reprise.stderr).toMatch(
      /^The data folder .* cannot be used: the disk is full\. Free some space\.$/m,
    );
    await reprise.cleanUp();
  });

  it('that becomes read-only while the program runs: changes are refused in words', async () => {
    await using stand = await FaultStand.start(join(disk.path, 'data'));
    await stand.watchHealthy();
    disk.makeReadOnly();
    await nothingCanBeSaved(stand, /read-only disk\. Start Reprise with --data-dir/);
    await reconnects(stand);
    disk.makeWritable();
    await everythingCanBeSaved(stand);
    expect(stand.interfaceEnd.state().settings.theme).toBe('light');
  });

  it('that is read-only at the start: the program says so, and does not begin', async () => {
    const dataDir = join(disk.path, 'data');
    await mkdir(dataDir);
    disk.makeReadOnly();
    const reprise = await RepriseProcess.spawn({ dataDir });
    expect(await reprise.ended).toEqual({ code: 1, signal: null });
    expect(reprise.stderr).toMatch(
      /^The data folder .* cannot be used: it is on a read-only disk\..*--data-dir/,
    );
    await reprise.cleanUp();
  });
});

describe('a file that another program', () => {
  it('keeps locked: the history says so, and goes on when it is free', async () => {
    await using folder = await temporaryFolder();
    await using stand = await FaultStand.start(folder.path);
    await stand.watchHealthy();
    const { engine } = stand.interfaceEnd;
    await engine.getHistory({ range: '1h', account: null });
    const other = new DatabaseSync(join(folder.path, 'history.sqlite'));
    try {
      other.exec('BEGIN EXCLUSIVE');
      await reconnects(stand);
      await historySays(
        stand,
        /not being recorded: another program keeps the file locked\. Close it/,
      );
    } finally {
      other.close();
    }
    await reconnects(stand);
    await engine.getHistory({ range: '1h', account: null });
    await historySays(stand, /recorded again/);
    const { notRecorded } = await engine.getHistory({ range: '1h', account: null });
    expect(notRecorded).toBeGreaterThan(0);
  });

  it('has put in the place of ours: a change is refused in words, and works when it is moved away', async () => {
    await using folder = await temporaryFolder();
    await using stand = await FaultStand.start(folder.path);
    await stand.watchHealthy();
    const { engine } = stand.interfaceEnd;
    const path = join(folder.path, 'accounts.json');
    await rename(path, `${path}.moved`);
    await mkdir(path);
    const [account] = stand.interfaceEnd.state().accounts;
    if (account === undefined) throw new Error('There is no account.');
    await expect(engine.setReuse(account.id, false)).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringMatching(/a folder is in the place of the file\. Move it away/),
    });
    await rm(path, { recursive: true });
    await engine.setReuse(account.id, false);
    expect((await engine.getState()).accounts[0]?.reuse).toBe(false);
  });
});
