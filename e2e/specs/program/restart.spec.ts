import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { startImapServer } from '../../../electron/core/demo/testing/index.ts';
import { ENGINE_AWAY, expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOn } from '../../fixtures/browser/typed-accounts.ts';

test.describe('5: a restart with the same data folder', () => {
  test('finds accounts, switches and pauses as they were, and connects without asking', async ({
    startReprise,
    dashboard,
    complaints,
    dataDir,
  }) => {
    complaints.expect(ENGINE_AWAY);
    await using work = await startImapServer({ mailboxes: { INBOX: 3, Archive: 5 } });
    await using off = await startImapServer({ security: 'starttls' });
    await using paused = await startImapServer();
    const before = await startReprise({ dataDir });
    await dashboard.open(before.url);
    await dashboard.addAccount(accountOn(work, 'Work'));
    await dashboard.addAccount(accountOn(off, 'Switched off'));
    await dashboard.addAccount(accountOn(paused, 'Paused one'));
    await dashboard.reuseSwitch('Switched off').click();
    await expect(dashboard.reuseSwitch('Switched off')).not.toBeChecked();
    await dashboard.choose('Paused one', 'Pause');
    await expect(dashboard.state('Paused one', 'INBOX')).toHaveText('Paused');
    expect(await before.interrupt()).toMatchObject({ code: 0 });
    for (const server of [work, off]) expect(server.commands).toContain('LOGOUT');
    const untouched = paused.stats();

    const after = await startReprise({ dataDir });
    await dashboard.open(after.url);
    await expect(dashboard.accounts.getByRole('listitem')).toHaveCount(3);
    for (const mailbox of ['INBOX', 'Archive']) {
      await expect(dashboard.state('Work', mailbox)).toHaveText('Idle');
    }
    await expect(dashboard.state('Switched off', 'INBOX')).toHaveText('Idle');
    await expect(dashboard.reuse('Switched off', 'INBOX')).toHaveText('Off');
    await expect(dashboard.reuseSwitch('Switched off')).not.toBeChecked();
    await expect(dashboard.reuseSwitch('Work')).toBeChecked();
    await expect(dashboard.state('Paused one', 'INBOX')).toHaveText('Paused');
    expect(paused.stats()).toEqual(untouched);

    await dashboard.choose('Paused one', 'Resume');
    await expect(dashboard.state('Paused one', 'INBOX')).toHaveText('Idle');
  });

  test('keeps no password in clear, and nothing that others may read', async ({
    startReprise,
    dashboard,
    complaints,
    dataDir,
  }) => {
    complaints.expect(ENGINE_AWAY);
    await using server = await startImapServer({ password: 'tell-nobody-8821' });
    const reprise = await startReprise({ dataDir });
    await dashboard.open(reprise.url);
    await dashboard.addAccount(accountOn(server, 'Work'));
    await reprise.interrupt();
    for (const name of ['accounts.json', 'secrets.json', 'secrets.key']) {
      const path = join(dataDir, name);
      expect((await stat(path)).mode & 0o777, name).toBe(0o600);
      expect(await readFile(path, 'latin1'), name).not.toContain('tell-nobody-8821');
    }
    expect(reprise.stderr).not.toContain('tell-nobody-8821');
  });
});
