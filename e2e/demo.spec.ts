import { readdir } from 'node:fs/promises';
import { COLUMNS } from './fixtures/dashboard.ts';
import { ENGINE_AWAY, expect, test } from './fixtures/reprise.ts';

/** The demo's accounts: what each connection reads after it was made a second time. */
const EXPECTED = [
  {
    label: 'TLS 1.3 tickets',
    mailboxes: ['INBOX', 'Archive', 'Sent'],
    reuse: 'Resumed · TLS 1.3 ticket',
  },
  { label: 'TLS 1.2 tickets', mailboxes: ['INBOX', 'Archive'], reuse: 'Resumed · TLS 1.2 ticket' },
  { label: 'Session IDs', mailboxes: ['INBOX'], reuse: 'Resumed · Session ID' },
  { label: 'Issues but refuses', mailboxes: ['INBOX'], reuse: 'Refused · TLS 1.3 ticket' },
  { label: 'Nothing to resume', mailboxes: ['INBOX'], reuse: 'Full handshake · nothing held yet' },
  { label: 'STARTTLS', mailboxes: ['INBOX', 'Archive'], reuse: 'Resumed · TLS 1.3 ticket' },
];
const slots = EXPECTED.flatMap(({ label, mailboxes, reuse }) =>
  mailboxes.map((mailbox) => ({ label, mailbox, reuse })),
);

test.describe('1: the demo', () => {
  test('shows every outcome by server after "Reconnect all"', async ({
    startReprise,
    dashboard,
  }) => {
    const reprise = await startReprise({ script: 'demo' });
    await dashboard.open(reprise.url);

    await expect(dashboard.accounts.getByRole('listitem')).toHaveCount(EXPECTED.length);
    for (const { label } of EXPECTED) await expect(dashboard.account(label)).toBeVisible();
    await expect(dashboard.connections.getByRole('columnheader')).toHaveCount(COLUMNS.length);
    for (const [index, name] of COLUMNS.entries()) {
      const header = dashboard.connections.getByRole('columnheader').nth(index);
      await expect(header).toHaveAccessibleName(name);
    }
    for (const { label, mailbox } of slots) {
      await expect(dashboard.state(label, mailbox)).toHaveText('Idle');
    }

    await dashboard.reconnectAll();
    for (const { label, mailbox, reuse } of slots) {
      await expect(dashboard.reuse(label, mailbox)).toHaveText(reuse);
      await expect(dashboard.state(label, mailbox)).toHaveText('Idle');
    }
    await expect(dashboard.page.getByRole('status', { name: 'Reused' })).toContainText('%');
    await expect(dashboard.page.getByRole('status', { name: 'Bytes saved' })).toContainText('kB');
  });

  test('takes the token out of the address bar, and a reload needs none', async ({
    startReprise,
    dashboard,
  }) => {
    const reprise = await startReprise({ script: 'demo' });
    await dashboard.open(reprise.url);
    await expect(dashboard.page).toHaveURL(`${reprise.origin}/`);
    await dashboard.page.reload();
    await expect(dashboard.accounts.getByRole('listitem')).toHaveCount(EXPECTED.length);
  });

  test('leaves nothing in the home folder', async ({ startReprise, dashboard, complaints }) => {
    complaints.expect(ENGINE_AWAY);
    const reprise = await startReprise({ script: 'demo' });
    await dashboard.open(reprise.url);
    await expect(dashboard.state('STARTTLS', 'INBOX')).toHaveText('Idle');
    expect(await reprise.interrupt()).toMatchObject({ code: 0 });
    expect(await readdir(reprise.home)).toEqual([]);
    expect(reprise.stdout).toBe(`Dashboard: ${reprise.url}\n`);
  });

  test('starts and stops from the first-run page', async ({ startReprise, dashboard }) => {
    const reprise = await startReprise();
    await dashboard.open(reprise.url);
    const { page } = dashboard;
    await page.getByRole('button', { name: 'Start demo servers' }).click();
    await expect(dashboard.state('TLS 1.3 tickets', 'INBOX')).toHaveText('Idle');
    await page.getByRole('button', { name: 'Stop demo servers' }).click();
    await expect(page.getByRole('button', { name: 'Start demo servers' })).toBeVisible();
    await expect(dashboard.connections).toBeHidden();
  });
});
