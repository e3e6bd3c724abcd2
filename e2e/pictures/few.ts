/** No connection, one and three, on a real Dovecot. */
import type { Page } from 'playwright/test';
import { expect } from 'playwright/test';
import { Dashboard } from '../fixtures/browser/dashboard.ts';
import { Dovecot } from '../fixtures/servers/dovecot.ts';
import { RepriseProcess } from '../fixtures/program/reprise-process.ts';
import { accountOnDovecot } from '../fixtures/browser/typed-accounts.ts';
import { settled, shoot, shootDrawer, shootHistory, shootSettings, showTab } from './camera.ts';

const LABEL = 'Work mail';
const MAILBOXES = ['INBOX', 'Sent', 'Work'];
/** Enough for strips that tell something. */
const ROUNDS = 5;

export async function shootFew(page: Page): Promise<void> {
  await using dovecot = await Dovecot.start({ kind: 'one-process' });
  const reprise = await RepriseProcess.start();
  try {
    const dashboard = new Dashboard(page);
    await dashboard.open(reprise.url);
    await shootNone(dashboard, dovecot);
    await settled(dashboard, 1, 1);
    await shootScreens(dashboard, 1, 1);
    await watchThree(dashboard);
    // The first of them has its connection already.
    await shootScreens(dashboard, MAILBOXES.length, ROUNDS + 1 + MAILBOXES.length - 1);
  } finally {
    await page.goto('about:blank');
    await reprise.interrupt();
    await reprise.cleanUp();
  }
}

async function shootNone(dashboard: Dashboard, dovecot: Dovecot): Promise<void> {
  const { page } = dashboard;
  await expect(page.getByRole('button', { name: 'Start demo servers' })).toBeVisible();
  await shoot(page, 'first-run');
  await shootSettings(page, 'settings-0');
  await page.goBack();
  await dashboard.fillForm({ ...accountOnDovecot(dovecot, LABEL), mailboxes: ['INBOX'] });
  await dashboard.testConnection();
  await expect(dashboard.form).toContainText('Connected and signed in');
  await shoot(page, 'add-account');
  await dashboard.save();
  await expect(dashboard.form).toBeHidden();
}

async function watchThree(dashboard: Dashboard): Promise<void> {
  await showTab(dashboard.page, 'Connections');
  await dashboard.choose(LABEL, 'Edit…');
  await dashboard.form.getByLabel('Mailboxes to watch').fill(MAILBOXES.join('\n'));
  await dashboard.save();
  await expect(dashboard.form).toBeHidden();
}

/** @param before handshakes that were made, or are about to be made by themselves */
async function shootScreens(
  dashboard: Dashboard,
  connections: number,
  before: number,
): Promise<void> {
  const { page } = dashboard;
  await settled(dashboard, connections, before);
  for (let round = 1; round < ROUNDS; round += 1) {
    await dashboard.reconnectAll();
    await settled(dashboard, connections, before + round * connections);
  }
  // Alone, so that its times are not those of a burst.
  await dashboard.reconnectButton(LABEL, 'INBOX').click();
  await settled(dashboard, connections, before + (ROUNDS - 1) * connections + 1);
  await shoot(page, `connections-${connections}`);
  await shootDrawer(dashboard, LABEL, 'INBOX', `drawer-${connections}`);
  await showTab(page, 'Sessions');
  await shoot(page, `sessions-${connections}`);
  await shootHistory(page, `history-${connections}`);
  await dashboard.choose(LABEL, 'Check server');
  await expect(page.getByRole('region', { name: 'Verdict' })).toContainText(
    'This server resumes TLS sessions.',
  );
  await shoot(page, `server-check-${connections}`);
  await shootSettings(page, `settings-${connections}`);
}
