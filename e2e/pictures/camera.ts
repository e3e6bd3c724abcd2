/** Takes each picture twice, light and dark. */
import { join } from 'node:path';
import type { Locator, Page } from 'playwright/test';
import { expect } from 'playwright/test';
import { STRIP_LENGTH } from '../../shared/model.ts';
import type { Dashboard } from '../fixtures/browser/dashboard.ts';
import { REPOSITORY } from '../fixtures/program/repository.ts';

/** Where pictures are written. */
export const PICTURES = join(REPOSITORY, 'e2e', 'screenshots');

/** What is shown at the time, as `NAME-light.png` and `NAME-dark.png`. */
export async function shoot(page: Page, name: string): Promise<void> {
  // What the pointer hovers and what was toasted belong to how the picture was made.
  await page.mouse.move(0, 0);
  await page.locator('[aria-label="Messages"]').evaluateAll((regions) => {
    for (const region of regions) if (region instanceof HTMLElement) region.style.display = 'none';
  });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: join(PICTURES, `${name}-${colorScheme}.png`) });
  }
}

/** Shows a screen by its tab. @returns its panel */
export async function showTab(
  page: Page,
  name: 'Connections' | 'Sessions' | 'History' | 'Server check',
): Promise<Locator> {
  await page.getByRole('tab', { name, exact: true }).click();
  const panel = page.getByRole('tabpanel', { name, exact: true });
  await expect(panel).toBeVisible();
  return panel;
}

/** A machine that is busy takes its time; nothing here is about how long. */
export const WITHIN = { timeout: 60_000 };

/**
 * Waits until at least so many handshakes have been made in all, as far as the strip goes, and so
 * many connections idle.
 */
export async function settled(
  dashboard: Dashboard,
  connections: number,
  handshakes = 0,
): Promise<void> {
  const strip = dashboard.page.getByRole('region', { name: 'Savings' }).getByRole('img');
  const made = async () => {
    const [, count = '1'] =
      /^Last (\d+) handshakes/.exec((await strip.getAttribute('aria-label')) ?? '') ?? [];
    return Number(count);
  };
  await expect.poll(made, WITHIN).toBeGreaterThanOrEqual(Math.min(handshakes, STRIP_LENGTH));
  await expect(dashboard.connections.getByRole('cell', { name: /^Idle$/ })).toHaveCount(
    connections,
    WITHIN,
  );
}

/** Opens the drawer of a connection, takes its picture and closes it. */
export async function shootDrawer(
  dashboard: Dashboard,
  label: string,
  mailbox: string,
  name: string,
): Promise<void> {
  await dashboard.row(label, mailbox).click();
  const drawer = dashboard.drawer(label, mailbox);
  await expect(drawer).toContainText('Log');
  await shoot(dashboard.page, name);
  await drawer.getByRole('button', { name: 'Close details' }).click();
  await expect(drawer).toBeHidden();
}

/** Shows the history once it holds something that is drawn. */
export async function shootHistory(page: Page, name: string): Promise<void> {
  const panel = await showTab(page, 'History');
  await expect(panel.getByRole('slider').first()).toBeVisible();
  await shoot(page, name);
}

/** Shows the settings. */
export async function shootSettings(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Settings', exact: true })).toBeVisible();
  await shoot(page, name);
}
