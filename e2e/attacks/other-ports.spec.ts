/**
 * Who else stands on the way from the browser to us: programs on other ports of this machine, which
 * our cookie goes to; proxies; and whoever has our port when we have ended.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright';
import { WebSocket, WebSocketServer } from 'ws';
import { chooseChromium } from '../fixtures/browser/chromium.ts';
import { ENGINE_AWAY, expect, test } from '../fixtures/browser/foreign-site.ts';
import { getState } from '../fixtures/program/genuine-client.ts';

test('the cookie goes to every port, and opens nothing there: the page shows a key that does not', async ({
  startReprise,
  dashboard,
  foreign,
  context,
}) => {
  const reprise = await startReprise();
  await dashboard.open(reprise.addressUrl);
  const page = await context.newPage();
  await page.goto(foreign.near);
  // A link from there is of the same site, so SameSite=Strict holds nothing back.
  const name = `reprise_${reprise.port}=`;
  const stolen = () => foreign.cookies.find((cookie) => cookie.startsWith(name));
  if (stolen() === undefined) {
    await dashboard.page.evaluate((to) => window.open(to, '_blank', 'noopener'), foreign.near);
  }
  await expect.poll(stolen).toBeDefined();

  const origin = `http://127.0.0.1:${reprise.port}`;
  const socket = new WebSocket(`ws://127.0.0.1:${reprise.port}/rpc`, {
    headers: { Origin: origin, Cookie: stolen() ?? '' },
  });
  const heard: string[] = [];
  socket.on('message', (data: Buffer) => heard.push(data.toString()));
  socket.on('error', () => undefined);
  await once(socket, 'open');
  socket.send(getState('1'));
  expect((await once(socket, 'close'))[0]).toBe(1008);
  expect(heard).toEqual([]);

  // The browser itself needs no link again.
  await dashboard.page.reload();
  const tab = await context.newPage();
  await tab.goto(`${origin}/`);
  for (const each of [dashboard.page, tab]) {
    await expect(each.getByRole('button', { name: 'Start demo servers' })).toBeVisible();
  }
});

test('at the name of the run, no page of another name or port is sent the cookie', async ({
  startReprise,
  dashboard,
  foreign,
  context,
}) => {
  const reprise = await startReprise();
  await dashboard.open(reprise.url);
  const page = await context.newPage();
  for (const site of [foreign.near, foreign.far, foreign.sibling]) await page.goto(site);
  expect(foreign.cookies).toEqual([]);
});

test('a page that stays open says what to do when Reprise was started again on its port', async ({
  startReprise,
  dashboard,
  complaints,
}) => {
  complaints.expect(ENGINE_AWAY);
  complaints.expect(/421/);
  const before = await startReprise();
  await dashboard.open(before.url);
  await before.interrupt();
  const after = await startReprise({ port: before.port });
  const { page } = dashboard;
  const heading = page.getByRole('heading', { name: 'needs the link that Reprise printed' });
  await expect(heading).toBeVisible();
  await dashboard.open(after.url);
  await expect(page.getByRole('button', { name: 'Start demo servers' })).toBeVisible();
});

test('a page that stays open takes no other program on its port for Reprise', async ({
  startReprise,
  dashboard,
  complaints,
}) => {
  complaints.expect(ENGINE_AWAY);
  const reprise = await startReprise();
  await dashboard.open(reprise.url);
  const { page } = dashboard;
  await expect(page.getByRole('button', { name: 'Add account' }).first()).toBeVisible();
  await reprise.interrupt();
  const impostor = new WebSocketServer({ host: '127.0.0.1', port: reprise.port });
  const heard: string[] = [];
  impostor.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      heard.push(data.toString());
      socket.send(JSON.stringify({ t: 'answer', answer: 'guessed' }));
    });
  });
  await expect(page.getByRole('heading', { name: 'needs the link' })).toBeVisible();
  // The key of a run that has ended, and no call after it.
  expect(heard).toEqual([expect.stringContaining('"t":"key"')]);
  impostor.close();
});

for (const [way, argsFor] of [
  ['a proxy', (port: number) => [`--proxy-server=http://127.0.0.1:${port}`]],
  [
    'a proxy script',
    (port: number) => {
      const script = `function FindProxyForURL() { return 'PROXY 127.0.0.1:${port}'; }`;
      const data = Buffer.from(script).toString('base64');
      return [`--proxy-pac-url=data:application/x-ns-proxy-autoconfig;base64,${data}`];
    },
  ],
] as const) {
  test(`${way} of the browser is not asked for the dashboard`, async ({ startReprise }) => {
    const asked: string[] = [];
    const proxy = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        asked.push(data.toString('latin1'));
        socket.end('HTTP/1.1 502 no\r\n\r\n');
      });
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { launch = {} } = chooseChromium() ?? {};
    const { port } = proxy.address() as AddressInfo;
    const browser = await chromium.launch({
      ...launch,
      args: [...(launch.args ?? []), ...argsFor(port)],
    });
    const reprise = await startReprise();
    const page = await browser.newPage();
    await page.goto(reprise.url);
    await expect(page.getByRole('button', { name: 'Start demo servers' })).toBeVisible();
    // It is there for other pages.
    await page.goto('http://other.example/').catch(() => undefined);
    expect(asked.join()).toContain('other.example');
    expect(asked.join()).not.toContain('localhost');
    await browser.close();
    proxy.close();
  });
}
