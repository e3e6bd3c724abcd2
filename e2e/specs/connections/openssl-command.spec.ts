import { expectNoViolation } from '../../fixtures/browser/axe.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOn } from '../../fixtures/browser/typed-accounts.ts';

test('the drawer tells a resumed connection whole, and copies it as an openssl command, without a secret', async ({
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

  const handshake = drawer.getByRole('region', { name: 'Handshake', exact: true });
  const phases = handshake.getByRole('table', { name: /^Time by phase/ });
  await expect(phases).not.toHaveAccessibleName(/last full handshake/);
  await drawer.getByRole('button', { name: 'Reconnect', exact: true }).click();
  await expect(handshake).toContainText('Resumed · TLS 1.3 ticket');
  await expect(dashboard.state('Work', 'INBOX')).toHaveText('Idle');
  await expect(phases).toHaveAccessibleName(/the outline is the last full handshake/);
  // The time of this connect, and that of the full one.
  for (const phase of ['TCP', 'TLS', 'Login', 'Select']) {
    await expect(phases.getByRole('row', { name: phase }).getByRole('cell')).toHaveText([
      '',
      /ms$/,
      /ms$/,
    ]);
  }
  await expect(handshake).toContainText(/From the full handshake at \d\d:\d\d.*, 1st reuse\./);
  await expect(handshake).toContainText(/CipherTLS_\w+/);
  await expect(handshake).toContainText(/Bytes on the wire[\d.,]+ k?B sent, [\d.,]+ k?B received/);
  await expect(drawer.getByRole('region', { name: 'Certificate' })).toContainText('CN=localhost');
  const log = drawer.getByLabel('Log lines');
  await expect(log).toContainText('IDLE');
  await expect(log).not.toContainText(server.password);
  await expect(drawer.getByLabel('openssl command')).toBeHidden();
  await copy.click();
  await expect(drawer.getByLabel('openssl command')).toContainText('-sess_in');
  await expect.poll(copied).toContain('-sess_in');
});
