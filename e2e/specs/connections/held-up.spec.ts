import { startLineServer } from '../../../electron/core/demo/testing/index.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';

const LABEL = 'Shut';
const NAMES = Array.from({ length: 25 }, (_, index) => `Box${index}`);
const HELD_UP = /^Too many sign-ins that led nowhere: next at \d\d?:\d\d/;

test('sign-ins that lead nowhere stop at twenty: it says why, until when, and one can be asked for', async ({
  opened: dashboard,
}) => {
  await using server = await startLineServer({
    answers: { EXAMINE: '~ NO [UNAVAILABLE] The mailboxes are away' },
  });
  await dashboard.fillForm({
    label: LABEL,
    user: server.user,
    password: server.password,
    server: server.host,
    port: String(server.port),
    security: 'TLS',
    mailboxes: NAMES,
    caPem: server.caPem,
  });
  await dashboard.save();
  await expect(dashboard.account(LABEL).getByText(HELD_UP)).toBeVisible();
  expect(server.signIns).toBe(20);
  // One that has not even been tried.
  await expect(dashboard.cell(LABEL, 'Box24', 'Uptime / retry')).toHaveText(/^retry in \d:\d\d$/);
  await dashboard.row(LABEL, 'Box24').click();
  const drawer = dashboard.drawer(LABEL, 'Box24');
  await expect(drawer.getByText(HELD_UP)).toBeVisible();
  await expect(drawer).toContainText('Retrying');
  await expect(drawer.getByText(/^retry in 0:\d\d$/)).toBeVisible();
  await expect(drawer).toContainText('NO [UNAVAILABLE] The mailboxes are away');
  await drawer.getByRole('button', { name: 'Reconnect', exact: true }).click();
  await expect.poll(() => server.signIns).toBe(21);
  await expect(drawer.getByText(HELD_UP)).toBeVisible();
  expect(server.signIns).toBe(21);
});
