/** The CA file of an account: known as stored when it is edited, replaced, and removed. */
import { expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOn } from '../../fixtures/browser/typed-accounts.ts';

test('a stored CA file is named, can be replaced, and can be removed', async ({
  opened: dashboard,
  server,
}) => {
  const { form } = dashboard;
  const field = form.getByLabel('CA certificate file');
  /** What the browser's own control says, which is what is heard of it as well. */
  const shownFile = () => field.evaluate((input: HTMLInputElement) => input.files?.[0]?.name);
  const choose = (name: string, pem: string) =>
    field.setInputFiles({
      name,
      mimeType: 'application/x-pem-file',
      buffer: Buffer.from(pem),
    });
  await dashboard.addAccount(accountOn(server, 'Work'));

  await dashboard.choose('Work', 'Edit…');
  expect(await shownFile()).toBe('ca.pem');
  await expect(field).toHaveAccessibleDescription(
    /Only the certificates in ca\.pem are trusted\. Stored: CN=Reprise demo authority\./,
  );
  // Saved as it is, it stays.
  await form.getByLabel('Name of this account').fill('Home');
  await dashboard.save();
  await expect(form).toBeHidden();
  await expect(dashboard.state('Home', 'INBOX')).toHaveText('Idle');

  await dashboard.choose('Home', 'Edit…');
  await choose('renewed.pem', server.caPem);
  await expect(field).toHaveAccessibleDescription(/Only the certificates in renewed\.pem are/);
  await dashboard.save();
  await expect(form).toBeHidden();

  await dashboard.choose('Home', 'Edit…');
  expect(await shownFile()).toBe('renewed.pem');
  // A dialog that is given up takes nothing back.
  await field.setInputFiles([]);
  expect(await shownFile()).toBe('renewed.pem');
  await form.getByRole('button', { name: 'Remove renewed.pem' }).click();
  await expect(field).toBeFocused();
  expect(await shownFile()).toBeUndefined();
  await expect(field).toHaveAccessibleDescription(/Without one, the certificate authorities/);
  // The stored password is for who that file vouches for.
  await form.getByLabel('Password', { exact: true }).fill(server.password);
  await dashboard.save();
  await expect(form).toBeHidden();
  await expect(dashboard.state('Home', 'INBOX')).toHaveText('Certificate problem');
});
