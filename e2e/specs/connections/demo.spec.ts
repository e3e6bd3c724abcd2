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

  test('says what is counted before what is estimated, and a check makes an estimate', async ({
    startReprise,
    dashboard,
  }) => {
    const reprise = await startReprise({ script: 'demo' });
    const { page } = dashboard;
    await dashboard.open(reprise.url);
    await expectDemo(dashboard);
    await expect(page.getByText('Demo servers running, 20 ms away')).toBeVisible();
    const savings = page.getByRole('region', { name: 'Savings' });
    await expect(savings.getByRole('status')).toHaveText([
      /handshakes spared$/,
      /kB ?bytes saved$/,
      /% ?reused$/,
      /^– ?time saved$/,
    ]);
    await expect(savings).toContainText('of 5 full handshakes known');
    await savings.getByRole('button', { name: 'Server check' }).click();
    const report = page.getByRole('tabpanel', { name: 'Server check' });
    await expect(report).toContainText('This server resumes TLS sessions');
    await page.getByRole('tab', { name: 'Connections' }).click();
    const saved = savings.getByRole('status', { name: 'Time saved' });
    await expect(saved).toHaveText(/^[\d.]+ m?s ?time saved \(.+ to .+, n = \d+ \+ \d+\)$/);
    await expect(saved).toHaveAttribute('title', /resumed ones that were measured\./);
    // The next server that is not measured is offered.
    await expect(savings.getByRole('button', { name: 'Server check' })).toBeVisible();

    const [, , , figure] = await savings.getByRole('status').allTextContents();
    await page.getByRole('tab', { name: 'History' }).click();
    const term = page.getByRole('tabpanel', { name: 'History' }).locator('dl').first();
    await expect(term).toContainText(`, ${(figure ?? '').replace(/ ?time saved/, '')}`);
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
    expect(reprise.stdout).toBe(
      `Dashboard: ${reprise.url}\nFor a browser that does not find this name, such as Safari:\n` +
        `Dashboard: ${reprise.addressUrl}\n`,
    );
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
