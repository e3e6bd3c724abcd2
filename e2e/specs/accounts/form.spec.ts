/** The account form: how it ends, with an engine that takes its time. */
import { startImapServer } from '../../../electron/core/demo/testing/index.ts';
import { HeldAnswers } from '../../fixtures/browser/held-answers.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOn } from '../../fixtures/browser/typed-accounts.ts';

test('a form that ends closes itself alone, and what is being saved is not called unsaved', async ({
  context,
  startReprise,
  dashboard,
}) => {
  const answers = await HeldAnswers.of(context, 'addAccount');
  await using server = await startImapServer();
  await using other = await startImapServer();
  const { page, form } = dashboard;
  await dashboard.open((await startReprise()).url);
  await dashboard.fillForm(accountOn(server, 'Work'));
  await dashboard.save();
  await answers.untilHeld();
  await expect(form).toContainText('Saving…');
  // Nothing that is typed now would be saved, nor asked about.
  await form.getByLabel('Name of this account').press('End');
  await page.keyboard.type(' later');
  await expect(form.getByLabel('Name of this account')).toHaveValue('Work');

  await page.keyboard.press('Escape');
  const question = page.getByRole('alertdialog');
  await expect(question).toContainText('It goes on being saved');
  await expect(question).not.toContainText('not been saved');
  await question.getByRole('button', { name: 'Close', exact: true }).click();
  await expect(form).toBeHidden();

  await dashboard.fillForm(accountOn(other, 'Home'));
  answers.release();
  // An answer that comes after the one that was held.
  await dashboard.testConnection();
  await expect(form).toContainText('Connected and signed in');
  await expect(form.getByLabel('Name of this account')).toHaveValue('Home');
  await dashboard.save();
  await expect(form).toBeHidden();
  await expect(dashboard.state('Home', 'INBOX')).toHaveText('Idle');
  await expect(dashboard.state('Work', 'INBOX')).toHaveText('Idle');
});

test('a save that fails after its form was closed is said', async ({
  context,
  startReprise,
  dashboard,
}) => {
  const answers = await HeldAnswers.of(context, 'addAccount');
  await using server = await startImapServer();
  const { page, form } = dashboard;
  await dashboard.open((await startReprise()).url);
  await dashboard.fillForm({ ...accountOn(server, 'Work'), port: '0' });
  await dashboard.save();
  await answers.untilHeld();
  await form.getByRole('button', { name: 'Cancel', exact: true }).click();
  await page.getByRole('button', { name: 'Close', exact: true }).last().click();
  await expect(form).toBeHidden();
  answers.release();
  await expect(page.getByText('Could not save Work')).toBeVisible();
  await expect(page.getByText('between 1 and 65535')).toBeVisible();
});

test('a list of mailboxes that is no longer shown whole says that there are more', async ({
  startReprise,
  dashboard,
}) => {
  // Together more than the megabyte that a page is given.
  const names = Array.from({ length: 1200 }, (_, index) => `${index}-`.padEnd(900, 'x'));
  const mailboxes = Object.fromEntries(['INBOX', ...names].map((name) => [name, 1]));
  await using server = await startImapServer({ mailboxes });
  const { form } = dashboard;
  await dashboard.open((await startReprise()).url);
  await dashboard.fillForm({ ...accountOn(server, 'Work'), mailboxes: ['Missing'] });
  await dashboard.testConnection();
  await expect(form).toContainText('… and more, which are not listed. Type the names of those.');
});
