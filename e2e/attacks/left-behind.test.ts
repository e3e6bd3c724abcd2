/**
 * A data folder that others could write once, with what they left in it: the program opens none of
 * that, starts and ends as ever, and says what it has found.
 */
import { chmod, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inputFor } from '../../electron/core/api/testing/engine.ts';
import { startImapServer } from '../../electron/core/demo/testing/index.ts';
import { NO_FILES } from '../../electron/core/storage/testing/no-files.ts';
import { temporaryFolder } from '../../electron/core/storage/testing/temporary-folder.ts';
import { follow } from '../fixtures/program/engine-client.ts';
import { RepriseProcess, STOP_WITHIN_MS } from '../fixtures/program/reprise-process.ts';

/** All but the lock, without which nothing starts. */
const FILES = [
  'accounts.json',
  'secrets.json',
  'secrets.key',
  'preferences.json',
  'kept-sessions.bin',
  'history.sqlite',
  'history.sqlite-wal',
  'open-dashboard.html',
];

describe('in the place of its files', () => {
  it.each(NO_FILES)('the program finds %s: none is opened, and each is said', async (what, put) => {
    await using folder = await temporaryFolder();
    const undo = await Promise.all(FILES.map((name) => put(join(folder.path, name))));
    const reprise = await RepriseProcess.start({ dataDir: folder.path });
    const end = await reprise.interrupt();
    expect(end).toMatchObject({ code: 0, signal: null });
    expect(end.tookMs).toBeLessThan(STOP_WITHIN_MS);
    for (const name of ['accounts.json', 'secrets.json', 'preferences.json']) {
      expect(reprise.stderr).toContain(`${join(folder.path, name)} is ${what}.`);
    }
    for (const it of undo) await it();
    await reprise.cleanUp();
  });

  it.each(NO_FILES)(
    'the history finds %s: what happens goes on in memory, and the page says so',
    async (what, put) => {
      await using folder = await temporaryFolder();
      await using server = await startImapServer();
      const path = join(folder.path, 'history.sqlite');
      const undo = await put(path);
      const reprise = await RepriseProcess.start({ dataDir: folder.path });
      const { engine, until } = await follow(reprise);
      await engine.addAccount(inputFor(server));
      await until(({ notices }) =>
        notices.some(({ message }) => message.includes(`${path} is ${what}.`)),
      );
      await until(({ connections }) => connections.every(({ state }) => state.kind === 'idle'));
      const { totals } = await engine.getHistory({ range: '1h', account: null });
      expect(totals.full).toBe(1);
      const end = await reprise.interrupt();
      expect(end).toMatchObject({ code: 0, signal: null });
      expect(end.tookMs).toBeLessThan(STOP_WITHIN_MS);
      await undo();
      await reprise.cleanUp();
    },
  );

  it.each(NO_FILES)(
    'and in that of its lock %s: it says so, and does not begin',
    async (what, put) => {
      await using folder = await temporaryFolder();
      const undo = await put(join(folder.path, 'reprise.lock'));
      const reprise = await RepriseProcess.spawn({ dataDir: folder.path });
      expect(await reprise.ended).toEqual({ code: 1, signal: null });
      expect(reprise.stderr).toContain(
        `cannot be locked: ${join(folder.path, 'reprise.lock')} is ${what}.`,
      );
      await undo();
      await reprise.cleanUp();
    },
  );
});

describe('what others can read or change', () => {
  it('is closed to them at the start, and the page says so', async () => {
    await using folder = await temporaryFolder();
    const accounts = join(folder.path, 'accounts.json');
    await writeFile(accounts, JSON.stringify({ version: 1, accounts: [] }));
    await chmod(accounts, 0o666);
    await chmod(folder.path, 0o755);
    const reprise = await RepriseProcess.start({ dataDir: folder.path });
    const { engine } = await follow(reprise);
    const { notices } = await engine.getState();
    expect(notices.map(({ message }) => message)).toEqual([
      `The data folder ${folder.path} was open to other users of this machine. It is for you alone now.`,
      expect.stringContaining('were open to other users of this machine: accounts.json. They are'),
    ]);
    expect((await stat(folder.path)).mode & 0o777).toBe(0o700);
    expect((await stat(accounts)).mode & 0o777).toBe(0o600);
    await reprise.interrupt();
    await reprise.cleanUp();
  });
});
