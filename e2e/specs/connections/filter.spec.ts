import { startImapServer } from '../../../electron/core/demo/testing/index.ts';
import { expectNoViolation } from '../../fixtures/browser/axe.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOn } from '../../fixtures/browser/typed-accounts.ts';

test('connections are found by words, state and outcome, which the address remembers', async ({
  opened: dashboard,
}) => {
  test.slow();
  await using server = await startImapServer({ mailboxes: { INBOX: 1, Archive: 1 } });
  const { page } = dashboard;
  await dashboard.addAccount(accountOn(server, 'Work'));
  const rows = dashboard.connections.locator('[data-connection]');
  const bar = page.getByRole('search');
  await bar.getByLabel('Find connections').fill('work arch');
  await expect(rows).toHaveCount(1);
  await expect(dashboard.row('Work', 'Archive')).toBeVisible();
  await expect(bar).toContainText('1 shown');
  await page.reload();
  await expect(dashboard.row('Work', 'Archive')).toBeVisible();
  await expect(rows).toHaveCount(1);
  await expectNoViolation(page);

  await bar.getByLabel('Outcome').selectOption('Off');
  await expect(page.getByText('No connection is like this.')).toBeVisible();
  await bar.getByRole('button', { name: 'Show all' }).click();
  await expect(rows).toHaveCount(2);

  // What becomes like this appears by itself.
  await bar.getByLabel('Outcome').selectOption('Off');
  await expect(rows).toHaveCount(0);
  await dashboard.reuseSwitch('Work').click();
  await dashboard.account('Work').getByRole('button', { name: 'Reconnect now' }).click();
  await expect(rows).toHaveCount(2);
  await bar.getByLabel('State', { exact: true }).selectOption('Paused');
  await expect(rows).toHaveCount(0);
});
