/** The demo servers: one account for every outcome. */
import type { Page } from 'playwright/test';
import { expect } from 'playwright/test';
import { Dashboard } from '../fixtures/browser/dashboard.ts';
import { DEMO } from '../fixtures/browser/demo-outcomes.ts';
import { RepriseProcess } from '../fixtures/program/reprise-process.ts';
import { settled, shoot, shootDrawer, showTab } from './camera.ts';

/** Enough for strips that tell something, before offers to the refusing server pause. */
const ROUNDS = 4;

export async function shootDemo(page: Page): Promise<void> {
  const reprise = await RepriseProcess.start();
  try {
    const dashboard = new Dashboard(page);
    await dashboard.open(reprise.url);
    await page.getByRole('button', { name: 'Start demo servers' }).click();
    const connections = DEMO.flatMap(({ mailboxes }) => mailboxes).length;
    await settled(dashboard, connections, connections);
    for (let round = 2; round <= ROUNDS; round += 1) {
      await dashboard.reconnectAll();
      await settled(dashboard, connections, round * connections);
    }
    await dashboard.reuseSwitch('Nothing to resume').click();
    await dashboard.reconnectButton('Nothing to resume', 'INBOX').click();
    await expect(dashboard.reuse('Nothing to resume', 'INBOX')).toHaveText('Off');
    // Alone, so that its times are not those of a burst.
    await dashboard.reconnectButton('TLS 1.3 tickets', 'INBOX').click();
    await settled(dashboard, connections, ROUNDS * connections + 2);
    await shoot(page, 'connections-demo');
    await shootDrawer(dashboard, 'TLS 1.3 tickets', 'INBOX', 'drawer-demo');
    await showTab(page, 'Sessions');
    await shoot(page, 'sessions-demo');
  } finally {
    await page.goto('about:blank');
    await reprise.interrupt();
    await reprise.cleanUp();
  }
}
