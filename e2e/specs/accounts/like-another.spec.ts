/** New accounts out of what is there: another account, or a link to a mailbox. */
import { expectNoViolation } from '../../fixtures/browser/axe.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOn } from '../../fixtures/browser/typed-accounts.ts';

test('a duplicate has every setting but the password, and a name of its own', async ({
  opened: dashboard,
  server,
}) => {
  const { page, form } = dashboard;
  await dashboard.addAccount(accountOn(server, 'Work'));
  await dashboard.reuseSwitch('Work').click();
  await expect(dashboard.reuseSwitch('Work')).not.toBeChecked();
  await dashboard.choose('Work', 'Duplicate…');
  const user = form.getByLabel('Email or user name');
  const password = form.getByLabel('Password', { exact: true });
  await expect(page.getByRole('dialog', { name: 'Duplicate Work' })).toBeVisible();
  await expect(user).toBeFocused();
  await expect(user).toHaveValue(server.user);
  await expect(form.getByLabel('Server', { exact: true })).toHaveValue(server.host);
  await expect(form.getByLabel('Port')).toHaveValue(String(server.port));
  await expect(form.getByLabel('Mailboxes to watch')).toHaveValue(
    server.mail
      .list()
      .map(({ name }) => name)
      .join('\n'),
  );
  await expect(form.getByLabel('CA certificate file')).toHaveAccessibleDescription(
    /Only the certificates in ca\.pem are trusted\. Stored/,
  );
  await expect(form.getByLabel('Name of this account')).toHaveValue('Work (copy)');
  await expect(password).toHaveValue('');
  await expect(password).toHaveAttribute('aria-required', 'true');
  await expectNoViolation(page, 'a duplicate');

  // The same user on the same server is the same account.
  await password.fill(server.password);
  await dashboard.save();
  await expect(user).toBeFocused();
  await expect(user).toHaveAccessibleDescription(/already/);
  // As another name of the same machine it is another server.
  await form.getByLabel('Server', { exact: true }).fill('localhost');
  await dashboard.testConnection();
  await expect(form).toContainText('Connected and signed in');
  await dashboard.save();
  await expect(form).toBeHidden();
  await expect(dashboard.state('Work (copy)', 'INBOX')).toHaveText('Idle');
  await expect(dashboard.reuseSwitch('Work (copy)')).not.toBeChecked();

  await dashboard.choose('Work', 'Duplicate…');
  await expect(form.getByLabel('Name of this account')).toHaveValue('Work (copy 2)');
});

test('a link to a mailbox fills in the fields, and its password is not to be read', async ({
  context,
  opened: dashboard,
  server,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const { page, form } = dashboard;
  const user = form.getByLabel('Email or user name');
  const password = form.getByLabel('Password', { exact: true });
  const host = form.getByLabel('Server', { exact: true });
  const port = form.getByLabel('Port');
  const visibleText = () =>
    form
      .locator('input:not([type="password"]), textarea')
      .evaluateAll((fields) => fields.map((field) => (field as HTMLInputElement).value).join(' '));

  await test.step('pasted, with everything in it', async () => {
    await dashboard.openAddForm();
    const secret = encodeURIComponent(server.password);
    const link = `imaps://${encodeURIComponent(server.user)}:${secret}@127.0.0.1:${server.port}/INBOX`;
    await page.evaluate((text) => navigator.clipboard.writeText(text), link);
    await page.keyboard.press('ControlOrMeta+V');
    await expect(form.getByRole('status')).toHaveText('Filled in from the link.');
    await expect(user).toHaveValue(server.user);
    await expect(host).toHaveValue('127.0.0.1');
    await expect(port).toHaveValue(String(server.port));
    await expect(form.getByLabel('Security')).toHaveValue('tls');
    await expect(password).toHaveValue(server.password);
    await expect(password).toHaveAttribute('type', 'password');
    await expect(password).toBeFocused();
    expect(await visibleText()).not.toContain(server.password);
    await expectNoViolation(page, 'filled in from a link');
    await dashboard.testConnection();
    await form.getByRole('button', { name: /^Trust only this certificate/ }).click();
    await expect(form).toContainText('Connected and signed in');
    await dashboard.discardForm();
  });

  await test.step('without a user, to a mailbox, by STARTTLS: the mailbox is unfolded', async () => {
    await dashboard.openAddForm();
    await user.fill('imap://[2001:db8::1]/Lists/Team%20A');
    await expect(user).toBeFocused();
    await expect(host).toHaveValue('2001:db8::1');
    await expect(port).toHaveValue('143');
    await expect(form.getByLabel('Security')).toHaveValue('starttls');
    await expect(form.getByLabel('Mailboxes to watch')).toHaveValue('Lists/Team A');
    await dashboard.discardForm();
  });

  await test.step('typed letter by letter, it is read when it is whole', async () => {
    await dashboard.openAddForm();
    await page.keyboard.type('imaps://robin@mail.example.org');
    await expect(host).toBeHidden();
    await page.keyboard.press('Enter');
    await expect(host).toHaveValue('mail.example.org');
    await expect(user).toHaveValue('robin');
    await dashboard.discardForm();
  });

  await test.step('that is none, it is said at the field, and its password is gone from there', async () => {
    await dashboard.openAddForm();
    await user.fill('imaps://robin:very%20secret@mail..example.org/INBOX');
    await expect(user).toHaveAccessibleDescription(/a dot too many/);
    await expect(user).toBeFocused();
    await expect(user).toHaveValue('imaps://robin@mail..example.org/INBOX');
    await user.fill('pop3://robin:secret@mail.example.org');
    await expect(user).toHaveAccessibleDescription(/begins with imaps:\/\/ or imap:\/\//);
    await expect(user).toHaveValue('pop3://robin@mail.example.org');
    await expectNoViolation(page, 'a link that is none');
  });
});
