import { expectNoViolation } from '../../fixtures/browser/axe.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOn } from '../../fixtures/browser/typed-accounts.ts';

test('the drawer copies its handshake as an openssl command, without a secret', async ({
  server,
  opened: dashboard,
}) => {
  test.slow();
  const { page } = dashboard;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await dashboard.addAccount(accountOn(server, 'Work'));
  await dashboard.row('Work', 'INBOX').click();
  const drawer = dashboard.drawer('Work', 'INBOX');
  const copy = drawer.getByRole('button', { name: 'Copy as openssl command' });
  await copy.click();
  await expect(page.getByText('openssl command copied')).toBeVisible();
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  const full = await copied();
  expect(full).toContain(`-connect '${server.host}:${server.port}'`);
  expect(full).toContain(server.caPem.trim());
  expect(full).not.toContain('-sess_in');
  expect(full).not.toContain(server.password);
  await expect(drawer.getByLabel('openssl command')).toHaveText(full.trimEnd());
  await expectNoViolation(page);

  await drawer.getByRole('button', { name: 'Reconnect', exact: true }).click();
  await expect(drawer.getByRole('region', { name: 'Handshake', exact: true })).toContainText(
    'Resumed',
  );
  await expect(drawer.getByLabel('openssl command')).toBeHidden();
  await copy.click();
  await expect(drawer.getByLabel('openssl command')).toContainText('-sess_in');
  await expect.poll(copied).toContain('-sess_in');
});
