/** Accounts that share their sessions: the choice by keyboard, for all at a server, and what it shows. */
import type { Page } from 'playwright/test';
import { expectNoViolation } from '../../fixtures/browser/axe.ts';
import { tabTo } from '../../fixtures/browser/keyboard.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOnDovecot } from '../../fixtures/browser/typed-accounts.ts';
import { Dovecot } from '../../fixtures/servers/dovecot.ts';
import { whyNoDovecot } from '../../fixtures/servers/dovecot-binary.ts';

const missing = whyNoDovecot();
if (missing !== null) process.stderr.write(`SKIPPED: shared.spec.ts: ${missing}\n`);

const policyOf = (page: Page, label: string) =>
  page.getByRole('button', { name: `Reuse policy of ${label}` });

test.describe('accounts that share', () => {
  test.skip(missing !== null, missing ?? '');

  test('chosen by keyboard for all at a server, shown once, with whose the session was, and taken back', async ({
    opened: dashboard,
  }) => {
    const users = { ann: 'correct horse', bob: 'battery staple' };
    await using dovecot = await Dovecot.start({ kind: 'one-process', users });
    const { page } = dashboard;
    const { keyboard } = page;
    const typed = { ...accountOnDovecot(dovecot, 'Ann'), mailboxes: ['INBOX'] };
    await dashboard.addAccount(typed);
    await dashboard.addAccount({ ...typed, label: 'Bob', user: 'bob', password: users.bob });
    const both = `127.0.0.1:${String(dovecot.tlsPort)}`;

    await tabTo(policyOf(page, 'Ann'));
    await keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Reuse policy of Ann' });
    const shared = dialog.getByRole('radio', { name: 'Shared' });
    await expect(shared).toHaveAccessibleDescription(
      /the server, and whoever watches the line to it, learn that these accounts belong together/,
    );
    await expect(dialog.getByRole('radio', { name: 'Saving' })).toBeFocused();
    await keyboard.press('ArrowUp');
    await expect(shared).toBeChecked();
    await expectNoViolation(page);
    await tabTo(dialog.getByRole('button', { name: `Use for all 2 accounts at ${both}` }));
    await keyboard.press('Enter');
    await expect(dialog).toContainText('Chosen for 1 more.');
    await keyboard.press('Escape');
    for (const label of ['Ann', 'Bob']) {
      await expect(dashboard.account(label)).toContainText('shared');
    }

    await dashboard.reconnectAll();
    const reuse = ['Ann', 'Bob'].map((label) => dashboard.reuse(label, 'INBOX'));
    await expect(dashboard.connections).toContainText('Resumed · TLS 1.3 ticket');
    await expect(dashboard.connections).toContainText('Full handshake · nothing held yet');
    const outcomes = await Promise.all(reuse.map((cell) => cell.textContent()));
    const [resumed, full] = outcomes[0]?.startsWith('Resumed') ? ['Ann', 'Bob'] : ['Bob', 'Ann'];
    await dashboard.row(resumed, 'INBOX').click();
    await expect(dashboard.drawer(resumed, 'INBOX')).toContainText(
      `The session was of ${full}, which shared it with this account.`,
    );
    await keyboard.press('Escape');

    await page.getByRole('tab', { name: 'Sessions' }).click();
    const rows = page.getByRole('tabpanel', { name: 'Sessions' }).getByRole('row');
    await expect(rows.filter({ hasText: both })).toHaveCount(1);
    await expect(rows.filter({ hasText: both })).toContainText('Shared by 2: Ann, Bob');
    await page.getByLabel('Account', { exact: true }).selectOption('Bob');
    await expect(rows.filter({ hasText: both })).toHaveCount(1);
    await expectNoViolation(page);

    await policyOf(page, 'Ann').click();
    await dialog.getByRole('button', { name: 'Undo for all' }).click();
    await expect(dialog).not.toContainText('Chosen for');
    await keyboard.press('Escape');
    await expect(dashboard.account('Bob')).not.toContainText('shared');
    await expect(dashboard.account('Ann')).toContainText('shared');
  });
});
