/** The link that the browser is started with, in a real browser that Reprise starts by itself. */
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser } from 'playwright';
import { expectNoViolation } from '../fixtures/browser/axe.ts';
import { chooseChromium } from '../fixtures/browser/chromium.ts';
import { expect, REFUSED, test } from '../fixtures/browser/reprise.ts';

const { launch = {} } = chooseChromium() ?? {};

/**
 * Puts an `xdg-open` into `folder` that keeps what it was given, as a thief would who had the rights,
 * and then runs Chromium on it.
 */
async function putBrowser(folder: string): Promise<void> {
  const program = launch.executablePath ?? chromium.executablePath();
  const args = [...(launch.args ?? []), '--headless=new', '--remote-debugging-port=0'];
  await writeFile(
    join(folder, 'xdg-open'),
    `#!/bin/sh\necho "$1" > ${folder}/address\ncp "$(echo "$1" | sed s,file://,,)" ${folder}/stolen\n` +
      `exec ${program} ${args.join(' ')} --user-data-dir=${folder}/profile "$1"\n`,
    { mode: 0o755 },
  );
}

/** Takes the wheel of the browser that was started. */
async function takeOver(folder: string): Promise<Browser> {
  const portFile = join(folder, 'profile/DevToolsActivePort');
  const read = () => readFile(portFile, 'utf8').catch(() => '');
  await expect.poll(read).toMatch(/^\d+\n/);
  const [port] = (await read()).split('\n');
  return chromium.connectOverCDP(`http://127.0.0.1:${port}`);
}

test('is in a file that goes with its first use; used again by another browser it closes both, and says so', async ({
  startReprise,
  dataDir,
  dashboard,
  complaints,
}) => {
  complaints.expect(REFUSED);
  complaints.expect(/status of 410/);
  await putBrowser(dataDir);
  const reprise = await startReprise({ browser: dataDir, dataDir: join(dataDir, 'data') });
  const browser = await takeOver(dataDir);
  try {
    const [own] = browser.contexts()[0]?.pages() ?? [];
    if (own === undefined) throw new Error('The browser shows no page.');
    await expect(own.getByRole('button', { name: 'Add account' }).first()).toBeVisible();
    expect(own.url()).toBe(`${reprise.origin}/`);
    const address = (await readFile(join(dataDir, 'address'), 'utf8')).trim();
    const gone = () =>
      stat(fileURLToPath(address)).catch(({ code }: NodeJS.ErrnoException) => code);
    await expect.poll(gone).toBe('ENOENT');

    // A reload and a second tab of that browser come in; so does the printed link, elsewhere.
    await own.reload();
    await expect(own.getByRole('button', { name: 'Add account' }).first()).toBeVisible();
    const tab = await own.context().newPage();
    await tab.goto(`${reprise.origin}/#/settings`);
    await expect(tab.getByRole('region', { name: 'Settings', exact: true })).toBeVisible();
    await tab.close();
    await dashboard.open(reprise.url);

    const stolen = await readFile(join(dataDir, 'stolen'), 'utf8');
    const [, link = ''] = /'(http:[^']+\.localhost[^']+)'/.exec(stolen) ?? [];
    expect(new URL(link).origin).toBe(reprise.origin);
    const thief = await dashboard.page.context().browser()?.newPage();
    if (thief === undefined) throw new Error('There is no other browser.');
    await thief.goto(link);
    const alarm = 'The link that opened this page was used by another browser too';
    for (const page of [thief, own]) {
      await expect(page.getByRole('heading', { name: alarm })).toBeVisible();
      await expect(page.getByRole('alert')).toContainText('Open the link that Reprise printed');
      await expect(page.getByRole('button', { name: 'Add account' })).toBeHidden();
    }
    await expectNoViolation(own);
    await own.reload();
    await expect(own.getByRole('heading', { name: alarm })).toBeVisible();
    await thief.close();

    const sentence = 'was used a second time, by another browser';
    await expect.poll(() => reprise.stderr).toContain(sentence);
    await expect(dashboard.page.getByRole('log', { name: 'Notices' })).toContainText(sentence);
    await own.goto(reprise.url);
    await expect(own.getByRole('button', { name: 'Add account' }).first()).toBeVisible();
  } finally {
    await browser.newBrowserCDPSession().then((session) => session.send('Browser.close'));
    await rm(join(dataDir, 'profile'), { recursive: true, force: true, maxRetries: 20 });
  }
});

test('leads a browser to the address that may ask the network where a name below localhost is', async ({
  startReprise,
  dataDir,
  browser,
}) => {
  // Notes what it is given, and shows nothing.
  const note = `echo "$1" > ${dataDir}/part && mv ${dataDir}/part ${dataDir}/address`;
  await writeFile(join(dataDir, 'xdg-open'), `#!/bin/sh\n${note}\n`, { mode: 0o755 });
  const reprise = await startReprise({ browser: dataDir, dataDir: join(dataDir, 'data') });
  const read = () => readFile(join(dataDir, 'address'), 'utf8').catch(() => '');
  await expect.poll(read).not.toBe('');
  const context = await browser.newContext({
    userAgent:
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  });
  const page = await context.newPage();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto((await read()).trim());
  await expect(page.getByRole('button', { name: 'Add account' }).first()).toBeVisible();
  expect(page.url()).toBe(`${new URL(reprise.addressUrl).origin}/`);
  expect(asked.join()).not.toContain('.localhost');
  await context.close();
});
