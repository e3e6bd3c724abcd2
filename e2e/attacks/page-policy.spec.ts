/** Our own page under its policy: what it loads, and what becomes of something that gets into it. */
import type { BrowserContext, Page } from 'playwright/test';
import { expect, test } from '../fixtures/browser/foreign-site.ts';

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
    complaints.expect(/Content Security Policy|ERR_BLOCKED_BY_CSP|Trusted/);
    const violations = await noteViolations(context);
    const reprise = await startReprise();
    await dashboard.open(reprise.url);
    const { page } = dashboard;
    const thrown = await page.evaluate(async (elsewhere) => {
      /* oxlint-disable unicorn/consistent-function-scoping -- all of this is sent to the page */
      const add = (tag: string, change: object, attributes: Record<string, string> = {}) => {
        const element = Object.assign(document.createElement(tag), change);
        for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
        document.body.append(element);
      };
      const code = 'globalThis.ran = true';
      const markup = `<img src="${elsewhere}/x.png" onerror="${code}">`;
      const attempts: Readonly<Record<string, () => unknown>> = {
        markup: () => {
          document.body.insertAdjacentHTML('beforeend', markup);
        },
        'inner markup': () => {
          add('p', { innerHTML: markup });
        },
        'a frame of markup': () => {
          add('iframe', { srcdoc: markup });
        },
        'an inline script': () => {
          add('script', { textContent: code });
        },
        'a script from elsewhere': () => {
          add('script', { src: `${elsewhere}/x.js` });
        },
        'an inline handler': () => {
          add('b', {}, { onclick: code });
        },
        'a module from elsewhere': () => import(`${elsewhere}/x.js`),
        'a request': () => fetch(elsewhere),
        'a WebSocket': () => new WebSocket(elsewhere.replace('http', 'ws')),
        'an image': () => {
          add('img', { src: `${elsewhere}/x.png` });
        },
        'an inline style': () => {
          add('style', { textContent: 'body { color: red }' });
        },
        'a style attribute': () => {
          add('p', {}, { style: 'color: red' });
        },
        'a frame': () => {
          add('iframe', { src: elsewhere });
        },
      };
      const failed: string[] = [];
      for (const [name, attempt] of Object.entries(attempts)) {
        try {
          await attempt();
        } catch {
          failed.push(name);
        }
      }
      return failed;
    }, foreign.near);
    // Text that would become markup or script is stopped where it is made; the rest is not loaded.
    expect(thrown).toEqual([
      'markup',
      'inner markup',
      'a frame of markup',
      'an inline script',
      'a script from elsewhere',
      'an inline handler',
      'a module from elsewhere',
      'a request',
    ]);
    await expect
      .poll(async () => [...new Set((await violations(page)).map(directiveOf))].sort())
      .toEqual([
        'connect-src',
        'frame-src',
        'img-src',
        'require-trusted-types-for',
        'script-src-elem',
        'style-src-attr',
        'style-src-elem',
      ]);
    expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false);
  });
});
