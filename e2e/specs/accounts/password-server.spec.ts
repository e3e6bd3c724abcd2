/** A stored password is for the server that it was typed for: another one wants it typed again. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startImapServer } from '../../../electron/core/demo/testing/index.ts';
import { expectNoViolation } from '../../fixtures/browser/axe.ts';
import { tabTo } from '../../fixtures/browser/keyboard.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOn } from '../../fixtures/browser/typed-accounts.ts';

const LABEL = 'Work';
const TYPE_AGAIN = /Type the password again: it was for 127\.0\.0\.1\./;

test('a stored password stays for its server, and is to be typed again for another one', async ({
  opened: dashboard,
  server,
}) => {
  await using other = await startImapServer();
  const { page, form } = dashboard;
  const password = form.getByLabel('Password', { exact: true });
  const host = form.getByLabel('Server', { exact: true });
  await dashboard.addAccount(accountOn(server, LABEL));
  await dashboard.choose(LABEL, 'Edit…');

  const expectUnchanged = async () => {
    await expect(password).toHaveAttribute('placeholder', 'unchanged');
    await expect(password).toHaveAttribute('aria-required', 'false');
    await expect(password).not.toHaveAccessibleDescription(TYPE_AGAIN);
  };
  await expectUnchanged();

  await test.step('it is said before anything is pressed, to those who only hear it too', async () => {
    await host.fill('localhost');
    await expect(password).toHaveAttribute('placeholder', 'type it again');
    await expect(password).toHaveAttribute('aria-required', 'true');
    await expect(password).toHaveAccessibleDescription(TYPE_AGAIN);
    await expect(
      form.locator('[aria-live="polite"]').filter({ hasText: TYPE_AGAIN }),
    ).toBeVisible();
    await expectNoViolation(page);
    await host.fill('127.0.0.1');
    await expectUnchanged();
  });

  await test.step('neither Test nor Save sends it to the other server', async () => {
    await form.getByLabel('Port').fill(String(other.port));
    await host.fill('localhost');
    for (const press of [() => dashboard.testConnection(), () => dashboard.save()]) {
      await press();
      await expect(password).toBeFocused();
      await expect(password).toHaveAttribute('aria-invalid', 'true');
      await expect(form.getByText(TYPE_AGAIN)).toHaveCount(1);
      await host.fill('127.0.0.1');
      await expectUnchanged();
      await expect(password).toHaveAttribute('aria-invalid', 'false');
      await host.fill('localhost');
    }
    expect(other.stats().connections).toBe(0);
    expect(server.loginAttempts).toHaveLength(server.mail.list().length);
  });

  await test.step('typed again, by keyboard, it goes there', async () => {
    await form.getByLabel('CA certificate file').setInputFiles({
      name: 'ca.pem',
      mimeType: 'application/x-pem-file',
      buffer: Buffer.from(other.caPem),
    });
    await host.focus();
    await page.keyboard.press('Shift+Tab');
    await expect(form.getByRole('button', { name: 'Show password' })).toBeFocused();
    await page.keyboard.press('Shift+Tab');
    await expect(password).toBeFocused();
    await page.keyboard.type(other.password);
    await tabTo(form.getByRole('button', { name: 'Save', exact: true }));
    await page.keyboard.press('Enter');
    await expect(form).toBeHidden();
    await expect(dashboard.state(LABEL, 'INBOX')).toHaveText('Idle');
    expect(other.loginAttempts.length).toBeGreaterThan(0);
  });
});

test('a stored password for another server than the account has is asked for before anything is pressed', async ({
  startReprise,
  dataDir,
  dashboard,
  server,
}) => {
  const { page, form } = dashboard;
  const first = await startReprise({ dataDir });
  await dashboard.open(first.url);
  await dashboard.addAccount(accountOn(server, LABEL));
  await expect(dashboard.state(LABEL, 'INBOX')).toHaveText('Idle');
  await page.goto('about:blank');
  await first.interrupt();
  // As after a kill when one of the two files of an edit is written.
  const path = join(dataDir, 'accounts.json');
  const settings = await readFile(path, 'utf8');
  await writeFile(path, settings.replace(/(?<="host": ?")127\.0\.0\.1(?=")/, 'localhost'));
  const { url } = await startReprise({ dataDir });
  await dashboard.open(url);
  await dashboard.choose(LABEL, 'Edit…');

  const password = form.getByLabel('Password', { exact: true });
  await expect(password).toHaveAttribute('placeholder', 'type it again');
  await expect(password).toHaveAttribute('aria-required', 'true');
  await expect(password).toHaveAccessibleDescription(TYPE_AGAIN);
  await form.getByLabel('Server', { exact: true }).fill('127.0.0.1');
  await expect(password).toHaveAttribute('placeholder', 'unchanged');
  await dashboard.save();
  await expect(form).toBeHidden();
  await expect(dashboard.state(LABEL, 'INBOX')).toHaveText('Idle');
});
