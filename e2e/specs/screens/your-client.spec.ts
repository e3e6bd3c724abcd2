/** A client author's morning: point a program at its server's pass-through, let it connect, and read. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import type { Locator, Page } from 'playwright/test';
import { temporaryFolder } from '../../../electron/core/storage/testing/temporary-folder.ts';
import { watchReportSchema } from '../../../shared/your-client.ts';
import { expectNoViolation } from '../../fixtures/browser/axe.ts';
import { tabTo } from '../../fixtures/browser/keyboard.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';
import { MAIL_PROGRAMS, whyNoProgram } from '../../fixtures/clients/mail-programs.ts';
import { freePort } from '../../fixtures/network/ports.ts';
import { Dovecot } from '../../fixtures/servers/dovecot.ts';
import { whyNoDovecot } from '../../fixtures/servers/dovecot-binary.ts';

const run = promisify(execFile);
const missing = whyNoDovecot() ?? whyNoProgram(MAIL_PROGRAMS.curl);
const PASSWORD = 'correct horse';
const USERS = ['ann', 'bob', 'cat'];

const form = (page: Page) => page.getByRole('form', { name: 'Your client' });
const verdict = (page: Page) => page.getByRole('region', { name: 'Verdict' });
const table = (page: Page) => page.getByRole('table', { name: 'Connections of your program' });
/** @param number of the connection, from 1 */
const row = (page: Page, number: number) => table(page).getByRole('row').nth(number);

/** The port that a program is to dial. */
async function portOf(page: Page): Promise<number> {
  const pointing = page.getByRole('region', { name: 'Point your program here' });
  const port = pointing.getByText(/^\d+$/).first();
  await expect(port).toBeVisible();
  return Number(await port.textContent());
}

/** Types what is to be watched; any free port will do. */
async function watch(page: Page, server: string): Promise<void> {
  await form(page).getByLabel('Server of your program').fill(server);
  const port = form(page).getByLabel('Port to listen at');
  if (!(await port.isVisible())) await form(page).getByText('Advanced').click();
  await port.fill('0');
  await form(page).getByRole('button', { name: 'Start watching' }).click();
}

async function press(target: Locator, key = 'Enter'): Promise<void> {
  await tabTo(target);
  await target.page().keyboard.press(key);
}

async function type(target: Locator, text: string): Promise<void> {
  await tabTo(target);
  await target.page().keyboard.type(text);
}

/** How far the page could be scrolled sideways, in px. */
const tooWide = (page: Page) =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });

test.describe('your client', () => {
  test('is pointed, connects and is read, by keys alone', async ({
    opened: dashboard,
    context,
  }) => {
    if (missing !== null) process.stderr.write(`SKIPPED: your-client.spec.ts: ${missing}\n`);
    test.skip(missing !== null, missing ?? '');
    test.slow();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await using folder = await temporaryFolder();
    await using dovecot = await Dovecot.start({
      kind: 'one-process',
      protocol: 'TLSv1.3',
      users: Object.fromEntries(USERS.map((user) => [user, PASSWORD])),
    });
    const { page } = dashboard;
    const copied = () => page.evaluate(() => navigator.clipboard.readText());

    // Point.
    await press(page.getByRole('button', { name: 'Watch a mail program' }));
    await expect(page).toHaveURL(/#\/client$/);
    await type(
      form(page).getByLabel('Server of your program'),
      `imap://localhost:${dovecot.tlsPort}`,
    );
    await press(form(page).getByText('Advanced'));
    await type(form(page).getByLabel('Port to listen at'), '0');
    await page.keyboard.press('Enter');
    await expect(verdict(page)).toHaveText('Waits for the first connection of your program.');
    await expect(page.locator(':focus')).toHaveCount(1);
    await expectNoViolation(page, 'listening');
    const port = await portOf(page);
    await press(page.getByRole('button', { name: 'Copy address' }));
    expect(await copied()).toBe('127.0.0.1');
    await press(page.getByRole('button', { name: 'Copy curl command' }));
    const command = await copied();
    expect(command).toBe(
      `curl --connect-to localhost:${dovecot.tlsPort}:127.0.0.1:${port} imaps://localhost:${dovecot.tlsPort}/`,
    );

    // Connect: as the page says, and then as a program that has three users.
    const { caFile } = dovecot.certificate;
    const [curl = '', ...words] = command.split(' ');
    await run(curl, [...words, '--silent', '--cacert', caFile, '--user', `ann:${PASSWORD}`]);
    await expect(row(page, 1)).toContainText('Full handshake · nothing offered');
    await MAIL_PROGRAMS.curl.run({
      host: 'localhost',
      port,
      security: 'tls',
      caFile,
      users: USERS,
      password: PASSWORD,
      folder: folder.path,
    });

    // Read.
    await expect(row(page, 4)).toContainText('Resumed · TLS 1.3 ticket');
    await expect(row(page, 4)).toContainText(/curl \(\d+\)/);
    await expect(row(page, 4)).toContainText('localhost');
    await expect(row(page, 4)).toContainText('a new ticket');
    await expect(row(page, 4)).toContainText('close');
    await expect(verdict(page)).toHaveText(
      '4 connections of curl: 2 full, 2 resumed by TLS 1.3 ticket.',
    );
    await expect(
      page.getByRole('img', { name: /^Last 4 handshakes: 2 resumed, 2 full/ }),
    ).toBeVisible();
    await press(page.getByRole('button', { name: 'Copy report' }));
    await expect(page.getByText('Report copied')).toBeVisible();
    expect(await copied()).toMatch(/4 connections of curl: .*\n\n# .*\n1 .*Full handshake/);
    const download = page.waitForEvent('download');
    await press(page.getByRole('button', { name: 'Export JSON' }));
    const file = await readFile(await (await download).path(), 'utf8');
    expect(watchReportSchema.parse(JSON.parse(file)).counts).toMatchObject({
      connections: 4,
      resumed: 2,
    });
    expect(file).not.toContain(PASSWORD);
    await page.setViewportSize({ width: 900, height: 600 });
    expect(await tooWide(page)).toBe(0);
    await row(page, 4).scrollIntoViewIfNeeded();
    await expect(row(page, 4)).toBeInViewport();
    await expectNoViolation(page, 'connections at 900 px');

    // Stop: what is open is asked about first.
    const open = connect({ host: '127.0.0.1', port }).on('error', () => undefined);
    await once(open, 'connect');
    await expect(table(page).getByRole('row')).toHaveCount(6);
    await press(page.getByRole('button', { name: 'Stop', exact: true }));
    const question = page.getByRole('alertdialog');
    await expect(question).toContainText('1 connection of your program runs through it');
    await expectNoViolation(page, 'question');
    await press(question.getByRole('button', { name: 'Go on' }));
    expect(open.destroyed).toBe(false);
    await press(page.getByRole('button', { name: 'Stop', exact: true }));
    const cutOff = new Promise((resolve) => open.once('close', resolve));
    await press(question.getByRole('button', { name: 'Stop', exact: true }));
    await cutOff;
    const remove = page.getByRole('button', { name: 'Remove', exact: true });
    await expect(remove).toBeVisible();
    await expect(row(page, 4)).toContainText('Resumed');
    await press(remove);
    await expect(question).toContainText('cannot be brought back');
    await press(question.getByRole('button', { name: 'Remove', exact: true }));
    await expect(form(page).getByLabel('Server of your program')).toBeFocused();
    await press(page.getByRole('button', { name: 'Back to the start' }));
    await expect(page.getByRole('button', { name: 'Start demo servers' })).toBeVisible();
  });

  test('says what is wrong at the field, and of each connection; several are watched', async ({
    server,
    opened: dashboard,
  }) => {
    const { page } = dashboard;
    await page.goto(`${page.url().split('#')[0] ?? ''}#/client`);
    const field = form(page).getByLabel('Server of your program');
    await watch(page, '');
    await expect(field).toHaveAccessibleDescription(/Say which server the program talks to/);
    await watch(page, 'not a server');
    await expect(field).toHaveAccessibleDescription(/has no spaces/);
    await form(page).getByLabel('Address of the server').fill('nowhere');
    await watch(page, `localhost:${server.port}`);
    await expect(form(page).getByLabel('Address of the server')).toHaveAccessibleDescription(
      /the server's address/,
    );
    await expectNoViolation(page, 'form with an error');
    await form(page).getByLabel('Address of the server').fill('');
    await form(page).getByLabel('Address to listen at').fill('0.0.0.0');
    await watch(page, `localhost:${server.port}`);
    await expect(page.getByText('Others in the network reach it')).toBeVisible();

    // A name as long as names may be, which the server does not mind.
    const name = `${'a'.repeat(60)}.${'b'.repeat(60)}.example`;
    const socket = connectTls({
      host: '127.0.0.1',
      port: await portOf(page),
      servername: name,
      ca: server.caPem,
      checkServerIdentity: () => undefined,
    });
    await once(socket, 'data');
    await expect(row(page, 1)).toContainText(name);
    await expect(row(page, 1)).toContainText('open');
    await page.setViewportSize({ width: 900, height: 600 });
    expect(await tooWide(page)).toBe(0);
    socket.destroy();
    await expect(row(page, 1)).toContainText('by client');

    await page.getByRole('button', { name: 'Watch another server' }).click();
    await watch(page, `127.0.0.1:${await freePort()}`);
    await expect(verdict(page)).toHaveText('Waits for the first connection of your program.');
    const client = connect({ host: '127.0.0.1', port: await portOf(page) });
    client.on('error', () => undefined);
    await once(client, 'close').catch(() => undefined);
    await expect(page.getByRole('list', { name: 'Failures' })).toHaveText(
      /^#1 127\.0\.0\.1 refuses connections at port \d+\. Check the port; the server may be down\.$/,
    );
    await expect(row(page, 1)).toContainText('Failed');
    await expectNoViolation(page, 'a failure');
    const watches = page.getByRole('list', { name: 'Watched servers' });
    await watches.getByRole('button', { name: `localhost:${server.port}` }).click();
    await expect(row(page, 1)).toContainText(name);
  });
});
