import { createAuthority, startImapServer } from '../../../electron/core/demo/testing/index.ts';
import { expectNoViolation } from '../../fixtures/browser/axe.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOn } from '../../fixtures/browser/typed-accounts.ts';

test('what needs attention is listed with the action that helps, and is gone with its cause', async ({
  server,
  opened: dashboard,
}) => {
  test.slow();
  await using expired = await startImapServer({ certificate: 'expired' });
  const { page } = dashboard;
  const button = page.getByRole('button', { name: /^Attention: / });
  await dashboard.fillForm({ ...accountOn(server, 'Work'), password: 'wrong' });
  await dashboard.save();
  await expect(dashboard.state('Work', 'INBOX')).toHaveText('Sign-in failed');
  await dashboard.fillForm({ ...accountOn(expired, 'Home'), user: 'bob' });
  await dashboard.save();
  await expect(button).toHaveAccessibleName('Attention: 2');

  await button.focus();
  await page.keyboard.press('Enter');
  const list = page.getByRole('dialog', { name: 'Needs attention' });
  await expect(list.getByRole('listitem')).toHaveCount(2);
  await expect(list).toContainText('expired on');
  await expectNoViolation(page);
  await list.getByRole('button', { name: 'Show: Home' }).click();
  await expect(dashboard.drawer('Home', 'INBOX')).toContainText('expired on');
  await page.keyboard.press('Escape');

  await button.click();
  await list.getByRole('button', { name: 'Edit: Work' }).click();
  const password = dashboard.form.getByLabel('Password', { exact: true });
  await expect(password).toBeFocused();
  await password.fill(server.password);
  await dashboard.save();
  await expect(dashboard.state('Work', 'INBOX')).toHaveText('Idle');
  await expect(button).toHaveAccessibleName('Attention: 1');
});

test('accounts that have been out of reach for a minute are listed with Try now, until they are back', async ({
  opened: dashboard,
}) => {
  test.slow();
  await using servers = new AsyncDisposableStack();
  const authority = await createAuthority();
  const start = async (port = 0) =>
    servers.use(await startImapServer({ authority, port, mailboxes: { INBOX: 1 } }));
  const { page } = dashboard;
  const labels = ['Work', 'Home', 'Shop', 'Club'];
  const ports: number[] = [];
  for (const label of labels) {
    const server = await start();
    ports.push(server.port);
    await dashboard.addAccount(accountOn(server, label));
    await server.stop();
    await expect(dashboard.state(label, 'INBOX')).toHaveText('Retrying');
  }

  const button = page.getByRole('button', { name: /^Attention: / });
  await expect(button).toBeHidden();
  await page.clock.setSystemTime(Date.now() + 61_000);
  await expect(button).toHaveAccessibleName('Attention: 1');
  await button.click();
  const list = page.getByRole('dialog', { name: 'Needs attention' });
  await expect(list.getByRole('listitem')).toContainText('4 accounts');
  await expect(list.getByRole('listitem')).toContainText('Work, Home, Shop and 1 more');
  await expectNoViolation(page);

  // While they are away still: else one might come back by itself before the click.
  await list.getByRole('button', { name: 'Try now: 4 accounts' }).click();
  await expect(list).toBeHidden();
  const back = await Promise.all(ports.map(start));
  for (const label of labels) await expect(dashboard.state(label, 'INBOX')).toHaveText('Idle');
  await expect(button).toBeHidden();
  for (const server of back) expect(server.stats().failed).toBe(0);
});

test('a mailbox that is not there hides no outage of the others', async ({ opened: dashboard }) => {
  test.slow();
  await using server = await startImapServer({ mailboxes: { INBOX: 1, Archive: 1, Sent: 1 } });
  const { page } = dashboard;
  await dashboard.fillForm({
    ...accountOn(server, 'Work'),
    mailboxes: ['INBOX', 'Archive', 'Sent', 'Gone'],
  });
  await dashboard.save();
  await expect(dashboard.state('Work', 'Gone')).toHaveText('Failed');
  for (const mailbox of ['INBOX', 'Archive', 'Sent']) {
    await expect(dashboard.state('Work', mailbox)).toHaveText('Idle');
  }
  const button = page.getByRole('button', { name: /^Attention: / });
  await expect(button).toHaveAccessibleName('Attention: 1');
  await button.click();
  const list = page.getByRole('dialog', { name: 'Needs attention' });
  await expect(list).toContainText('Gone');
  await page.keyboard.press('Escape');

  await server.stop();
  await expect(dashboard.state('Work', 'Sent')).toHaveText('Retrying');
  await page.clock.setSystemTime(Date.now() + 61_000);
  await expect(button).toHaveAccessibleName('Attention: 2');
  await button.click();
  await expect(list).toContainText('Gone');
  await expect(list).toContainText('No connection for 1 min');
});
