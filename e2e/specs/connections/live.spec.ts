import { startImapServer } from '../../../electron/core/demo/testing/index.ts';
import { Dashboard } from '../../fixtures/browser/dashboard.ts';
import { Dovecot } from '../../fixtures/servers/dovecot.ts';
import { whyNoDovecot } from '../../fixtures/servers/dovecot-binary.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOn, accountOnDovecot } from '../../fixtures/browser/typed-accounts.ts';

const missing = whyNoDovecot();
const LABEL = 'Dovecot';
const OTHER = 'Other';

/** Longer than the first few waits between attempts. */
const BACK_WITHIN_MS = 60_000;

test.describe('4: live', () => {
  if (missing !== null) process.stderr.write(`SKIPPED: live.spec.ts: ${missing}\n`);
  test.skip(missing !== null, missing ?? '');

  test('a delivered message changes the count of its row alone', async ({ opened: dashboard }) => {
    await using dovecot = await Dovecot.start({ kind: 'one-process' });
    await dashboard.addAccount(accountOnDovecot(dovecot, LABEL));
    await expect(dashboard.cell(LABEL, 'Work', 'Messages')).toHaveText('0');
    for (const count of ['1', '2', '3']) {
      await dovecot.deliver('ann', 'Work');
      await expect(dashboard.cell(LABEL, 'Work', 'Messages')).toHaveText(count);
    }
    await expect(dashboard.cell(LABEL, 'INBOX', 'Messages')).toHaveText('0');
  });

  test('a stopped server is retried with a countdown and comes back by itself', async ({
    opened: dashboard,
  }) => {
    await using dovecot = await Dovecot.start({ kind: 'one-process' });
    await using other = await startImapServer();
    await dashboard.addAccount({ ...accountOnDovecot(dovecot, LABEL), mailboxes: ['INBOX'] });
    await dashboard.addAccount(accountOn(other, OTHER));
    const untouched = other.stats();

    await dovecot.stop();
    // A retry at once finds nobody: between attempts the row counts down.
    await expect(dashboard.cell(LABEL, 'INBOX', 'Uptime / retry')).toHaveText(/^retry in 0:\d\d$/);
    await expect(dashboard.state(LABEL, 'INBOX')).toHaveText('Retrying');
    await expect(dashboard.state(OTHER, 'INBOX')).toHaveText('Idle');

    await dovecot.start();
    await expect(dashboard.state(LABEL, 'INBOX')).toHaveText('Idle', { timeout: BACK_WITHIN_MS });
    // New processes have new ticket keys: the old ticket was offered in vain.
    await expect(dashboard.reuse(LABEL, 'INBOX')).toHaveText('Refused · TLS 1.3 ticket');
    await dashboard.row(LABEL, 'INBOX').click();
    const drawer = dashboard.drawer(LABEL, 'INBOX');
    await drawer.getByRole('button', { name: 'Copy as openssl command' }).click();
    await expect(drawer).toContainText('by a restart, this prints Reused.');
    expect(other.stats()).toEqual(untouched);
    expect(other.idling).toEqual(['INBOX']);
  });

  test('"Now" skips the wait', async ({ server, opened: dashboard }) => {
    await dashboard.addAccount(accountOn(server, OTHER));
    await server.stop();
    // Waits grow with each failure; this one is long enough to be skipped.
    await expect(dashboard.cell(OTHER, 'INBOX', 'Uptime / retry')).toHaveText(
      /^retry in 0:(0[6-9]|[1-5]\d)$/,
      { timeout: BACK_WITHIN_MS },
    );
    await server.start();
    await dashboard
      .account(OTHER)
      .getByRole('button', { name: /\bnow\b/i })
      .click();
    await expect(dashboard.state(OTHER, 'INBOX')).toHaveText('Idle', { timeout: 4000 });
  });
});

test('an account that one window removes is not lost from the form of another without a word', async ({
  startReprise,
  dashboard,
  context,
}) => {
  await using server = await startImapServer();
  const reprise = await startReprise();
  await dashboard.open(reprise.url);
  await dashboard.addAccount(accountOn(server, OTHER));
  const second = new Dashboard(await context.newPage());
  await second.open(reprise.url);
  await dashboard.choose(OTHER, 'Edit…');
  await dashboard.form.getByLabel('Name of this account').fill('Another name');

  await second.choose(OTHER, 'Remove…');
  await second.page.getByRole('button', { name: 'Remove', exact: true }).click();

  await expect(dashboard.page.getByText('This account was removed')).toBeVisible();
  await expect(dashboard.form).toBeHidden();
  await expect(dashboard.page.getByRole('button', { name: 'Add account' })).toBeVisible();
  await second.page.close();
});
