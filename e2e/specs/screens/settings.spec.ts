import { join } from 'node:path';
import type { Locator, Page } from 'playwright/test';
import { startImapServer } from '../../../electron/core/demo/testing/index.ts';
import { HistoryStore } from '../../../electron/core/history/store/store.ts';
import { askFile, batch, row } from '../../../electron/core/history/testing/rows.ts';
import { expectNoViolation } from '../../fixtures/browser/axe.ts';
import type { Dashboard } from '../../fixtures/browser/dashboard.ts';
import { tabTo } from '../../fixtures/browser/keyboard.ts';
import {
  clickLatestNotification,
  recordNotifications,
  shownNotifications,
} from '../../fixtures/browser/recorded-notifications.ts';
import type { RepriseProcess } from '../../fixtures/program/reprise-process.ts';
import { ENGINE_AWAY, expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOn } from '../../fixtures/browser/typed-accounts.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const KEEP = 'Keep sessions when Reprise closes';
const FORGET = 'Forget sessions when the network changes';
const NOTIFY = 'Desktop notifications';

const screen = (page: Page): Locator => page.getByRole('region', { name: 'Settings', exact: true });
const gear = (page: Page): Locator => page.getByRole('button', { name: 'Settings', exact: true });
const settingSwitch = (page: Page, name: string): Locator =>
  screen(page).getByRole('switch', { name, exact: true });

async function openSettings(page: Page): Promise<void> {
  await gear(page).click();
  await expect(screen(page)).toBeVisible();
}

/** Time goes on in the page, and with it what looks for news. */
async function letPass(page: Page, ms: number): Promise<void> {
  await page.clock.runFor(ms);
}

/**
 * Time goes on until a notification is shown, and says how much that was: the switch shows a choice
 * before the engine has heard of it, so that nobody knows when the watching begins.
 */
async function untilNotified(page: Page): Promise<number> {
  let passedMs = 0;
  await expect(async () => {
    await letPass(page, 2000);
    passedMs += 2000;
    expect(await shownNotifications(page)).not.toEqual([]);
  }).toPass();
  return passedMs;
}

/** Opens the page with its time in the test's hands, and what it notifies of recorded. */
async function openNotified(dashboard: Dashboard, reprise: RepriseProcess): Promise<void> {
  const { page } = dashboard;
  await page.context().grantPermissions(['notifications'], { origin: reprise.origin });
  await page.clock.install();
  await recordNotifications(page);
  await dashboard.open(reprise.url);
}

/** Records which theme the page is in at each frame that it paints, from the first one on. */
async function recordFrames(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const frames: string[] = [];
    Object.assign(window, { paintedThemes: frames });
    const record = (): void => {
      frames.push(getComputedStyle(document.documentElement).colorScheme);
      requestAnimationFrame(record);
    };
    requestAnimationFrame(record);
  });
}
const paintedThemes = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => [
    ...new Set((window as unknown as { paintedThemes: string[] }).paintedThemes),
  ]);

test.describe('the Settings screen', () => {
  test('is behind the gear and an address, on first run too, and leads back', async ({
    server,
    opened: dashboard,
  }) => {
    const { page } = dashboard;
    await openSettings(page);
    await expect(page).toHaveURL(/#\/settings$/);
    await page.getByRole('button', { name: 'Close settings' }).click();
    await expect(page.getByRole('button', { name: 'Start demo servers' })).toBeVisible();

    await dashboard.addAccount(accountOn(server, 'Work'));
    await openSettings(page);
    await expect(gear(page)).toHaveAttribute('aria-current', 'page');
    await expect(page.getByRole('tab', { selected: true })).toHaveCount(0);
    await page.reload();
    await expect(screen(page)).toBeVisible();
    await page.getByRole('tab', { name: 'Connections' }).click();
    await expect(dashboard.connections).toBeVisible();
    await expect(screen(page)).toBeHidden();
    await page.goBack();
    await expect(screen(page)).toBeVisible();
  });

  test('what is set there outlives a restart, and other windows follow', async ({
    startReprise,
    dashboard,
    complaints,
    dataDir,
    context,
  }) => {
    complaints.expect(ENGINE_AWAY);
    const before = await startReprise({ dataDir });
    const { page } = dashboard;
    await dashboard.open(before.url);
    await openSettings(page);
    await expect(screen(page)).toContainText(`the key lies beside them, in ${dataDir}`);
    await expect(screen(page).locator('code', { hasText: dataDir }).first()).toBeVisible();
    const other = await context.newPage();
    await other.goto(`${before.origin}/#/settings`);
    await settingSwitch(page, KEEP).click();
    await settingSwitch(page, FORGET).click();
    await screen(page).getByRole('radio', { name: '90 days' }).click();
    for (const each of [page, other]) {
      await expect(settingSwitch(each, KEEP)).toBeChecked();
      await expect(settingSwitch(each, FORGET)).toBeChecked();
      await expect(screen(each).getByRole('radio', { name: '90 days' })).toBeChecked();
    }
    await other.close();
    await before.interrupt();

    const after = await startReprise({ dataDir });
    await dashboard.open(after.url);
    await openSettings(page);
    await expect(settingSwitch(page, KEEP)).toBeChecked();
    await expect(settingSwitch(page, FORGET)).toBeChecked();
    await expect(settingSwitch(page, NOTIFY)).not.toBeChecked();
    await expect(screen(page).getByRole('radio', { name: '90 days' })).toBeChecked();
  });

  test('of a demo says that nothing is stored, and offers nothing that would be', async ({
    startReprise,
    dashboard,
  }) => {
    const reprise = await startReprise({ script: 'demo' });
    const { page } = dashboard;
    await dashboard.open(reprise.url);
    await openSettings(page);
    await expect(settingSwitch(page, KEEP)).toBeDisabled();
    await expect(screen(page)).toContainText('Not possible here');
    await expect(screen(page)).toContainText('this is a demo. Nothing is stored');
  });

  test('axe finds nothing, light and dark; everything is reached by keyboard', async ({
    startReprise,
    dashboard,
    dataDir,
  }) => {
    test.slow();
    writeOldHistory(join(dataDir, 'history.sqlite'));
    const reprise = await startReprise({ dataDir });
    const { page } = dashboard;
    const { keyboard } = page;
    await dashboard.open(reprise.url);
    await tabTo(gear(page));
    await keyboard.press('Enter');
    await expect(screen(page)).toBeVisible();
    await tabTo(screen(page).getByRole('radio', { name: 'System' }));
    await keyboard.press('ArrowRight');
    await expect(screen(page).getByRole('radio', { name: 'Light' })).toBeChecked();
    await keyboard.press('ArrowLeft');
    await expect(screen(page).getByRole('radio', { name: 'System' })).toBeChecked();
    await tabTo(screen(page).getByRole('radio', { name: '1 year' }));
    await keyboard.press('ArrowLeft');
    const question = screen(page).getByRole('group', { name: 'Shorten the history?' });
    await expect(question).toBeVisible();
    await expect(screen(page).getByRole('radio', { name: '90 days' })).toBeFocused();
    await expectNoViolation(page);
    await tabTo(question.getByRole('button', { name: 'Go on keeping 1 year' }));
    await keyboard.press('Space');
    await expect(question).toBeHidden();
    await tabTo(settingSwitch(page, FORGET));
    await keyboard.press('Space');
    await expect(settingSwitch(page, FORGET)).toBeChecked();
    await tabTo(page.getByRole('button', { name: 'Copy the data folder' }));
  });
});

test.describe('the theme', () => {
  test('is the chosen one from the first paint on, after a restart on another port as well', async ({
    startReprise,
    dashboard,
    complaints,
    dataDir,
  }) => {
    complaints.expect(ENGINE_AWAY);
    const before = await startReprise({ dataDir });
    const { page } = dashboard;
    await page.emulateMedia({ colorScheme: 'light' });
    await dashboard.open(before.url);
    await openSettings(page);
    await screen(page).getByRole('radio', { name: 'Dark' }).click();
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    await before.interrupt();

    const after = await startReprise({ dataDir });
    expect(after.origin).not.toBe(before.origin);
    await recordFrames(page);
    await dashboard.open(after.url);
    expect(await paintedThemes(page)).toEqual(['dark']);
    await openSettings(page);
    await screen(page).getByRole('radio', { name: 'System' }).click();
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  });

  test('of the system is there from the first paint on, and is followed', async ({
    startReprise,
    dashboard,
  }) => {
    const reprise = await startReprise();
    const { page } = dashboard;
    await page.emulateMedia({ colorScheme: 'dark' });
    await recordFrames(page);
    await dashboard.open(reprise.url);
    expect(await paintedThemes(page)).toEqual(['dark']);
    await page.emulateMedia({ colorScheme: 'light' });
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  });
});

test.describe('the length of the history', () => {
  test('is shortened after a yes to what is deleted, and at once where nothing is', async ({
    startReprise,
    dashboard,
    dataDir,
  }) => {
    const path = join(dataDir, 'history.sqlite');
    writeOldHistory(path);
    const reprise = await startReprise({ dataDir });
    const { page } = dashboard;
    await dashboard.open(reprise.url);
    await openSettings(page);
    await expect(screen(page)).toContainText(/Recorded since .*; takes [\d.]+ kB on disk/);
    const question = screen(page).getByRole('group', { name: 'Shorten the history?' });

    await screen(page).getByRole('radio', { name: '30 days' }).click();
    await expect(question).toContainText(/All figures from .* to .* will be deleted/);
    await question.getByRole('button', { name: 'Go on keeping 1 year' }).click();
    await expect(screen(page).getByRole('radio', { name: '1 year' })).toBeChecked();
    expect(askFile(path, 'SELECT count(*) FROM handshake')).toBe(3);

    await screen(page).getByRole('radio', { name: '30 days' }).click();
    await question.getByRole('button', { name: 'Delete, keep 30 days' }).click();
    await expect(screen(page).getByRole('radio', { name: '30 days' })).toBeChecked();
    await expect(question).toBeHidden();
    await expect.poll(() => askFile(path, 'SELECT count(*) FROM handshake')).toBe(2);
    const date = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });
    const first = date.format(Date.now() - 20 * DAY_MS - 1000);
    await expect(screen(page)).toContainText(`Recorded since ${first}`);

    await screen(page).getByRole('radio', { name: '1 year' }).click();
    await expect(screen(page).getByRole('radio', { name: '1 year' })).toBeChecked();
    await screen(page).getByRole('radio', { name: '90 days' }).click();
    await expect(screen(page).getByRole('radio', { name: '90 days' })).toBeChecked();
    await expect(question).toBeHidden();
  });
});

test.describe('notifications', () => {
  test('that the browser denies are not switched on, and it is said what to do', async ({
    startReprise,
    dashboard,
    context,
  }) => {
    // Playwright's browsers deny what was not granted.
    await context.clearPermissions();
    const reprise = await startReprise();
    const { page } = dashboard;
    await dashboard.open(reprise.url);
    await openSettings(page);
    await settingSwitch(page, NOTIFY).click();
    await expect(screen(page)).toContainText(
      `Your browser blocks notifications from ${new URL(reprise.origin).host}`,
    );
    await expect(settingSwitch(page, NOTIFY)).not.toBeChecked();
  });

  test('that are on and no longer allowed say so, and can be asked for again or switched off', async ({
    startReprise,
    dashboard,
    context,
  }) => {
    const reprise = await startReprise();
    const { page } = dashboard;
    await context.grantPermissions(['notifications'], { origin: reprise.origin });
    await dashboard.open(reprise.url);
    await openSettings(page);
    await settingSwitch(page, NOTIFY).click();
    await expect(settingSwitch(page, NOTIFY)).toBeChecked();
    await context.clearPermissions();
    await expect(screen(page)).toContainText('Nothing is shown yet');
    await page.getByRole('button', { name: 'Ask the browser' }).click();
    await expect(screen(page)).toContainText('Your browser blocks notifications');
    await expect(settingSwitch(page, NOTIFY)).toBeChecked();
    await settingSwitch(page, NOTIFY).click();
    await expect(settingSwitch(page, NOTIFY)).not.toBeChecked();
  });

  test('of a failed sign-in come once, after opting in, and lead to the account', async ({
    startReprise,
    dashboard,
  }) => {
    await using server = await startImapServer();
    const reprise = await startReprise();
    const { page } = dashboard;
    await openNotified(dashboard, reprise);
    await dashboard.fillForm({ ...accountOn(server, 'Work'), password: 'wrong' });
    await dashboard.save();
    await expect(dashboard.state('Work', 'INBOX')).toHaveText('Sign-in failed');
    await letPass(page, 30_000);
    expect(await shownNotifications(page)).toEqual([]);

    await openSettings(page);
    await settingSwitch(page, NOTIFY).click();
    await expect(settingSwitch(page, NOTIFY)).toBeChecked();
    expect(await untilNotified(page)).toBeGreaterThanOrEqual(10_000);
    const [notification, ...more] = await shownNotifications(page);
    expect(notification).toMatchObject({ title: 'Sign-in failed: Work' });
    expect(notification?.body).not.toContain('wrong');
    expect(more).toEqual([]);
    expect(await clickLatestNotification(page)).toBe(1);
    await expect(page.getByRole('dialog', { name: 'Edit Work' })).toBeVisible();
    await page.keyboard.press('Escape');

    // Not again when it is tried again, nor after a reload.
    await page.getByRole('tab', { name: 'Connections' }).click();
    const attempts = server.loginAttempts.length;
    await dashboard.reconnectAll();
    await expect.poll(() => server.loginAttempts.length).toBe(attempts + 1);
    await expect(dashboard.state('Work', 'INBOX')).toHaveText('Sign-in failed');
    await letPass(page, 30_000);
    expect(await shownNotifications(page)).toHaveLength(1);
    await page.reload();
    await expect(dashboard.state('Work', 'INBOX')).toHaveText('Sign-in failed');
    await letPass(page, 30_000);
    expect(await shownNotifications(page)).toEqual([]);
  });

  test('of a certificate come when it has less than 14 days left', async ({
    startReprise,
    dashboard,
  }) => {
    // Its certificate is good for 30 days.
    await using server = await startImapServer();
    const reprise = await startReprise();
    const { page } = dashboard;
    await openNotified(dashboard, reprise);
    await dashboard.addAccount(accountOn(server, 'Work'));
    await openSettings(page);
    await settingSwitch(page, NOTIFY).click();
    await expect(settingSwitch(page, NOTIFY)).toBeChecked();
    await letPass(page, 30_000);
    expect(await shownNotifications(page)).toEqual([]);

    await page.clock.setSystemTime(Date.now() + 20 * DAY_MS);
    await untilNotified(page);
    expect(await shownNotifications(page)).toMatchObject([
      { title: 'Certificate ends soon: Work', body: expect.stringContaining('9 days left') },
    ]);
    await clickLatestNotification(page);
    await expect(dashboard.drawer('Work', 'INBOX')).toBeVisible();
  });
});

/** Three handshakes: long ago, some weeks ago, and now. */
function writeOldHistory(path: string): void {
  const now = Date.now();
  const store = new HistoryStore({ path, now, onProblem: fail });
  const ages = [200 * DAY_MS, 20 * DAY_MS, 0];
  store.write(
    batch(
      ages.map((age) => row(now - age)),
      ...ages.map((age) => ({ startAt: now - age - 1000, endAt: now - age })),
    ),
  );
  store.close();
}

function fail(problem: string): void {
  throw new Error(problem);
}
