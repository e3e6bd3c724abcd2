/** A hundred accounts: those far out of sight are their names, and nothing is out of reach for that. */
import { expect, test } from '../../fixtures/browser/reprise.ts';

const ACCOUNTS = 100;

test('accounts far out of sight come alive when they are scrolled or tabbed to', async ({
  startReprise,
  dashboard,
}) => {
  const reprise = await startReprise({ simulated: { connections: 10 * ACCOUNTS, rate: 1 } });
  const { page, accounts } = dashboard;
  await dashboard.open(reprise.url);
  await expect(accounts.getByRole('listitem')).toHaveCount(ACCOUNTS);
  await expect(accounts.getByRole('switch').first()).toBeVisible();
  const alive = await accounts.getByRole('switch').count();
  expect(alive).toBeGreaterThanOrEqual(8);
  expect(alive).toBeLessThan(ACCOUNTS / 2);
  await expect(dashboard.reuseSwitch('Simulated 100')).toHaveCount(0);
  // So are the rows of the table: as many as there is room for, of all that there are.
  await expect(dashboard.connections).toHaveAttribute('aria-rowcount', `${10 * ACCOUNTS + 1}`);
  expect(await dashboard.connections.getByRole('row').count()).toBeLessThan(100);

  // By keyboard: each stop of Tab is in an account that has come alive before.
  const target = dashboard.reuseSwitch(`Simulated ${alive + 4}`);
  const isReached = () =>
    target.evaluateAll((switches) => switches.includes(document.activeElement as HTMLElement));
  await dashboard.reuseSwitch(`Simulated ${alive - 4}`).focus();
  for (let presses = 0; presses < 80 && !(await isReached()); presses += 1) {
    await page.keyboard.press('Tab');
  }
  await expect(target).toBeFocused();

  // By wheel: what has the focus keeps it, and the list keeps its length.
  const height = await accounts.evaluate((list) => list.scrollHeight);
  await accounts.hover();
  await page.mouse.wheel(0, height);
  const last = dashboard.reuseSwitch('Simulated 100');
  await expect(last).toBeVisible();
  await expect(target).toBeFocused();
  await last.click();
  await expect(dashboard.account('Simulated 100')).toContainText('forgotten');
  await page.mouse.wheel(0, -height);
  await expect(dashboard.reuseSwitch('Simulated 1')).toBeVisible();
  await expect(dashboard.reuseSwitch('Simulated 95')).toHaveCount(0);
  await expect(last).toBeFocused();
  const difference = (await accounts.evaluate((list) => list.scrollHeight)) - height;
  expect(Math.abs(difference)).toBeLessThan(100);
});
