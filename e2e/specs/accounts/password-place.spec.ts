/** A stored password is for the place that it was typed for: another one wants it typed again. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startImapServer } from '../../../electron/core/demo/testing/index.ts';
import { expectNoViolation } from '../../fixtures/browser/axe.ts';
import { tabTo } from '../../fixtures/browser/keyboard.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOn } from '../../fixtures/browser/typed-accounts.ts';

const LABEL = 'Work';
const TYPE_AGAIN = /Type the password again: it was for 127\.0\.0\.1\./;

test('a stored password stays for its place, and is to be typed again for another one', async ({
  opened: dashboard,
  server,
}) => {
  await using other = await startImapServer();
  const { page, form } = dashboard;
  const password = form.getByLabel('Password', { exact: true });
  const host = form.getByLabel('Server', { exact: true });
  await dashboard.addAccount(accountOn(server, LABEL));
  await dashboard.choose(LABEL, 'Edit…');

  const chooseCa = (pem: string) =>
    form.getByLabel('CA certificate file').setInputFiles({
      name: 'ca.pem',
      mimeType: 'application/x-pem-file',
      buffer: Buffer.from(pem),
    });
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

  await test.step('so it is for another port, way, user or trust', async () => {
    const port = form.getByLabel('Port');
    const security = form.getByLabel('Security');
    const user = form.getByLabel('Email or user name');
    const expectAsked = async (was: string) => {
      await expect(password).toHaveAttribute('placeholder', 'type it again');
      const why = `Type the password again: it was for ${was}.`;
      await expect(password).toHaveAccessibleDescription(new RegExp(why.replaceAll('.', '\\.')));
    };
    await port.fill('1993');
    await expectAsked(`port ${String(server.port)} of 127.0.0.1`);
    // Cleared, to type another one: nothing is known yet.
    await port.fill('');
    await expectUnchanged();
    await port.fill(String(server.port));
    await security.selectOption('STARTTLS (required)');
    await expectAsked('127.0.0.1 over TLS');
    await security.selectOption('TLS');
    await user.fill('somebody@else.example');
    await expectAsked(`the user ${server.user}`);
    await user.fill(server.user);
    await expectUnchanged();
    await form.getByRole('button', { name: 'Remove ca.pem' }).click();
    await expectAsked('a server that another CA file vouches for');
    await dashboard.testConnection();
    await expect(password).toBeFocused();
    await expect(password).toHaveAttribute('aria-invalid', 'true');
    await expectNoViolation(page);
    await chooseCa(server.caPem);
    await expect(password).toHaveAttribute('aria-invalid', 'false');
  });

  await test.step('not for the certificates that are stored, out of whatever file', async () => {
    await dashboard.testConnection();
    await expect(form).toContainText('Connected and signed in');
  });

  await test.step('neither Test nor Save sends it to the other server', async () => {
    const logins = server.loginAttempts.length;
    await form.getByLabel('Port').fill(String(other.port));
    await host.fill('localhost');
    for (const press of [() => dashboard.testConnection(), () => dashboard.save()]) {
      await press();
      await expect(password).toBeFocused();
      await expect(password).toHaveAttribute('aria-invalid', 'true');
      await expect(form.getByText(TYPE_AGAIN)).toHaveCount(1);
      await host.fill('127.0.0.1');
      await expect(password).toHaveAttribute('aria-invalid', 'false');
      await expect(password).toHaveAttribute('placeholder', 'type it again');
      await host.fill('localhost');
    }
    expect(other.stats().connections).toBe(0);
    expect(server.loginAttempts).toHaveLength(logins);
  });

  await test.step('typed again, by keyboard, it goes there', async () => {
    await chooseCa(other.caPem);
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

test('a stored password for another place than the account has is asked for before anything is pressed', async ({
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
