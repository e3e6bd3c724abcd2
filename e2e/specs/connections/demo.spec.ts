import { readdir } from 'node:fs/promises';
import { DEMO, expectDemo } from '../../fixtures/browser/demo-outcomes.ts';
import { ENGINE_AWAY, expect, test } from '../../fixtures/browser/reprise.ts';

test.describe('1: the demo', () => {
  test('shows every outcome by server after "Reconnect all"', async ({
    startReprise,
    dashboard,
  }) => {
    const reprise = await startReprise({ script: 'demo' });
    await dashboard.open(reprise.url);

    await expectDemo(dashboard);
    await expect(dashboard.page.getByRole('status', { name: 'Reused' })).toContainText('%');
    await expect(dashboard.page.getByRole('status', { name: 'Bytes saved' })).toContainText('kB');
  });

  test('takes the token out of the address bar, and a reload needs none', async ({
    startReprise,
    dashboard,
  }) => {
    const reprise = await startReprise({ script: 'demo' });
    await dashboard.open(reprise.url);
    await expect(dashboard.page).toHaveURL(`${reprise.origin}/`);
    await dashboard.page.reload();
    await expect(dashboard.accounts.getByRole('listitem')).toHaveCount(DEMO.length);
  });

  test('leaves nothing in the home folder', async ({ startReprise, dashboard, complaints }) => {
    complaints.expect(ENGINE_AWAY);
    const reprise = await startReprise({ script: 'demo' });
    await dashboard.open(reprise.url);
    await expect(dashboard.state('STARTTLS', 'INBOX')).toHaveText('Idle');
    expect(await reprise.interrupt()).toMatchObject({ code: 0 });
    expect(await readdir(reprise.home)).toEqual([]);
    expect(reprise.stdout).toBe(`Dashboard: ${reprise.url}\n`);
  });

  test('starts and stops from the first-run page', async ({ opened: dashboard }) => {
    const { page } = dashboard;
    await page.getByRole('button', { name: 'Start demo servers' }).click();
    await expect(dashboard.state('TLS 1.3 tickets', 'INBOX')).toHaveText('Idle');
    await page.getByRole('button', { name: 'Stop demo servers' }).click();
    await expect(page.getByRole('button', { name: 'Start demo servers' })).toBeVisible();
    await expect(dashboard.connections).toBeHidden();
  });
});
