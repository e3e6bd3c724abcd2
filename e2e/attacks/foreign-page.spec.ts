/**
 * What only a browser can show: foreign pages in the same Chromium as ours, and what is left of the
 * token. What is sent by hand is in `entry.test.ts`, what our page loads in `page-policy.spec.ts`.
 */
import type { Page } from 'playwright/test';
import { expect, REBOUND, REFUSED, test } from '../fixtures/browser/foreign-site.ts';

/** Every address in what the browser would go back and forward to. */
async function visited(page: Page): Promise<string[]> {
  const devTools = await page.context().newCDPSession(page);
  const { entries } = await devTools.send('Page.getNavigationHistory');
  // What was typed is kept beside it, as in the browser's file of visits: see SECURITY.md.
  return entries.map(({ url }) => url);
}

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
  for (const site of ['near', 'far', 'sibling'] as const) {
    test(`cannot frame, load, post to, plant a cookie in or speak with Reprise: ${site}`, async ({
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

      const planting = await context.newPage();
      await planting.goto(`${foreign[site]}/`);
      // A cookie for all names below `localhost`, or for this one, that would take the place of ours.
      await planting.evaluate((name) => {
        for (const domain of ['', '; domain=localhost', '; domain=.localhost']) {
          document.cookie = `${name}=planted; path=/${domain}`;
        }
      }, `reprise_${reprise.port}`);
      const atReprise = await context.cookies(reprise.origin);
      expect(atReprise.map(({ value }) => value)).toEqual([expect.not.stringContaining('planted')]);

      await dashboard.page.reload();
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
