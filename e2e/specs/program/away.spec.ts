import type { WebSocketRoute } from 'playwright/test';
import { freePort } from '../../fixtures/network/ports.ts';
import { silhouetteOf } from '../../fixtures/browser/silhouette.ts';
import { ENGINE_AWAY, expect, test } from '../../fixtures/browser/reprise.ts';

/** As colourful as the page's own ground may be. */
const GREYISH = 8;

test('a page whose engine was killed says so, and takes up again by itself', async ({
  startReprise,
  dashboard,
  complaints,
  dataDir,
}) => {
  complaints.expect(ENGINE_AWAY);
  // The new engine does not go by the old one's name.
  complaints.expect(/status of 421/);
  const port = await freePort();
  const reprise = await startReprise({ dataDir, port });
  await dashboard.open(reprise.url);
  await dashboard.page.getByRole('button', { name: 'Start demo servers' }).click();
  // Of an account that is still connecting, the mark has less colour.
  await expect(dashboard.connections.getByRole('cell', { name: 'Idle' })).toHaveCount(10);

  const { page } = dashboard;
  const cdp = await page.context().newCDPSession(page);
  const marks = [
    dashboard.state('STARTTLS', 'INBOX').locator('svg').first(),
    dashboard.account('STARTTLS').locator('svg').first(),
  ];
  const colourfulness = () =>
    Promise.all(marks.map(async (mark) => (await silhouetteOf(page, cdp, mark)).colourfulness));
  expect(Math.min(...(await colourfulness()))).toBeGreaterThan(4 * GREYISH);

  await reprise.kill();
  const banner = page.getByRole('alert');
  await expect(banner).toContainText('Reprise is not answering. Reconnecting…');
  await expect(dashboard.row('STARTTLS', 'INBOX')).toBeVisible();
  // Nothing shines as if it were so now.
  expect(Math.max(...(await colourfulness()))).toBeLessThanOrEqual(GREYISH);

  const next = await startReprise({ dataDir, port });
  await expect(dashboard.page.getByRole('heading', { name: 'needs the link' })).toBeVisible();
  await dashboard.open(next.url);
  await expect(dashboard.page.getByRole('button', { name: 'Add account' })).toBeVisible();
});

test('a page that lost its WebSocket alone reconnects and shows the present state', async ({
  startReprise,
  dashboard,
  complaints,
  context,
}) => {
  complaints.expect(/WebSocket|ERR_INTERNET_DISCONNECTED/);
  const webSockets: WebSocketRoute[] = [];
  await context.routeWebSocket(/\/rpc$/, (webSocket) => {
    webSockets.push(webSocket, webSocket.connectToServer());
  });
  const reprise = await startReprise({ script: 'demo' });
  await dashboard.open(reprise.url);
  await expect(dashboard.state('STARTTLS', 'INBOX')).toHaveText('Idle');
  for (const webSocket of webSockets) await webSocket.close({ code: 1012 });
  await expect(dashboard.page.getByRole('alert')).toContainText('Reconnecting');
  await expect(dashboard.page.getByRole('alert')).toBeHidden();
  await dashboard.reuseSwitch('STARTTLS').click();
  await expect(dashboard.reuseSwitch('STARTTLS')).not.toBeChecked();
});
