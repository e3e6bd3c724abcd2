import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Locator, Page } from 'playwright/test';
import { startImapServer } from '../../../electron/core/demo/testing/index.ts';
import { expectNoViolation } from '../../fixtures/browser/axe.ts';
import { ENGINE_AWAY, expect, test } from '../../fixtures/browser/reprise.ts';
import { seedHistory, type MadeUp } from '../../fixtures/program/seeded-history.ts';
import { accountOn } from '../../fixtures/browser/typed-accounts.ts';

const QUARTER = 15 * 60_000;

/** The columns of the table after that of the time. */
const COUNTS = ['resumed', 'full', 'refused', 'off', 'failed'] as const;

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });

/** A day with an hour of handshakes, the first of it told figure by figure, and a gap after it. */
function seed(dataDir: string) {
  const thisQuarter = Math.floor(Date.now() / QUARTER) * QUARTER;
  const told = thisQuarter - 9 * QUARTER;
  const made = (kind: MadeUp['kind'], tlsMs?: number): MadeUp => ({
    at: told + 1000,
    kind,
    ...(tlsMs === undefined ? {} : { tlsMs }),
  });
  const handshakes = [
    ...[4, 5, 9].map((ms) => made('resumed', ms)),
    ...[20, 30].map((ms) => made('full', ms)),
    made('refused', 31),
    made('off', 25),
    made('failed'),
    made('failed'),
    { at: told + 3 * QUARTER, kind: 'resumed', tlsMs: 6, account: 'Other' },
  ] as const;
  const gapAt = told + 5 * QUARTER;
  const backAt = told + 7 * QUARTER;
  seedHistory(dataDir, handshakes, [
    { startAt: told - QUARTER, endAt: gapAt },
    { startAt: backAt, endAt: thisQuarter },
  ]);
  return { told, gapAt, backAt };
}

/** How the table calls the time between these; the day stands before it around midnight. */
function period(fromAt: number, toAt: number): RegExp {
  return new RegExp(`(^|, )${clock.format(fromAt)} – (.*, )?${clock.format(toAt)}$`);
}

const screen = (page: Page) => page.getByRole('tabpanel', { name: 'History' });
const slider = (page: Page) => page.getByRole('slider', { name: /^Figures over time/ });
const spoken = (page: Page) => page.getByRole('status', { name: 'At the cursor' });
const choice = (page: Page, name: string) => page.getByRole('radio', { name, exact: true });
const row = (page: Page, name: RegExp): Locator =>
  screen(page)
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name }) });

/** Goes with the arrow keys to the bucket that begins then. @returns its middle, from 0 to 1 */
async function goTo(page: Page, at: number): Promise<number> {
  await slider(page).focus();
  await page.keyboard.press('End');
  for (let press = 0; press < 96; press += 1) {
    if (period(at, at + QUARTER).test((await slider(page).getAttribute('aria-valuetext')) ?? '')) {
      const [now, last] = await Promise.all(
        ['aria-valuenow', 'aria-valuemax'].map((name) => slider(page).getAttribute(name)),
      );
      return (Number(now) - 0.5) / Number(last);
    }
    await page.keyboard.press('ArrowLeft');
  }
  throw new Error(`No bucket begins at ${clock.format(at)}.`);
}

/** What stands in the readout above the bars. */
async function readout(page: Page): Promise<Record<string, string>> {
  const terms = await screen(page).locator('dl').first().locator('dt').allTextContents();
  const values = await screen(page).locator('dl').first().locator('dd').allTextContents();
  return Object.fromEntries(terms.map((term, index) => [term.trim(), values[index] ?? '']));
}

async function exported(page: Page, format: 'CSV' | 'JSON'): Promise<[name: string, text: string]> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: `Export as ${format}` }).click();
  const file = await download;
  return [file.suggestedFilename(), await readFile(await file.path(), 'utf8')];
}

test.describe('the History screen', () => {
  test('has the same figures in the readout, the table, the exports and the database', async ({
    startReprise,
    dashboard,
    dataDir,
  }) => {
    const { told } = seed(dataDir);
    await using server = await startImapServer({ mailboxes: { INBOX: 1, Sent: 1 } });
    const reprise = await startReprise({ dataDir });
    const { page } = dashboard;
    await dashboard.open(reprise.url);
    await dashboard.addAccount(accountOn(server, 'Work'));
    await page.getByRole('tab', { name: 'History' }).click();
    await choice(page, 'Table').check();

    const cells = row(page, period(told, told + QUARTER)).getByRole('cell');
    const times = ['5.0 ms', '9.0 ms', '25 ms', '30 ms'];
    await expect(cells).toHaveText(['3', '2', '1', '1', '2', '0', ...times, '9.0 kB', '45 ms']);
    // Two connections of today: one full, one resumed.
    const totals = row(page, /^Last 24 hours$/).getByRole('cell');
    await expect(totals.nth(0)).toHaveText('5');
    // Live handshakes come by themselves.
    await dashboard.reconnectAll();
    await expect(totals.nth(0)).toHaveText('7');

    const shown = (await totals.allTextContents()).slice(0, COUNTS.length).map(Number);
    using db = new DatabaseSync(join(dataDir, 'history.sqlite'), { readOnly: true });
    const bySql = db.prepare('SELECT count(*) AS count FROM handshake WHERE kind = ?');
    expect(shown).toEqual(COUNTS.map((_, kind) => bySql.get(kind)?.['count']));

    const [jsonName, json] = await exported(page, 'JSON');
    const view = JSON.parse(json) as {
      from: string;
      totals: Record<string, number>;
      buckets: Record<string, unknown>[];
    };
    expect(jsonName).toMatch(/^reprise-history-24h-\d{4}-\d\d-\d\d\.json$/);
    expect(COUNTS.map((kind) => view.totals[kind])).toEqual(shown);
    // All begin with the first handshake.
    expect(view.from).toBe(new Date(told).toISOString());
    expect(view.buckets[0]?.['start']).toBe(view.from);
    expect(view.buckets.find(({ start }) => start === new Date(told).toISOString())).toMatchObject({
      resumed: 3,
      resumedTimes: { count: 3, medianMs: 5, p95Ms: 9 },
      fullTimes: { count: 3, medianMs: 25, p95Ms: 30 },
    });
    const [csvName, csv] = await exported(page, 'CSV');
    expect(csvName).toMatch(/\.csv$/);
    const line = csv.split('\r\n')[1];
    expect(line?.split(',')[0]).toBe(view.from);
    expect(line?.split(',').slice(3)).toEqual([
      '3',
      '2',
      '1',
      '1',
      '2',
      '5',
      '9',
      '25',
      '30',
      '9000',
      '45',
      '45',
      '45',
      '3',
      '5',
      '5',
      // Planned.
      '0',
    ]);

    await choice(page, 'Chart').check();
    expect(await readout(page)).toMatchObject({
      Resumed: '7',
      'Full handshake': '3',
      Refused: '1',
      Off: '1',
      Failed: '2',
      Reused: '58 %',
    });
    await slider(page).focus();
    await page.keyboard.press('Home');
    await expect(slider(page)).toHaveAttribute('aria-valuetext', period(told, told + QUARTER));
    await expect(slider(page)).toHaveAttribute('aria-valuemax', String(view.buckets.length));
  });

  test('shows a gap as a gap: in the table, at the cursor and in the drawing', async ({
    startReprise,
    dashboard,
    dataDir,
  }) => {
    const { told, gapAt, backAt } = seed(dataDir);
    await using server = await startImapServer();
    const reprise = await startReprise({ dataDir });
    const { page } = dashboard;
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await dashboard.open(reprise.url);
    await dashboard.addAccount(accountOn(server, 'Work'));
    await page.getByRole('tab', { name: 'History' }).click();
    await choice(page, 'Table').check();
    await expect(row(page, period(gapAt, backAt))).toContainText('closed, or the machine asleep');
    await expect(screen(page).getByRole('row').last()).toContainText('Last 24 hours');
    // Awake, and nothing happened: a row of zeros, and no gap.
    const idle = row(page, period(told + QUARTER, told + 2 * QUARTER)).getByRole('cell');
    await expect(idle.nth(0)).toHaveText('0');

    await choice(page, 'Chart').check();
    await expect(slider(page)).toBeVisible();
    /** The colour in the middle of a bucket, a little above the foot of the bars. */
    const colourAt = async (at: number, token: string) => {
      const place = await goTo(page, at);
      // The cursor is no part of the drawing.
      return await slider(page).evaluate(
        (element, [place, token]) => {
          const canvas = element.parentElement?.querySelector('canvas');
          if (!canvas) throw new Error('Nothing is drawn.');
          const box = element.getBoundingClientRect();
          const { left, top } = canvas.getBoundingClientRect();
          const x = (box.left - left + box.width * place) * devicePixelRatio;
          const y = (box.bottom - top - 4) * devicePixelRatio;
          const context = canvas.getContext('2d');
          const drawn = [...(context?.getImageData(x, y, 1, 1).data ?? [])];
          const other = new OffscreenCanvas(1, 1).getContext('2d');
          if (!other) throw new Error('There is no second canvas.');
          other.fillStyle = getComputedStyle(canvas).getPropertyValue(token);
          other.fillRect(0, 0, 1, 1);
          return { drawn, token: [...other.getImageData(0, 0, 1, 1).data] };
        },
        [place, token] as const,
      );
    };
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await expect
        .poll(async () => {
          const { drawn, token } = await colourAt(told, '--resumed');
          return drawn.join() === token.join();
        })
        .toBe(true);
      const gap = await colourAt(gapAt, '--page');
      expect(gap.drawn, colorScheme).toEqual(gap.token);
      const awake = await colourAt(told + QUARTER, '--page');
      expect(awake.drawn, colorScheme).toEqual([0, 0, 0, 0]);
    }

    await goTo(page, gapAt);
    await expect(spoken(page)).toHaveText(/closed, or the machine asleep/);
    expect(await readout(page)).toMatchObject({ Resumed: '–', Reused: '–' });
  });

  test('is read by keyboard and by pointer', async ({ startReprise, dashboard, dataDir }) => {
    const { told } = seed(dataDir);
    await using server = await startImapServer();
    const reprise = await startReprise({ dataDir });
    const { page } = dashboard;
    const { keyboard, mouse } = page;
    await dashboard.open(reprise.url);
    await dashboard.addAccount(accountOn(server, 'Work'));
    await page.getByRole('tab', { name: 'History' }).click();
    await choice(page, '24 h').focus();
    await expect(slider(page)).toBeVisible();
    for (let presses = 0; presses < 12; presses += 1) {
      if (await slider(page).evaluate((element) => element === document.activeElement)) break;
      await keyboard.press('Tab');
    }
    await expect(slider(page)).toBeFocused();
    await expect(spoken(page)).toHaveText(
      /^1 full handshake so far\. Full took |^No handshakes so far\./,
    );
    await keyboard.press('Home');
    await expect(slider(page)).toHaveAttribute('aria-valuenow', '1');
    // The axis begins with the first handshake.
    await expect(spoken(page)).toHaveText(/^3 resumed, 2 full handshakes,/);
    await keyboard.press('End');
    await keyboard.press('ArrowRight');
    await expect(slider(page)).toHaveAttribute('aria-valuenow', /^1[01]$/);
    await keyboard.press('ArrowLeft');
    await expect(spoken(page)).toHaveText(/^(No handshakes|1 full handshake)\./);
    await keyboard.press('Escape');
    expect(await readout(page)).toMatchObject({ Failed: '2' });
    await expect(spoken(page)).toHaveText('');

    const place = await goTo(page, told);
    await expect(spoken(page)).toHaveText(
      /^3 resumed, 2 full handshakes, 1 refused, 1 off, 2 failed\. Resumed took 5\.0 ms/,
    );
    await keyboard.press('Escape');
    const box = await slider(page).boundingBox();
    if (box === null) throw new Error('There is no plot.');
    const x = box.x + box.width * place;
    await mouse.move(x, box.y + 20);
    await expect.poll(() => readout(page)).toMatchObject({ Resumed: '3', Reused: '43 %' });
    // A pointer passes too much to be said aloud.
    await expect(spoken(page)).toHaveText('');
    // The chart below has the same cursor.
    await mouse.move(x, box.y + box.height + 120);
    await expect.poll(() => readout(page)).toMatchObject({ Resumed: '3', Failed: '2' });
    await mouse.move(0, 0);
    await expect.poll(() => readout(page)).toMatchObject({ Resumed: '4' });
  });

  test('is what its address says: range, account, also a removed one, and look', async ({
    startReprise,
    dashboard,
    dataDir,
  }) => {
    seed(dataDir);
    await using server = await startImapServer();
    const reprise = await startReprise({ dataDir });
    const { page } = dashboard;
    await dashboard.open(reprise.url);
    await dashboard.addAccount(accountOn(server, 'Work'));
    await page.goto('about:blank');
    await dashboard.open(`${reprise.url}&/history?range=7d&account=Other&look=table`);
    await expect(page.getByRole('tab', { selected: true })).toHaveText('History');
    await expect(choice(page, '7 d')).toBeChecked();
    const accounts = page.getByLabel('Account', { exact: true });
    await expect(accounts.locator('option:checked')).toHaveText('Other (removed)');
    const totals = row(page, /^Last 7 days$/).getByRole('cell');
    await expect(totals.nth(0)).toHaveText('1');
    await accounts.selectOption('Work');
    await expect(totals.nth(1)).toHaveText('1');
    await expect(totals.nth(0)).toHaveText('0');
    await choice(page, '1 h').check();
    await choice(page, 'Chart').check();
    await expect(page).toHaveURL(/\/#\/history\?range=1h&account=[\w-]+$/);
    await page.reload();
    await expect(choice(page, '1 h')).toBeChecked();
    await expect(accounts.locator('option:checked')).toHaveText('Work');
    await expect(slider(page)).toHaveAccessibleName('Figures over time, last hour');
    expect(page.url()).not.toContain('token');
  });

  test('says why there is nothing, writes nothing for being looked at, and says what failed', async ({
    startReprise,
    dashboard,
    dataDir,
    complaints,
  }) => {
    complaints.expect(ENGINE_AWAY);
    const reprise = await startReprise({ dataDir });
    const { page } = dashboard;
    await dashboard.open(reprise.url);
    await page.getByRole('button', { name: 'Start demo servers' }).click();
    await expect(dashboard.state('STARTTLS', 'INBOX')).toHaveText('Idle');
    await page.getByRole('tab', { name: 'History' }).click();
    await expect(screen(page)).toContainText('The demo leaves nothing behind');
    await choice(page, '30 d').check();
    await expect(screen(page)).toContainText('Nothing recorded in the last 30 days');
    const [, json] = await exported(page, 'JSON');
    expect((JSON.parse(json) as { buckets: unknown[] }).buckets).toHaveLength(1);
    const files = await readdir(dataDir);
    expect(files.filter((name) => name.startsWith('history'))).toEqual([]);

    await reprise.kill();
    await expect(page.getByRole('alert')).toContainText('Reconnecting');
    await choice(page, '7 d').check();
    const problem = screen(page).getByRole('alert');
    await expect(problem).toContainText('Reprise is not answering.');
    await expect(problem.getByRole('button', { name: 'Try again' })).toBeVisible();
  });

  test('says where median and 95 % are not exact', async ({ startReprise, dashboard, dataDir }) => {
    const now = Date.now();
    const many = Array.from({ length: 20_001 }, (_, index) => ({
      at: now - 8 * QUARTER - index,
      kind: 'resumed' as const,
      tlsMs: 5 + (index % 7),
    }));
    seedHistory(dataDir, many, [{ startAt: now - 12 * QUARTER, endAt: now }]);
    await using server = await startImapServer();
    const reprise = await startReprise({ dataDir });
    const { page } = dashboard;
    await dashboard.open(reprise.url);
    await dashboard.addAccount(accountOn(server, 'Work'));
    await page.getByRole('tab', { name: 'History' }).click();
    await choice(page, '24 h').check();
    await expect.poll(() => readout(page)).toMatchObject({ Resumed: '20,001' });
    await expect(screen(page)).toContainText('right to within 2.2 %');
    await choice(page, '1 h').check();
    await expect.poll(() => readout(page)).toMatchObject({ Resumed: '0', 'Full handshake': '1' });
    await expect(screen(page)).not.toContainText('within 2.2 %');
  });

  test('axe finds nothing, light and dark, small and large', async ({
    startReprise,
    dashboard,
    dataDir,
  }) => {
    test.slow();
    seed(dataDir);
    await using server = await startImapServer();
    const reprise = await startReprise({ dataDir });
    const { page } = dashboard;
    await dashboard.open(reprise.url);
    await dashboard.addAccount(accountOn(server, 'Work'));
    await page.getByRole('button', { name: 'How savings are counted' }).click();
    await expect(page.getByRole('dialog', { name: 'How savings are counted' })).toContainText(
      'An estimate, over the TLS phase alone.',
    );
    await expectNoViolation(page, 'formulas');
    await page.keyboard.press('Escape');
    await page.getByRole('tab', { name: 'History' }).click();
    await expect(slider(page)).toBeVisible();
    await slider(page).focus();
    await expectNoViolation(page, 'chart');
    await page.setViewportSize({ width: 900, height: 600 });
    await expectNoViolation(page, 'small chart');
    await choice(page, 'Table').check();
    await expect(row(page, /^Last 24 hours$/)).toBeVisible();
    await expectNoViolation(page, 'small table');
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBe(900);
  });
});
