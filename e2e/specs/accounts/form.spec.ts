/** The account form: what it fills in, and how it ends, with an engine that takes its time. */
import { startImapServer } from '../../../electron/core/demo/testing/index.ts';
import { HeldAnswers } from '../../fixtures/browser/held-answers.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOn } from '../../fixtures/browser/typed-accounts.ts';

test('what a provider’s settings filled in goes with the address that brought them', async ({
  opened: dashboard,
}) => {
  const { page, form } = dashboard;
  const address = form.getByLabel('Email or user name');
  const server = form.getByLabel('Server', { exact: true });
  const security = form.getByLabel('Security');
  const port = form.getByLabel('Port');
  await page.getByRole('button', { name: 'Add account', exact: true }).click();
  await address.fill('robin@gmail.com');
  await address.blur();
  await expect(server).toHaveValue('imap.gmail.com');
  await expect(form).toContainText('app password');
  await form.getByLabel('Password', { exact: true }).fill('of the company');

  // Entered in the field itself, and never left before Save.
  await address.fill('robin@company.example');
  await expect(server).toHaveValue('');
  await expect(form).not.toContainText('app password');
  await address.press('Enter');
  await expect(form).toContainText('Enter the name of the server');

  // Another provider's replace them, whatever the case of its name; what was touched stays.
  await address.fill('robin@YAHOO.com');
  await address.blur();
  await expect(server).toHaveValue('imap.mail.yahoo.com');
  await security.selectOption('starttls');
  await expect(port).toHaveValue('143');
  await address.fill('robin@company.example');
  await expect(server).toHaveValue('');
  await expect(security).toHaveValue('starttls');
  await expect(port).toHaveValue('143');
  await server.fill('mail.company.example');
  await address.fill('robin@gmail.com');
  await address.blur();
  await expect(form).toContainText('app password');
  await expect(server).toHaveValue('mail.company.example');
});

test('settings that come late, for an address that is gone by then, fill in nothing', async ({
  context,
  startReprise,
  dashboard,
}) => {
  const answers = await HeldAnswers.of(context, 'suggestSettings');
  const { page, form } = dashboard;
  await dashboard.open((await startReprise()).url);
  await page.getByRole('button', { name: 'Add account', exact: true }).click();
  const address = form.getByLabel('Email or user name');
  await address.fill('robin@gmail.com');
  await address.blur();
  await form.getByLabel('Password', { exact: true }).fill('of the company');
  await answers.untilHeld();
  await address.fill('robin@company.example');
  answers.release();
  await address.blur();
  await form.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(form).toContainText('Enter the name of the server');
  await expect(form.getByLabel('Server', { exact: true })).toHaveValue('');
});

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
