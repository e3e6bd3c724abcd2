import { expectNoViolation } from '../../fixtures/browser/axe.ts';
import { ENGINE_AWAY, expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOn } from '../../fixtures/browser/typed-accounts.ts';

test('columns are left out by choice, which outlives a restart, and the others keep their places', async ({
  server,
  startReprise,
  dashboard,
  dataDir,
  complaints,
}) => {
  test.slow();
  complaints.expect(ENGINE_AWAY);
  const before = await startReprise({ dataDir });
  const { page } = dashboard;
  await dashboard.open(before.url);
  await dashboard.addAccount(accountOn(server, 'Work'));
  const header = (name: string) => dashboard.connections.getByRole('columnheader', { name });
  await expect(header('Server')).toBeVisible();
  await page.getByRole('button', { name: 'Columns', exact: true }).click();
  const panel = page.getByRole('dialog', { name: 'Columns' });
  await panel.getByLabel('Server').uncheck();
  await panel.getByLabel('Messages').uncheck();
  await expectNoViolation(page);
  await page.keyboard.press('Escape');
  await expect(header('Messages')).toBeHidden();
  await before.interrupt();

  const after = await startReprise({ dataDir });
  // What a browser keeps, it keeps for an address.
  expect(after.origin).not.toBe(before.origin);
  await dashboard.open(after.url);
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
