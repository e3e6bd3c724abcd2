/**
 * `npm run screenshots`: pictures of the real program for the README, with the demo servers and,
 * where there is one, a real Dovecot. Writes `e2e/screenshots/*.png`.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright';
import { expect } from 'playwright/test';
import { STRIP_LENGTH } from '../shared/model.ts';
import { chooseChromium } from './fixtures/chromium.ts';
import { Dashboard } from './fixtures/dashboard.ts';
import { DEMO } from './fixtures/demo-outcomes.ts';
import { whyNoDovecot } from './fixtures/dovecot-binary.ts';
import { DOVECOT_MAILBOXES } from './fixtures/dovecot-config.ts';
import { Dovecot } from './fixtures/dovecot.ts';
import { REPOSITORY } from './fixtures/repository.ts';
import { RepriseProcess } from './fixtures/reprise-process.ts';
import { accountOnDovecot } from './fixtures/typed-accounts.ts';

const FOLDER = join(REPOSITORY, 'e2e', 'screenshots');
const LABEL = 'Work mail';
/** Enough for strips that tell something, before offers to the refusing server pause. */
const ROUNDS = 4;

async function shoot(page: Page, name: string, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  // What the pointer hovers and what was toasted belong to how the picture was made.
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(FOLDER, `${name}-${colorScheme}.png`) });
}

/** Waits until so many handshakes have been made and every connection idles again. */
async function settled(dashboard: Dashboard, connections: number, handshakes: number) {
  const strip = dashboard.page.getByRole('region', { name: 'Savings' }).getByRole('img');
  const shown = Math.min(handshakes, STRIP_LENGTH);
  await expect(strip).toHaveAccessibleName(new RegExp(`^Last ${shown} handshakes`));
  await expect(dashboard.connections.getByRole('cell', { name: /^Idle$/ })).toHaveCount(
    connections,
  );
}

async function makeAll(page: Page, reprise: RepriseProcess, dovecot: Dovecot | null) {
  const dashboard = new Dashboard(page);
  await dashboard.open(reprise.url);
  const mailboxes = DEMO.flatMap(({ mailboxes }) => mailboxes).length;
  const connections = mailboxes + (dovecot ? DOVECOT_MAILBOXES.length : 0);
  if (dovecot) {
    const account = accountOnDovecot(dovecot, LABEL);
    await dashboard.fillForm(account);
    await dashboard.testConnection();
    await expect(dashboard.form).toContainText('Connected and signed in');
    await shoot(page, 'add-account', 'light');
    await dashboard.save();
    await expect(dashboard.form).toBeHidden();
  }
  await page.getByRole('button', { name: 'Start demo servers' }).click();
  await settled(dashboard, connections, connections);
  for (let round = 2; round <= ROUNDS; round += 1) {
    await dashboard.reconnectAll();
    await settled(dashboard, connections, round * connections);
  }
  await dashboard.reuseSwitch('Nothing to resume').click();
  await dashboard.reconnectButton('Nothing to resume', 'INBOX').click();
  await expect(dashboard.reuse('Nothing to resume', 'INBOX')).toHaveText('Off');
  const [label, mailbox] = dovecot ? [LABEL, 'INBOX'] : ['TLS 1.3 tickets', 'INBOX'];
  // Alone, so that its times are not those of a burst.
  await dashboard.reconnectButton(label, mailbox).click();
  await settled(dashboard, connections, ROUNDS * connections + 2);
  await shoot(page, 'dashboard', 'light');
  await shoot(page, 'dashboard', 'dark');

  await dashboard.row(label, mailbox).click();
  await expect(dashboard.drawer(label, mailbox)).toContainText('Resumed');
  await shoot(page, 'connection', 'light');
  await shoot(page, 'connection', 'dark');
}

const why = whyNoDovecot();
if (why !== null) process.stderr.write(`Without Dovecot: ${why}\n`);
const chosen = chooseChromium();
if (chosen === null) throw new Error('There is no Chromium: run "npm run test:setup".');

await mkdir(FOLDER, { recursive: true });
await using closing = new AsyncDisposableStack();
const dovecot = why === null ? closing.use(await Dovecot.start({ kind: 'one-process' })) : null;
const reprise = await RepriseProcess.start({ script: 'web' });
closing.defer(() => reprise.cleanUp());
const browser = await chromium.launch(chosen.launch);
closing.defer(() => browser.close());
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
await makeAll(page, reprise, dovecot);
process.stdout.write(`Made pictures in ${FOLDER}\n`);
