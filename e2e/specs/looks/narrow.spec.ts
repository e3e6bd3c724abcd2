/** What 1280 × 800 px are at 200 %: everything is there, none of it cut off. */
import type { Page } from 'playwright/test';
import { expectNoViolation } from '../../fixtures/browser/axe.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';

const AT_200_PERCENT = { width: 640, height: 400 };

/** How far the page could be scrolled sideways, in px. */
function tooWide(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
}

test('at 200 % every screen fits the width, and its controls can be scrolled to', async ({
  startReprise,
  dashboard,
}) => {
  const reprise = await startReprise({ script: 'demo' });
  const { page } = dashboard;
  await page.setViewportSize(AT_200_PERCENT);
  await dashboard.open(reprise.url);
  await expect(dashboard.connections.getByRole('row')).not.toHaveCount(0);

  for (const name of ['Settings', 'Reconnect all', 'Add account', 'Columns']) {
    const button = page.getByRole('button', { name, exact: true });
    // A pointer reaches it: clicks are refused where something else lies there.
    await button.click({ trial: true });
    await expect(button, name).toBeInViewport({ ratio: 1 });
  }
  for (const name of ['Sessions', 'History', 'Server check', 'Your client', 'Connections']) {
    await page.getByRole('tab', { name, exact: true }).click();
    await expect(page.getByRole('tabpanel', { name, exact: true })).toBeVisible();
    expect(await tooWide(page), name).toBe(0);
  }
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByRole('button', { name: 'Close settings' }).click({ trial: true });
  expect(await tooWide(page), 'Settings').toBe(0);
  await expectNoViolation(page);
});
