/** Long names and names from right to left, accounts in trouble, and a day of history, on Dovecot. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import type { Page } from 'playwright/test';
import { expect } from 'playwright/test';
import { Dashboard } from '../fixtures/browser/dashboard.ts';
import { Dovecot } from '../fixtures/servers/dovecot.ts';
import { RepriseProcess } from '../fixtures/program/reprise-process.ts';
import { seedHistory } from '../fixtures/program/seeded-history.ts';
import { accountOnDovecot } from '../fixtures/browser/typed-accounts.ts';
import {
  settled,
  shoot,
  shootDrawer,
  shootHistory,
  shootSettings,
  showTab,
  WITHIN,
} from './camera.ts';
import { makeUpADay } from './made-up-day.ts';

const HEBREW = 'הדואר של המשרד הראשי';
const ARABIC = 'بريد العائلة';
const LONG = 'Customers, suppliers and everybody else who writes to the northern branch office';
const REFUSING = 'Refuses (its own default)';
const WRONG = 'سجلات 2026 (wrong password)';
const MAILBOXES: Readonly<Record<string, readonly string[]>> = {
  [HEBREW]: ['INBOX', 'דואר נכנס/לקוחות/2026', 'Sent'],
  [ARABIC]: ['INBOX', 'رسائل العمل'],
  [LONG]: [
    'INBOX',
    'Projects/2026/Northern branch office/Customers whose names are long/Invoices that are late',
  ],
  [REFUSING]: ['INBOX'],
};
/** A user of the server for each account: one that is there already is not added again. */
const USERS: Readonly<Record<string, string>> = {
  [HEBREW]: 'dafna',
  [ARABIC]: 'amal',
  [LONG]: 'a.long.user.name.for.the.whole.northern.branch.office',
  [REFUSING]: 'ann',
  [WRONG]: 'ben',
};
const PASSWORD = 'correct horse';
const ROUNDS = 4;

export async function shootNames(page: Page): Promise<void> {
  await using dovecot = await Dovecot.start({ kind: 'one-process', users: passwords() });
  await using refusing = await Dovecot.start({ kind: 'default', users: passwords() });
  await makeMailboxes(dovecot);
  const dataDir = await mkdtemp(join(tmpdir(), 'reprise-pictures-'));
  const { handshakes, alive } = makeUpADay(Date.now(), LONG);
  seedHistory(dataDir, handshakes, alive);
  const reprise = await RepriseProcess.start({ dataDir });
  try {
    const dashboard = new Dashboard(page);
    await dashboard.open(reprise.url);
    await addAccounts(dashboard, dovecot, refusing);
    await shootScreens(dashboard);
  } finally {
    await page.goto('about:blank');
    await reprise.interrupt();
    await reprise.cleanUp();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function passwords(): Record<string, string> {
  return Object.fromEntries(Object.values(USERS).map((user) => [user, PASSWORD]));
}

async function makeMailboxes(dovecot: Dovecot): Promise<void> {
  for (const [label, mailboxes] of Object.entries(MAILBOXES)) {
    const client = new ImapFlow({
      host: dovecot.host,
      port: dovecot.tlsPort,
      secure: true,
      tls: { ca: dovecot.certificate.caPem },
      auth: { user: USERS[label] ?? '', pass: PASSWORD },
      logger: false,
    });
    await client.connect();
    for (const name of mailboxes) {
      if (!['INBOX', 'Sent'].includes(name)) await client.mailboxCreate(name);
    }
    await client.logout();
  }
}

async function addAccounts(
  dashboard: Dashboard,
  dovecot: Dovecot,
  refusing: Dovecot,
): Promise<void> {
  for (const [label, mailboxes] of Object.entries(MAILBOXES)) {
    const server = label === REFUSING ? refusing : dovecot;
    await dashboard.addAccount({ ...typed(server, label, PASSWORD), mailboxes });
  }
  await dashboard.fillForm({ ...typed(dovecot, WRONG, 'not it'), mailboxes: ['INBOX'] });
  await dashboard.save();
  await expect(dashboard.form).toBeHidden();
  await expect(dashboard.state(WRONG, 'INBOX')).toHaveText('Sign-in failed');
}

function typed(dovecot: Dovecot, label: string, password: string) {
  return { ...accountOnDovecot(dovecot, label), user: USERS[label] ?? '', password };
}

/** Reconnects all, until each of them is where it was before. The day before has filled the strip. */
async function reconnect(dashboard: Dashboard): Promise<void> {
  const connections = Object.values(MAILBOXES).flat().length;
  const resuming = connections - (MAILBOXES[REFUSING]?.length ?? 0);
  const before = await spared(dashboard);
  await dashboard.reconnectAll();
  await expect.poll(() => spared(dashboard), WITHIN).toBeGreaterThanOrEqual(before + resuming);
  await settled(dashboard, connections);
  await expect(dashboard.state(WRONG, 'INBOX')).toHaveText('Sign-in failed', WITHIN);
}

async function spared({ page }: Dashboard): Promise<number> {
  const status = page.getByRole('status', { name: 'Handshakes spared' });
  return Number.parseInt((await status.textContent()) ?? '', 10);
}

async function shootScreens(dashboard: Dashboard): Promise<void> {
  const { page } = dashboard;
  for (let round = 1; round < ROUNDS; round += 1) await reconnect(dashboard);
  await shoot(page, 'connections-names');
  await shootDrawer(dashboard, HEBREW, 'דואר נכנס/לקוחות/2026', 'drawer-names');
  await dashboard.row(WRONG, 'INBOX').click();
  await expect(dashboard.drawer(WRONG, 'INBOX')).toBeVisible();
  await shoot(page, 'drawer-trouble');
  await page.getByRole('button', { name: 'Close details' }).click();
  await page.getByRole('button', { name: /^Attention/ }).click();
  await expect(page.getByRole('dialog', { name: 'Needs attention' })).toBeVisible();
  await shoot(page, 'attention');
  await page.keyboard.press('Escape');
  await dashboard.choose(HEBREW, 'Edit…');
  await expect(dashboard.form).toBeVisible();
  await shoot(page, 'edit-account-names');
  await page.keyboard.press('Escape');
  await showTab(page, 'Sessions');
  await shoot(page, 'sessions-names');
  await shootHistory(page, 'history-names');
  await dashboard.choose(LONG, 'Check server');
  await expect(page.getByRole('region', { name: 'Verdict' })).toContainText('resumes');
  await shoot(page, 'server-check-names');
  await shootSettings(page, 'settings-names');
}
