import { expectNoViolation } from '../../fixtures/browser/axe.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOn } from '../../fixtures/browser/typed-accounts.ts';

test('columns are left out by choice, which is remembered, and the others keep their places', async ({
  server,
  opened: dashboard,
}) => {
  test.slow();
  const { page } = dashboard;
  await dashboard.addAccount(accountOn(server, 'Work'));
  const header = (name: string) => dashboard.connections.getByRole('columnheader', { name });
  await expect(header('Server')).toBeVisible();
  await page.getByRole('button', { name: 'Columns', exact: true }).click();
  const panel = page.getByRole('dialog', { name: 'Columns' });
  await panel.getByLabel('Server').uncheck();
  await panel.getByLabel('Messages').uncheck();
  await expectNoViolation(page);
  await page.keyboard.press('Escape');
  await page.reload();
  await expect(header('Reuse')).toBeVisible();
  await expect(header('Server')).toBeHidden();
  await expect(header('Messages')).toBeHidden();
  // Head and rows agree, and the last cell is still at the end of the row.
  const lefts = async (role: 'columnheader' | 'cell') =>
    Promise.all(
      (await dashboard.connections.getByRole(role).all()).map(
        async (cell) => (await cell.boundingBox())?.x,
      ),
    );
  const [heads, cells] = [await lefts('columnheader'), await lefts('cell')];
  expect(heads).toEqual(cells);
  expect(heads.at(-1)).toBeGreaterThan(1200);
});
