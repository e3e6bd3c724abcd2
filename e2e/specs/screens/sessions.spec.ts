import type { Locator, Page } from 'playwright/test';
import { startImapServer } from '../../../electron/core/demo/testing/index.ts';
import { expectNoViolation } from '../../fixtures/browser/axe.ts';
import { ENGINE_AWAY, expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOn } from '../../fixtures/browser/typed-accounts.ts';

const screen = (page: Page) => page.getByRole('tabpanel', { name: 'Sessions' });
const row = (page: Page, label: string): Locator =>
  screen(page)
    .getByRole('row')
    .filter({ has: page.getByRole('cell', { name: label, exact: true }) });

async function showSessions(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Sessions' }).click();
}

test.describe('the Sessions screen', () => {
  test('shows what is held, follows it, and forgets it by server, by account and all', async ({
    opened: dashboard,
  }) => {
    await using work = await startImapServer();
    await using home = await startImapServer({ protocol: 'TLSv1.2' });
    const { page } = dashboard;
    await dashboard.addAccount(accountOn(work, 'Work'));
    await dashboard.addAccount(accountOn(home, 'Home'));
    await showSessions(page);

    const cells = row(page, 'Work').getByRole('cell');
    await expect(cells.nth(1)).toHaveText(`${work.host}:${work.port}`);
    await expect(cells.nth(2)).toHaveText('TLS 1.3 ticket');
    await expect(cells.nth(3)).toHaveText('2');
    await expect(cells.nth(4)).toHaveText(/^INBOX\d\d:\d\d$/);
    await expect(cells.nth(5)).toHaveText(/^(1:59:\d\d|2:00:00)$/);
    await expect(cells.nth(6)).toHaveText('0');
    await expect(row(page, 'Home').getByRole('cell').nth(2)).toHaveText('TLS 1.2 ticket');
    await dashboard.reconnectAll();
    await expect(cells.nth(6)).toHaveText('1');

    // It counts down without anything else happening.
    const before = (await cells.nth(5).textContent()) ?? '';
    await expect(cells.nth(5)).not.toHaveText(before);

    const forgetWork = page.getByRole('button', { name: /^Forget sessions of Work for / });
    await forgetWork.click();
    const question = page.getByRole('alertdialog');
    await expect(question).toContainText('cannot be brought back');
    await question.getByRole('button', { name: 'Keep' }).click();
    await expect(row(page, 'Work')).toBeVisible();
    await forgetWork.click();
    await question.getByRole('button', { name: 'Forget' }).click();
    await expect(row(page, 'Work')).toBeHidden();
    await expect(row(page, 'Home')).toBeVisible();

    await dashboard.reconnectAll();
    await expect(row(page, 'Work').getByRole('cell').nth(6)).toHaveText('0');
    await page.getByLabel('Account', { exact: true }).selectOption('Home');
    await expect(row(page, 'Work')).toBeHidden();
    await page.getByRole('button', { name: 'Forget all of Home…' }).click();
    await question.getByRole('button', { name: 'Forget' }).click();
    await expect(screen(page)).toContainText('No session of Home is held.');
    await page.getByLabel('Account', { exact: true }).selectOption('All accounts');
    await page.getByRole('button', { name: 'Forget all sessions…' }).click();
    await question.getByRole('button', { name: 'Forget' }).click();
    await expect(screen(page)).toContainText('No session is held.');
    await page.getByRole('tab', { name: 'Connections' }).click();
    await dashboard.reconnectAll();
    await expect(dashboard.reuse('Work', 'INBOX')).toHaveText('Full handshake · nothing held yet');
  });

  test('counts down from the 48 h that a server says, also after a restart with kept sessions', async ({
    startReprise,
    dashboard,
    dataDir,
    complaints,
  }) => {
    complaints.expect(ENGINE_AWAY);
    await using work = await startImapServer({ protocol: 'TLSv1.3', lifetimeSeconds: 172_800 });
    const { page } = dashboard;
    const before = await startReprise({ dataDir });
    await dashboard.open(before.url);
    await dashboard.addAccount(accountOn(work, 'Work'));
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
    await page.getByRole('switch', { name: 'Keep sessions when Reprise closes' }).click();
    await showSessions(page);
    const cells = row(page, 'Work').getByRole('cell');
    const nearly48h = /^(48:00:00|47:59:\d\d|47:58:\d\d)$/;
    await expect(cells.nth(5)).toHaveText(nearly48h);
    const shown = (await cells.nth(5).textContent()) ?? '';
    await expect(cells.nth(5)).not.toHaveText(shown);
    await before.interrupt();

    const after = await startReprise({ dataDir });
    await dashboard.open(after.url);
    await expect(dashboard.reuse('Work', 'INBOX')).toHaveText('Resumed · TLS 1.3 ticket');
    await showSessions(page);
    await expect(cells.nth(4)).toHaveText(/^INBOX/);
    await expect(cells.nth(5)).toHaveText(nearly48h);
    // It was resumed: what is held descends from the full handshake of the run before.
    await expect(cells.nth(6)).toHaveText('1');
  });

  test('axe finds nothing, light and dark; it is used by keyboard alone', async ({
    server,
    opened: dashboard,
  }) => {
    test.slow();
    const { page } = dashboard;
    const { keyboard } = page;
    await dashboard.addAccount(accountOn(server, 'Work'));
    const first = page.getByRole('tab', { name: 'Connections' });
    // Arrow keys go on from a tab that knows its place, which it does once Tab leads to it.
    await expect(first).toHaveAttribute('tabindex', '0');
    await first.focus();
    await keyboard.press('ArrowRight');
    await expect(page.getByRole('tab', { name: 'Sessions' })).toBeFocused();
    await keyboard.press('Enter');
    await expect(row(page, 'Work')).toBeVisible();
    await expectNoViolation(page);
    const forget = page.getByRole('button', { name: /^Forget sessions of Work for / });
    await forget.focus();
    await keyboard.press('Enter');
    await expect(page.getByRole('alertdialog')).toBeVisible();
    await expectNoViolation(page);
    await expect(page.getByRole('button', { name: 'Keep' })).toBeFocused();
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await expect(screen(page)).toContainText('No session is held.');
    await expectNoViolation(page);
  });
});

test.describe('the address', () => {
  test('leads to a screen: after a reload, back and forward, and together with the token', async ({
    startReprise,
    dashboard,
  }) => {
    await using server = await startImapServer();
    const reprise = await startReprise();
    const { page } = dashboard;
    await dashboard.open(reprise.url);
    await dashboard.addAccount(accountOn(server, 'Work'));
    const selected = page.getByRole('tab', { selected: true });
    await showSessions(page);
    await expect(page).toHaveURL(/\/#\/sessions$/);
    await page.getByLabel('Account', { exact: true }).selectOption('Work');
    await expect(page).toHaveURL(/\/#\/sessions\?account=/);
    const deep = new URL(page.url()).hash.slice(1);
    await page.reload();
    await expect(selected).toHaveText('Sessions');
    await expect(page.getByLabel('Account', { exact: true })).toHaveValue(/.+/);

    await page.goBack();
    await expect(page.getByLabel('Account', { exact: true })).toHaveValue('');
    await page.goBack();
    await expect(selected).toHaveText('Connections');
    await page.goForward();
    await expect(selected).toHaveText('Sessions');

    await page.goto('about:blank');
    await dashboard.open(`${reprise.url}&${deep}`);
    await expect(selected).toHaveText('Sessions');
    await expect(page.getByLabel('Account', { exact: true })).toHaveValue(/.+/);
    expect(page.url()).not.toContain('token');
    expect(page.url()).toContain('#/sessions?account=');

    // An address says no more than what is shown.
    for (const [asked, name, said] of [
      ['#/nowhere?find=x', 'Connections', '#/connections'],
      ['#/connections?find=x&state=nonsense', 'Connections', '#/connections?find=x'],
      ['#/sessions?account=nobody', 'Sessions', '#/sessions'],
      ['#/history?range=nonsense&look=table', 'History', '#/history?look=table'],
    ] as const) {
      await page.goto(`${reprise.origin}/${asked}`);
      await expect(selected).toHaveText(name);
      await expect(page).toHaveURL(`${reprise.origin}/${said}`);
    }
    await page.goto('about:blank');
    await dashboard.open(`${reprise.url}&/nowhere`);
    await expect(selected).toHaveText('Connections');
    await expect(page).toHaveURL(`${reprise.origin}/#/connections`);
  });
});
