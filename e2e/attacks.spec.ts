/**
 * What only a browser can show: foreign pages in the same Chromium as ours, what is left of the
 * token, and what our own page loads. What is sent by hand is in `attacks.test.ts`.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from 'playwright/test';
import { chooseChromium } from './fixtures/chromium.ts';
import { expect, REFUSED, test as base } from './fixtures/reprise.ts';

/** A name that a foreign page has pointed at this machine, as DNS rebinding does. */
const REBOUND = 'rebound.evil.test';
const launch = chooseChromium()?.launch ?? {};

interface ForeignSite {
  /** On this machine, so for the browser of the same site as ours: our cookie is sent. */
  readonly near: string;
  /** The same pages as of another site. */
  readonly far: string;
}

const test = base.extend<{ foreign: ForeignSite }>({
  launchOptions: {
    ...launch,
    args: [...(launch.args ?? []), `--host-resolver-rules=MAP *.evil.test 127.0.0.1`],
  },
  // oxlint-disable-next-line eslint/no-empty-pattern -- Playwright reads the pattern
  foreign: async ({}, use) => {
    const server = createServer((_, response) => {
      response.setHeader('Content-Type', 'text/html').end('<!doctype html><h1>Foreign</h1>');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await use({ near: `http://127.0.0.1:${port}`, far: `http://www.evil.test:${port}` });
    server.closeAllConnections();
    server.close();
  },
});

/** Every address in what the browser would go back and forward to. */
async function visited(page: Page): Promise<string[]> {
  const devTools = await page.context().newCDPSession(page);
  const { entries } = await devTools.send('Page.getNavigationHistory');
  // What was typed is kept beside it, as in the browser's file of visits: see SECURITY.md.
  return entries.map(({ url }) => url);
}

/** Notes what violates the policy of any page of `context` from now on. */
async function noteViolations(context: BrowserContext): Promise<(page: Page) => Promise<string[]>> {
  await context.addInitScript(() => {
    const found: string[] = [];
    Object.assign(globalThis, { found });
    document.addEventListener('securitypolicyviolation', (event) => {
      found.push(`${event.effectiveDirective} ${event.blockedURI}`);
    });
  });
  return (page) => page.evaluate(() => (globalThis as unknown as { found: string[] }).found);
}

const directiveOf = (violation: string): string => violation.split(' ', 1)[0] ?? '';

test.describe('the token', () => {
  test('is gone from the address, from history and from what scripts see', async ({
    startReprise,
    dashboard,
  }) => {
    const reprise = await startReprise();
    const { page } = dashboard;
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.url()));
    await dashboard.open(reprise.url);
    expect(sent.join('\n')).not.toContain(reprise.token);
    expect(page.url()).toBe(`${reprise.origin}/`);
    const addresses = await visited(page);
    expect(addresses).toContain(`${reprise.origin}/`);
    expect(addresses.filter((url) => url.includes(reprise.token))).toEqual([]);
    const seen = await page.evaluate(() =>
      JSON.stringify([
        document.cookie,
        document.referrer,
        document.documentElement.outerHTML,
        Object.entries(localStorage),
        Object.entries(sessionStorage),
        history.state as unknown,
      ]),
    );
    expect(seen).not.toContain(reprise.token);
    await page.reload();
    await expect(page.getByRole('heading', { name: 'Reprise', level: 1 })).toBeVisible();
  });

  test('is of no use in the query', async ({ startReprise, dashboard, complaints }) => {
    complaints.expect(REFUSED);
    const reprise = await startReprise();
    const { page } = dashboard;
    await page.goto(`${reprise.origin}/?token=${reprise.token}`);
    await expect(page.getByRole('heading', { name: 'needs the link' })).toBeVisible();
  });
});

test.describe('a foreign page in the same browser', () => {
  for (const site of ['near', 'far'] as const) {
    test(`cannot frame, load, post to or speak with Reprise: ${site}`, async ({
      startReprise,
      dashboard,
      foreign,
      context,
    }) => {
      const reprise = await startReprise();
      await dashboard.open(reprise.url);
      const page = await context.newPage();
      await page.goto(`${foreign[site]}/`);

      await page.evaluate((url) => {
        const frame = document.createElement('iframe');
        frame.src = url;
        document.body.append(frame);
      }, reprise.origin);
      // Where Chromium puts its own page instead of one that it may not show in a frame.
      await expect.poll(() => page.frames()[1]?.url()).toBe('chrome-error://chromewebdata/');

      const outcomes = await page.evaluate(async (origin) => {
        /* oxlint-disable unicorn/consistent-function-scoping -- all of this is sent to the page */
        const outcome = async (attempt: () => Promise<unknown>): Promise<string> => {
          try {
            return String(await attempt());
          } catch {
            return 'failed';
          }
        };
        const load = (tag: 'script' | 'img' | 'link', address: string) =>
          new Promise((resolve) => {
            const element = document.createElement(tag);
            element.addEventListener('load', () => {
              resolve('loaded');
            });
            element.addEventListener('error', () => {
              resolve('failed');
            });
            Object.assign(element, { src: address, href: address, rel: 'stylesheet' });
            document.head.append(element);
          });
        const speak = () =>
          new Promise((resolve) => {
            const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc`);
            socket.addEventListener('open', () => {
              resolve('open');
            });
            socket.addEventListener('error', () => {
              resolve('failed');
            });
          });
        const credentials = 'include';
        const answer = async (path: string, init: RequestInit) =>
          (await fetch(`${origin}${path}`, { credentials, ...init })).type;
        return {
          page: await outcome(() => answer('/', {})),
          session: await outcome(() => answer('/session', {})),
          posted: await outcome(() => answer('/session', { method: 'POST' })),
          opaque: await outcome(() => answer('/', { mode: 'no-cors' })),
          script: await outcome(() => load('script', `${origin}/`)),
          image: await outcome(() => load('img', `${origin}/`)),
          style: await outcome(() => load('link', `${origin}/`)),
          socket: await outcome(speak),
        };
      }, reprise.origin);
      const failed = ['page', 'session', 'posted', 'opaque', 'script', 'image', 'style', 'socket'];
      expect(outcomes).toEqual(Object.fromEntries(failed.map((what) => [what, 'failed'])));

      const [answer] = await Promise.all([
        page.waitForResponse(`${reprise.origin}/session`),
        page.evaluate((origin) => {
          const form = document.createElement('form');
          Object.assign(form, { method: 'POST', action: `${origin}/session` });
          document.body.append(form);
          form.submit();
        }, reprise.origin),
      ]);
      expect(answer.status()).toBe(403);
      expect(await answer.headerValue('set-cookie')).toBeNull();

      await expect(dashboard.page.getByRole('alert')).toBeHidden();
      await dashboard.page.getByRole('button', { name: 'Start demo servers' }).click();
      await expect(dashboard.state('STARTTLS', 'INBOX')).toHaveText('Idle');
    });
  }

  test('does not become ours by pointing its name at this machine', async ({
    startReprise,
    page,
    complaints,
  }) => {
    complaints.expect(/status of 421/);
    const reprise = await startReprise();
    const { port } = new URL(reprise.origin);
    for (const name of [REBOUND, 'localhost', '127.0.0.1.evil.test']) {
      const sent: string[] = [];
      page.on('request', (request) => sent.push(request.url()));
      const answer = await page.goto(`http://${name}:${port}/#token=${reprise.token}`);
      expect(answer?.status(), name).toBe(421);
      await expect(page.locator('body')).toContainText(`This is not 127.0.0.1:${port}.`);
      expect(sent.filter((url) => !url.endsWith('favicon.ico'))).toHaveLength(1);
      page.removeAllListeners('request');
    }
  });
});

test.describe('our own page', () => {
  test('loads nothing from elsewhere, and nothing that its policy forbids, on any screen', async ({
    startReprise,
    dashboard,
    context,
  }) => {
    const violations = await noteViolations(context);
    const requests: string[] = [];
    context.on('request', (request) => requests.push(request.url()));
    const { page } = dashboard;
    page.on('websocket', (socket) => requests.push(socket.url()));
    const reprise = await startReprise();
    await dashboard.open(reprise.url);
    await dashboard.fillForm({ user: 'ann@gmail.com', password: 'x', server: '', port: '993' });
    await dashboard.discardForm();
    await page.getByRole('button', { name: 'Start demo servers' }).click();
    await expect(dashboard.state('STARTTLS', 'INBOX')).toHaveText('Idle');
    await dashboard.row('TLS 1.2 tickets', 'INBOX').click();
    await expect(dashboard.drawer('TLS 1.2 tickets', 'INBOX')).toBeVisible();
    await page.keyboard.press('Escape');
    const tabs = page.getByRole('tab');
    const names = await tabs.allTextContents();
    expect(names.length).toBeGreaterThan(2);
    for (const name of names) {
      await page.getByRole('tab', { name, exact: true }).click();
      await expect(page.getByRole('tabpanel', { name })).toBeVisible();
    }
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
    await expect(page.getByRole('region', { name: 'Settings', exact: true })).toBeVisible();
    await page.getByRole('radio', { name: 'Dark' }).click();
    await page.reload();
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    expect(await violations(page)).toEqual([]);
    const own = new URL(reprise.origin).host;
    const elsewhere = requests.filter((url) => new URL(url).host !== own);
    expect(requests.length).toBeGreaterThan(3);
    expect(elsewhere).toEqual([]);
  });

  test('runs no script, style or request that gets into it, and says so', async ({
    startReprise,
    dashboard,
    complaints,
    context,
    foreign,
  }) => {
    complaints.expect(/Content Security Policy|ERR_BLOCKED_BY_CSP/);
    const violations = await noteViolations(context);
    const reprise = await startReprise();
    await dashboard.open(reprise.url);
    const { page } = dashboard;
    await page.evaluate((elsewhere) => {
      const html = `<img src="${elsewhere}/x.png"><p style="color: red">x</p><b onclick="run()">`;
      document.body.insertAdjacentHTML('beforeend', html);
      for (const [tag, change] of [
        ['script', { textContent: 'globalThis.ran = true' }],
        ['script', { src: `${elsewhere}/x.js` }],
        ['style', { textContent: 'body { color: red }' }],
        ['iframe', { src: elsewhere }],
        ['object', { data: elsewhere }],
      ] as const) {
        document.body.append(Object.assign(document.createElement(tag), change));
      }
      void fetch(elsewhere).catch(() => undefined);
      void new WebSocket(elsewhere.replace('http', 'ws'));
    }, foreign.near);
    await expect
      .poll(async () => [...new Set((await violations(page)).map(directiveOf))].sort())
      .toEqual([
        'connect-src',
        'frame-src',
        'img-src',
        'object-src',
        'script-src-attr',
        'script-src-elem',
        'style-src-attr',
        'style-src-elem',
      ]);
    expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false);
  });
});
