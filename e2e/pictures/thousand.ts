/** A thousand connections, which are simulated. */
import type { Page } from 'playwright/test';
import { expect } from 'playwright/test';
import { Dashboard } from '../fixtures/browser/dashboard.ts';
import { RepriseProcess } from '../fixtures/program/reprise-process.ts';
import { shoot, shootDrawer, shootHistory, shootSettings, showTab } from './camera.ts';

const CONNECTIONS = 1000;
/** Handshakes a second: every connection has had some soon. */
const RATE = 500;

export async function shootThousand(page: Page): Promise<void> {
  const reprise = await RepriseProcess.start({
    simulated: { connections: CONNECTIONS, rate: RATE },
  });
  try {
    const dashboard = new Dashboard(page);
    await dashboard.open(reprise.url);
    await expect(dashboard.connections).toHaveAttribute('aria-rowcount', String(CONNECTIONS + 1));
    const spared = page.getByRole('status', { name: 'Handshakes spared' });
    await expect(spared).toHaveText(/^[4-9],\d{3}/, { timeout: 60_000 });
    await shoot(page, 'connections-1000');
    await shootDrawer(dashboard, 'Simulated 1', 'Folder 3', 'drawer-1000');
    await dashboard.connections.getByRole('row').nth(5).hover();
    await page.mouse.wheel(0, 400 * 32);
    await expect(dashboard.row('Simulated 42', 'INBOX')).toBeVisible();
    await shoot(page, 'connections-1000-scrolled');
    await showTab(page, 'Sessions');
    await shoot(page, 'sessions-1000');
    await shootHistory(page, 'history-1000');
    await showTab(page, 'Server check');
    await shoot(page, 'server-check-1000');
    await shootSettings(page, 'settings-1000');
  } finally {
    await page.goto('about:blank');
    await reprise.interrupt();
    await reprise.cleanUp();
  }
}
