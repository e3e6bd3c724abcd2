/** Parts that the first load does without. */
import { expect, test } from '../../fixtures/browser/reprise.ts';

test('a screen that could not be fetched comes once it can be', async ({
  startReprise,
  dashboard,
  complaints,
}) => {
  complaints.expect(/net::ERR_FAILED/);
  const { page } = dashboard;
  let refused = 0;
  await page.route(/\/assets\/(History|AccountForm)-[^/]*\.js$/, async (route) => {
    refused += 1;
    await (refused <= 3 ? route.abort() : route.continue());
  });
  const reprise = await startReprise({ args: ['--demo'] });
  await dashboard.open(reprise.url);
  await page.getByRole('tab', { name: 'History' }).click();
  await expect(page.getByRole('tabpanel', { name: 'History' })).toContainText('Resumed');
  await page.getByRole('button', { name: 'Add account', exact: true }).click();
  await expect(dashboard.form.getByLabel('Email or user name')).toBeFocused();
  expect(refused).toBeGreaterThan(3);
});
