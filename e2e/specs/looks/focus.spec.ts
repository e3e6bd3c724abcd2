/** The focus after what had it is gone: on something near by, never nowhere. */
import type { Locator } from 'playwright/test';
import { expect, test } from '../../fixtures/browser/reprise.ts';

/** As a user of the keyboard presses it. */
async function press(button: Locator): Promise<void> {
  await button.focus();
  await button.press('Enter');
}

test('the focus outlives the button that was pressed', async ({ opened: dashboard }) => {
  const { page } = dashboard;
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  const selected = page.getByRole('tab', { selected: true });

  await press(button('Check a server'));
  await expect(page.getByLabel('Server to check')).toBeFocused();
  await press(button('Back to the start'));
  await expect(button('Add account')).toBeFocused();
  await press(button('Start demo servers'));
  await expect(page.getByRole('tabpanel', { name: 'Connections' })).toBeFocused();
  await selected.press('ArrowRight');
  await expect(page.getByRole('tab', { name: 'Sessions', exact: true })).toBeFocused();
  await expect(dashboard.connections.getByRole('cell', { name: 'Idle' })).toHaveCount(10);

  await page.getByLabel('Find connections').fill('TLS 1.2');
  await press(button('Show all'));
  await expect(page.getByLabel('Find connections')).toBeFocused();

  const label = 'TLS 1.2 tickets';
  const toggle = dashboard.reuseSwitch(label);
  await toggle.press('Space');
  await expect(toggle).not.toBeChecked();
  await press(button('Reconnect now'));
  await expect(button('Reconnect now')).toHaveCount(0);
  await expect(toggle).toBeFocused();
  await dashboard.choose(label, 'Pause');
  await press(button(`Resume ${label}`));
  await expect(button(`Resume ${label}`)).toHaveCount(0);
  await expect(toggle).toBeFocused();

  await dashboard.choose(label, 'Remove…');
  await press(page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }));
  await expect(dashboard.account(label)).toHaveCount(0);
  await expect(button('Add account')).toBeFocused();

  await page.getByRole('tab', { name: 'Sessions', exact: true }).click();
  await press(page.getByRole('button', { name: /^Forget sessions of Session IDs for / }));
  await press(button('Forget'));
  await expect(page.getByRole('row', { name: /^Session IDs/ })).toHaveCount(0);
  await expect(
    page.getByRole('button', { name: /^Forget sessions of STARTTLS for / }),
  ).toBeFocused();
  await press(button('Forget all sessions…'));
  await press(button('Forget'));
  await expect(page.getByText('No session is held.')).toBeVisible();
  await expect(page.getByLabel('Account', { exact: true })).toBeFocused();

  await page.getByRole('tab', { name: 'Server check', exact: true }).click();
  await page.getByLabel('Server to check').fill('127.0.0.1:1');
  await page.keyboard.press('Enter');
  const again = button('Check again');
  await expect(again).toBeVisible();
  await press(again);
  await expect(page.getByRole('region', { name: 'Compared with last time' })).toBeVisible();
  await expect(again).toBeFocused();

  await press(button('Stop demo servers'));
  await expect(button('Stop demo servers')).toHaveCount(0);
  await expect(button('Settings')).toBeFocused();
});

test('Esc closes the settings, and a question above them alone', async ({
  startReprise,
  dashboard,
}) => {
  const reprise = await startReprise({ script: 'demo' });
  const { page } = dashboard;
  await dashboard.open(reprise.url);
  const gear = page.getByRole('button', { name: 'Settings', exact: true });
  const settings = page.getByRole('region', { name: 'Settings', exact: true });

  await press(gear);
  await expect(settings).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(settings).toHaveCount(0);
  await expect(gear).toBeFocused();

  await press(gear);
  await dashboard.choose('STARTTLS', 'Remove…');
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
  await expect(settings).toBeVisible();
  await page.getByLabel('Dark', { exact: true }).press('Escape');
  await expect(settings).toHaveCount(0);
  await expect(page.getByRole('tab', { selected: true })).toHaveText('Connections');
  await expect(gear).toBeFocused();
});
