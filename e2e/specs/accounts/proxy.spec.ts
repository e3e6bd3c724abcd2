/** What a person sees of a proxy: chosen for the program, for one account, and what it refuses. */
import type { Locator, Page } from 'playwright/test';
import { TestProxy } from '../../../electron/core/proxy/testing/test-proxy.ts';
import { expectNoViolation } from '../../fixtures/browser/axe.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOn } from '../../fixtures/browser/typed-accounts.ts';

const SIGN_IN = { user: 'ann', password: 'of-the-proxy-alone' };
const ABROAD = 'imap.company.example';

const settings = (page: Page): Locator => page.getByRole('form', { name: 'Proxy' });

async function fillProxy(within: Locator, { port }: TestProxy, kind: string): Promise<void> {
  await within.getByLabel('Proxy', { exact: true }).selectOption(kind);
  await within.getByLabel('Proxy server').fill('127.0.0.1');
  await within.getByLabel('Proxy port').fill(String(port));
}

test('Settings has the proxy of the program, and the drawer shows it in place of DNS and TCP', async ({
  opened: dashboard,
  server,
}) => {
  await using proxy = await TestProxy.start({ kind: 'socks5', signIn: SIGN_IN });
  const { page } = dashboard;
  await page.setViewportSize({ width: 900, height: 600 });
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  const form = settings(page);
  await expect(form.getByLabel('Proxy', { exact: true })).toHaveValue('none');
  await fillProxy(form, proxy, 'SOCKS5');
  await form.getByLabel('Proxy user name').fill(SIGN_IN.user);
  await form.getByRole('button', { name: 'Use this proxy' }).click();
  await expect(form.getByText('Enter the password of the proxy.')).toBeVisible();
  await expectNoViolation(page, 'a proxy without its password');
  await form.getByLabel('Proxy password', { exact: true }).fill(SIGN_IN.password);
  await form.getByLabel('Proxy password', { exact: true }).press('Enter');
  const used = form.getByRole('button', { name: 'Use this proxy' });
  await expect(used).toBeDisabled();
  await expect(form.getByLabel('Proxy password', { exact: true })).toHaveValue('');
  await page.getByRole('button', { name: 'Close settings' }).click();

  await dashboard.fillForm({ ...accountOn(server, 'Company'), server: ABROAD });
  await dashboard.form.getByLabel('Server name for the certificate').fill('localhost');
  await expect(dashboard.form.getByLabel('Proxy', { exact: true })).toContainText(
    'As the program (SOCKS5, 127.0.0.1)',
  );
  await dashboard.save();
  await expect(dashboard.state('Company', 'INBOX')).toHaveText('Idle');
  await dashboard.row('Company', 'INBOX').getByRole('cell').first().click();
  const drawer = dashboard.drawer('Company', 'INBOX');
  await expect(drawer.getByText('Proxy', { exact: true })).toBeVisible();
  await expect(drawer.getByText('DNS', { exact: true })).toHaveCount(0);
  expect(new Set(proxy.asked)).toEqual(new Set([`${ABROAD}:${String(server.port)}`]));
  await page.keyboard.press('Escape');

  // Another choice applies at once, and the account goes that way.
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await form.getByLabel('Proxy', { exact: true }).selectOption('None');
  await expect(form.getByLabel('Proxy server')).toHaveCount(0);
  await page.getByRole('button', { name: 'Close settings' }).click();
  await expect(dashboard.state('Company', 'INBOX')).not.toHaveText('Idle');
});

test('an account has a proxy of its own, whose refusals have their sentences', async ({
  opened: dashboard,
  server,
}) => {
  await using refuses = await TestProxy.start({
    kind: 'http',
    instead: { bytes: 'HTTP/1.1 403 Forbidden\r\n\r\n' },
  });
  await using proxy = await TestProxy.start({ kind: 'http', signIn: SIGN_IN });
  const { page, form } = dashboard;
  await page.setViewportSize({ width: 900, height: 600 });
  await dashboard.fillForm({ ...accountOn(server, 'Company'), server: ABROAD });
  await form.getByLabel('Server name for the certificate').fill('localhost');
  await fillProxy(form, refuses, 'HTTP (CONNECT)');
  await dashboard.testConnection();
  await expect(form.getByText('Proxies often allow port 443 only')).toBeVisible();
  await expectNoViolation(page, 'the form with a proxy');

  await fillProxy(form, proxy, 'HTTP (CONNECT)');
  await form.getByLabel('Proxy user name').fill('a:b');
  await form.getByLabel('Proxy password', { exact: true }).fill('wrong');
  await dashboard.save();
  await expect(form.getByText('cannot have a colon in it')).toBeVisible();
  await expect(form.getByLabel('Proxy', { exact: true })).toBeFocused();
  await form.getByLabel('Proxy user name').fill(SIGN_IN.user);
  await dashboard.testConnection();
  await expect(form.getByText('did not accept its user name or password')).toBeVisible();
  await form.getByLabel('Proxy password', { exact: true }).fill(SIGN_IN.password);
  await dashboard.save();
  await expect(dashboard.state('Company', 'INBOX')).toHaveText('Idle');

  // The password stays, for this proxy.
  await dashboard.choose('Company', 'Edit…');
  await dashboard.unfold();
  await expect(form.getByLabel('Proxy password', { exact: true })).toHaveAttribute(
    'placeholder',
    'unchanged',
  );
  await form.getByLabel('Proxy port').fill('1');
  await dashboard.save();
  await expect(form.getByText('Type the password of the proxy again')).toBeVisible();
  await dashboard.discardForm();
});
