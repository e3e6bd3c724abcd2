import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unfinishedName } from '../../../electron/core/storage/files.ts';
import { startImapServer } from '../../../electron/core/demo/testing/index.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';
import { RepriseProcess } from '../../fixtures/program/reprise-process.ts';
import { accountOn } from '../../fixtures/browser/typed-accounts.ts';

test.describe('6: a start under bad conditions', () => {
  test('damaged settings are kept aside, said, and never overwritten', async ({
    startReprise,
    dashboard,
    dataDir,
  }) => {
    const damaged = '{ "version": 1, "accounts": [ {';
    await writeFile(join(dataDir, 'accounts.json'), damaged, { mode: 0o600 });
    const reprise = await startReprise({ dataDir });
    await dashboard.open(reprise.url);
    await expect(dashboard.page.getByRole('log', { name: 'Notices' })).toContainText(
      'accounts.json.corrupt-',
    );
    await using server = await startImapServer();
    await dashboard.addAccount(accountOn(server, 'Work'));
    const aside = (await readdir(dataDir)).filter((name) => name.includes('.corrupt-'));
    expect(aside).toHaveLength(1);
    expect(await readFile(join(dataDir, aside[0] ?? ''), 'utf8')).toBe(damaged);
    expect(await readFile(join(dataDir, 'accounts.json'), 'utf8')).toContain('Work');
  });

  test('a data folder that cannot be written is said in a sentence', async ({ dataDir }) => {
    await writeFile(join(dataDir, 'file'), '');
    const reprise = await RepriseProcess.spawn({ dataDir: join(dataDir, 'file', 'data') });
    expect(await reprise.ended).toEqual({ code: 1, signal: null });
    expect(reprise.stderr).toMatch(
      /^The data folder .* cannot be used: a part of this path is a file.*--data-dir/,
    );
    expect(reprise.stdout).toBe('');
    await reprise.cleanUp();
  });

  test('a port in use is said in a sentence, and whoever uses it goes on', async ({
    startReprise,
    dashboard,
  }) => {
    const first = await startReprise();
    const second = await RepriseProcess.spawn({ port: first.port });
    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.stderr).toMatch(/^Port \d+ is in use.*--port 0/);
    await second.cleanUp();
    await dashboard.open(first.url);
    await expect(dashboard.page.getByRole('button', { name: 'Add account' })).toBeVisible();
  });

  test('a data folder in use is said in a sentence, until whoever uses it is gone, however it went', async ({
    startReprise,
    dashboard,
    dataDir,
  }) => {
    const first = await startReprise({ dataDir });
    // As the first one makes when it writes: nobody else's to tidy away.
    const unfinished = unfinishedName(join(dataDir, 'preferences.json'));
    await writeFile(unfinished, '{');
    const second = await RepriseProcess.spawn({ dataDir });
    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(existsSync(unfinished)).toBe(true);
    expect(second.stderr).toMatch(
      /^Reprise is already running with the data folder .*--data-dir DIR\.\n$/,
    );
    expect(second.stdout).toBe('');
    await second.cleanUp();
    await dashboard.open(first.url);
    await expect(dashboard.page.getByRole('button', { name: 'Add account' })).toBeVisible();

    await dashboard.page.close();
    await first.kill();
    await startReprise({ dataDir });
    expect(existsSync(unfinished)).toBe(false);
  });
});
