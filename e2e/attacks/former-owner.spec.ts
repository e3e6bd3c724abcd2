/** Another program had the port first, and has left in the browser what it could. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Page } from 'playwright/test';
import { freePort } from '../fixtures/network/ports.ts';
import { expect, test } from '../fixtures/browser/reprise.ts';

/** Answers every navigation in place of the server, which is not asked any more. */
const WORKER = `
  addEventListener('install', () => skipWaiting());
  addEventListener('activate', (event) => event.waitUntil(clients.claim()));
  addEventListener('fetch', (event) => event.respondWith(new Response(
    '<h1>Owned</h1><script>document.title = location.href</script>',
    { headers: { 'Content-Type': 'text/html' } },
  )));`;

const OWN_PAGE = '<!doctype html><h1>Reprise</h1>';

/** Has a port for as long as `visit` takes. */
async function own(
  port: number,
  files: Readonly<Record<string, string>>,
  visit: (origin: string) => Promise<void>,
): Promise<void> {
  const server = createServer((request, response) => {
    const script = files[request.url ?? ''];
    response.setHeader('Content-Type', script === undefined ? 'text/html' : 'text/javascript');
    if (script !== undefined) response.setHeader('Cache-Control', 'max-age=31536000, immutable');
    response.end(script ?? OWN_PAGE);
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  await visit(`http://127.0.0.1:${port}`);
  server.closeAllConnections();
  server.close();
}

/** The scripts that the page names, as paths. */
async function scriptsOf(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('script[src], link[rel=modulepreload]')].map(
      (element) =>
        new URL(element.getAttribute('src') ?? element.getAttribute('href') ?? '', location.href)
          .pathname,
    ),
  );
}

test('a service worker of who had the port before does not see the link', async ({
  startReprise,
  dashboard,
}) => {
  const port = await freePort();
  const { page } = dashboard;
  await own(port, { '/worker.js': WORKER }, async (origin) => {
    await page.goto(origin);
    await page.evaluate(async () => {
      await navigator.serviceWorker.register('/worker.js');
      await navigator.serviceWorker.ready;
    });
    await page.goto(`${origin}/again#secret`);
    // It works, or what follows would say nothing.
    await expect(page).toHaveTitle(`${origin}/again#secret`);
  });
  const reprise = await startReprise({ port });
  await dashboard.open(reprise.url);
  await expect(page.getByRole('button', { name: 'Start demo servers' })).toBeVisible();
});

test('a script that was kept under the name of one of ours is not run', async ({
  startReprise,
  dashboard,
}) => {
  const { page } = dashboard;
  // The names are public: they follow from the sources.
  const first = await startReprise();
  await dashboard.open(first.url);
  const scripts = (await scriptsOf(page)).map((path) => path.replace(/^.*(?=\/assets\/)/, ''));
  expect(scripts.length).toBeGreaterThan(1);
  await page.goto('about:blank');

  const port = await freePort();
  const planted = Object.fromEntries(scripts.map((path) => [path, 'globalThis.owned = true']));
  await own(port, planted, async (origin) => {
    await page.goto(origin);
    await page.evaluate(async (paths) => {
      for (const path of paths) await import(path);
    }, scripts);
    expect(await page.evaluate(() => 'owned' in globalThis)).toBe(true);
  });
  const reprise = await startReprise({ port });
  for (const url of [reprise.url, reprise.addressUrl]) {
    await dashboard.open(url);
    await expect(page.getByRole('button', { name: 'Start demo servers' })).toBeVisible();
    expect(await page.evaluate(() => 'owned' in globalThis)).toBe(false);
  }
});

test('a script that is not what was built is not run, be it of the first load or a later one', async ({
  startReprise,
  dashboard,
  complaints,
}) => {
  complaints.expect(/integrity|Failed to (load|fetch)|dynamically imported/i);
  const { page } = dashboard;
  const reprise = await startReprise();
  let spoilt = 'nothing';
  await page.route('**/*.js', (route) =>
    route.request().url().includes(spoilt)
      ? route.fulfill({ contentType: 'text/javascript', body: 'globalThis.owned = true' })
      : route.continue(),
  );
  await dashboard.open(reprise.url);
  await expect(page.getByRole('button', { name: 'Start demo servers' })).toBeVisible();
  const [entry = '', shared = ''] = (await scriptsOf(page)).map((path) =>
    path.replace(/^.*(?=\/assets\/)/, ''),
  );
  expect(entry).toContain('/index-');
  for (const script of [entry, shared, '/Settings-']) {
    spoilt = script;
    const refused = page.waitForEvent('console', (message) => /integrity/.test(message.text()));
    await page.reload();
    expect((await refused).text()).toContain(script);
    expect(await page.evaluate(() => 'owned' in globalThis), script).toBe(false);
  }
});
