import type { Page } from 'playwright/test';
import { startImapServer } from '../../../electron/core/demo/testing/index.ts';
import { expectNoViolation } from '../../fixtures/browser/axe.ts';
import { tabTo } from '../../fixtures/browser/keyboard.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOn } from '../../fixtures/browser/typed-accounts.ts';

const LABEL = 'Work';
const BUTTON = `Reuse policy of ${LABEL}`;
const chosen = (window: Page, name: string) => window.getByRole('radio', { name });

test.describe('the reuse policy of an account', () => {
  test('is set by keyboard, shows beside the account and survives a reload', async ({
    server,
    opened: dashboard,
  }) => {
    const { page } = dashboard;
    const { keyboard } = page;
    await dashboard.addAccount(accountOn(server, LABEL));
    const button = page.getByRole('button', { name: BUTTON });
    const dialog = page.getByRole('dialog', { name: BUTTON });
    const runOut = dialog.getByRole('radiogroup', { name: 'When tickets run out' });
    const keep = dialog.getByRole('radiogroup', { name: 'Keep sessions' });
    await expect(dashboard.account(LABEL)).not.toContainText('private');

    await tabTo(button);
    await keyboard.press('Enter');
    await expect(dialog).toContainText('applies to the next connection');
    await expect(runOut.getByRole('radio', { name: 'Saving' })).toBeFocused();
    await expect(runOut.getByRole('radio', { name: 'Saving' })).toBeChecked();
    await expect(keep.getByRole('radio', { name: 'As long as the server allows' })).toBeChecked();
    await keyboard.press('ArrowDown');
    await expect(runOut.getByRole('radio', { name: 'Private' })).toBeChecked();
    await keyboard.press('Tab');
    await keyboard.press('ArrowDown');
    await expect(keep.getByRole('radio', { name: '1 hour' })).toBeFocused();
    await keyboard.press('ArrowDown');
    await expect(keep.getByRole('radio', { name: '10 minutes' })).toBeChecked();
    await keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(button).toBeFocused();

    await expect(dashboard.account(LABEL)).toContainText('private · 10 min');
    await expect(dashboard.account(LABEL)).toContainText('applies to the next connection');
    await page.reload();
    await expect(dashboard.account(LABEL)).toContainText('private · 10 min');
    await button.click();
    await expect(runOut.getByRole('radio', { name: 'Private' })).toBeChecked();
    await expect(keep.getByRole('radio', { name: '10 minutes' })).toBeChecked();
  });

  test('holds from the next connection on: a private account offers no ticket twice', async ({
    opened: dashboard,
  }) => {
    const mailboxes = ['INBOX', 'Archive', 'Sent', 'Work'];
    await using server = await startImapServer({
      mailboxes: Object.fromEntries(mailboxes.map((name) => [name, 1])),
      renewTickets: false,
    });
    const { page } = dashboard;
    await dashboard.addAccount(accountOn(server, LABEL));
    // Saving: the four share what the first of them brought.
    expect(new Set(server.offers.map(({ sha256 }) => sha256)).size).toBeLessThan(
      server.offers.length,
    );
    const before = server.offers.length;

    await page.getByRole('button', { name: BUTTON }).click();
    await page.getByRole('radio', { name: 'Private' }).check();
    await page.keyboard.press('Escape');
    await dashboard.account(LABEL).getByRole('button', { name: 'Reconnect now' }).click();
    await expect(dashboard.account(LABEL)).not.toContainText('applies to the next connection');
    for (const mailbox of mailboxes) {
      await expect(dashboard.state(LABEL, mailbox)).toHaveText('Idle');
    }
    await dashboard.reconnectAll();
    await expect.poll(() => server.offers.length).toBeGreaterThan(before);
    for (const mailbox of mailboxes) {
      await expect(dashboard.state(LABEL, mailbox)).toHaveText('Idle');
    }
    const offered = server.offers.slice(before).map(({ sha256 }) => sha256);
    expect(new Set(offered).size).toBe(offered.length);
  });

  test('cannot be chosen while reuse is off, which it says; axe finds nothing either way', async ({
    server,
    opened: dashboard,
  }) => {
    const { page } = dashboard;
    await dashboard.addAccount(accountOn(server, LABEL));
    const dialog = page.getByRole('dialog', { name: BUTTON });

    await page.getByRole('button', { name: BUTTON }).click();
    await expect(dialog).not.toContainText('Reuse is off');
    await expectNoViolation(page);

    // It leaves the rest of the page usable.
    await dashboard.reuseSwitch(LABEL).click();
    await page.getByRole('button', { name: BUTTON }).click();
    await expect(dialog).toContainText('Reuse is off for this account');
    for (const radio of await dialog.getByRole('radio').all()) await expect(radio).toBeDisabled();
    await expectNoViolation(page);
  });

  test('open in one window, it follows what another one chooses', async ({
    server,
    opened: dashboard,
    context,
  }) => {
    const { page } = dashboard;
    await dashboard.addAccount(accountOn(server, LABEL));
    const second = await context.newPage();
    await second.goto(page.url());
    for (const window of [page, second]) {
      await window.getByRole('button', { name: BUTTON }).click();
    }
    await chosen(second, 'Private').check();
    await expect(chosen(page, 'Private')).toBeChecked();
    await chosen(page, '10 minutes').check();
    await expect(chosen(second, '10 minutes')).toBeChecked();
    await expect(chosen(second, 'Private')).toBeChecked();
    await chosen(second, 'Saving').check();
    await expect(chosen(page, 'Saving')).toBeChecked();
    await expect(chosen(page, '10 minutes')).toBeChecked();
  });
});

test.describe('a strip', () => {
  test('is read mark by mark with the arrow keys, one stop of Tab for all of them', async ({
    server,
    opened: dashboard,
  }) => {
    const { page } = dashboard;
    const { keyboard } = page;
    await dashboard.addAccount(accountOn(server, LABEL));
    await dashboard.reconnectAll();
    await expect(dashboard.reuse(LABEL, 'INBOX')).toHaveText('Resumed · TLS 1.3 ticket');

    const strip = dashboard.account(LABEL).getByRole('slider', {
      name: `Handshakes of ${LABEL}, one by one`,
    });
    await tabTo(strip);
    const tip = (word: string) => page.getByText(new RegExp(`^${word}, \\d\\d:\\d\\d:\\d\\d$`));
    await expect(tip('Resumed')).toBeVisible();
    await expect(strip).toHaveAttribute('aria-valuetext', /^Resumed, /);
    await keyboard.press('ArrowLeft');
    await expect(tip('Full handshake')).toBeVisible();
    await expect(strip).toHaveAttribute('aria-valuetext', /^Full handshake, /);
    await keyboard.press('End');
    await expect(tip('Resumed')).toBeVisible();
    await keyboard.press('Tab');
    await expect(strip).not.toBeFocused();
    await expect(tip('Resumed')).toBeHidden();

    const overall = page.getByRole('slider', { name: 'Handshakes of all accounts, one by one' });
    await tabTo(overall);
    await keyboard.press('Home');
    await expect(tip('Full handshake')).toBeVisible();
  });
});
