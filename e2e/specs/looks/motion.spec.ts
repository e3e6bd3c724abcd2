/** Whoever has asked for no motion gets none. */
import type { Page } from 'playwright/test';
import type { Dashboard } from '../../fixtures/browser/dashboard.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';

declare global {
  interface Window {
    /** What has moved so far: the kind of motion and what it was of. */
    motions: string[];
  }
}

/** Has the page write down every transition and animation that takes any time at all. */
async function recordMotions(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.motions = [];
    for (const type of ['transitionrun', 'animationstart']) {
      document.addEventListener(
        type,
        (event) => {
          const { target } = event;
          const of = target instanceof Element ? `${target.tagName}.${target.className}` : '';
          window.motions.push(`${type} ${of}`);
        },
        { capture: true },
      );
    }
  });
}

/** What moves right now, and what would if it changed. */
async function moving(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const found = document.getAnimations().map(() => 'an animation');
    for (const element of document.querySelectorAll('*')) {
      for (const pseudo of [null, '::before', '::after', '::backdrop']) {
        const { transitionDuration, animationDuration, scrollBehavior } = getComputedStyle(
          element,
          pseudo,
        );
        const durations = `${transitionDuration},${animationDuration}`.split(',');
        const isSmooth = pseudo === null && scrollBehavior === 'smooth';
        if (isSmooth || durations.some((duration) => Number.parseFloat(duration) > 0)) {
          found.push(`${element.tagName}.${element.getAttribute('class') ?? ''}${pseudo ?? ''}`);
        }
      }
    }
    return found;
  });
}

/** Opens everything that can be opened, and calls `look` at each. */
async function visitEverything(
  dashboard: Dashboard,
  url: string,
  look: (screen: string) => Promise<void>,
): Promise<void> {
  const { page, form } = dashboard;
  await dashboard.open(url);
  await expect(page.getByRole('button', { name: 'Start demo servers' })).toBeVisible();
  await look('first run');
  await page.getByRole('button', { name: 'Add account', exact: true }).click();
  await form.getByLabel('Email or user name').fill('ann');
  await look('form');
  await form.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await look('question');
  await page.getByRole('button', { name: 'Discard' }).click();
  await expect(form).toBeHidden();
  await page.getByRole('button', { name: 'Start demo servers' }).click();
  await expect(dashboard.state('STARTTLS', 'INBOX')).toHaveText('Idle');
  await dashboard.reuseSwitch('STARTTLS').click();
  await expect(dashboard.account('STARTTLS')).toContainText('applies to the next connection');
  await look('connections');
  await page.getByRole('button', { name: 'Reuse policy of STARTTLS' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await look('policy');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Forget sessions of STARTTLS' }).click();
  await expect(page.getByRole('region', { name: 'Messages' })).toContainText('STARTTLS');
  await look('message');
  await dashboard.row('TLS 1.2 tickets', 'INBOX').click();
  await expect(dashboard.drawer('TLS 1.2 tickets', 'INBOX')).toBeVisible();
  await look('drawer');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'More for STARTTLS' }).click();
  await expect(page.getByRole('menu')).toBeVisible();
  await look('menu');
  await page.keyboard.press('Escape');
  for (const name of ['Sessions', 'History', 'Server check']) {
    await page.getByRole('tab', { name }).click();
    await expect(page.getByRole('tabpanel', { name })).toBeVisible();
    await look(name);
  }
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
  await look('settings');
}

test('nothing moves on any screen for whoever prefers reduced motion', async ({
  startReprise,
  dashboard,
}) => {
  test.slow();
  const { page } = dashboard;
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await recordMotions(page);
  const reprise = await startReprise();
  await visitEverything(dashboard, reprise.url, async (screen) => {
    expect(await moving(page), screen).toEqual([]);
    expect(await page.evaluate(() => window.motions), screen).toEqual([]);
  });
});

test('for everybody else some things move, for less than 200 ms', async ({
  startReprise,
  dashboard,
}) => {
  test.slow();
  const { page } = dashboard;
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await recordMotions(page);
  const reprise = await startReprise();
  const longest: number[] = [];
  await visitEverything(dashboard, reprise.url, async () => {
    const durations = await page.evaluate(() =>
      [...document.querySelectorAll('*')].flatMap((element) =>
        getComputedStyle(element)
          .transitionDuration.split(',')
          .map((duration) => Number.parseFloat(duration) * 1000),
      ),
    );
    longest.push(Math.max(...durations));
  });
  expect(Math.max(...longest)).toBeGreaterThan(0);
  expect(Math.max(...longest)).toBeLessThan(200);
  expect(await page.evaluate(() => window.motions.length)).toBeGreaterThan(0);
});
