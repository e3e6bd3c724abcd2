import { fault, startImapServer } from '../../../electron/core/demo/testing/index.ts';
import { expectNoViolation } from '../../fixtures/browser/axe.ts';
import { tabTo } from '../../fixtures/browser/keyboard.ts';
import { expect, REFUSED, test } from '../../fixtures/browser/reprise.ts';
import { accountOn } from '../../fixtures/browser/typed-accounts.ts';

test.describe('10: accessibility', () => {
  test('axe finds nothing on any screen, light and dark', async ({
    startReprise,
    dashboard,
    complaints,
  }) => {
    test.slow();
    complaints.expect(REFUSED);
    const reprise = await startReprise();
    const { page } = dashboard;
    await page.goto(reprise.origin);
    await expect(page.getByRole('heading', { name: 'needs the link' })).toBeVisible();
    await expectNoViolation(page, 'page without the link');

    await dashboard.open(reprise.url);
    await expect(page.getByRole('button', { name: 'Start demo servers' })).toBeVisible();
    await expectNoViolation(page, 'first run');

    await dashboard.fillForm({ user: 'ann@gmail.com', password: '', server: '', port: '0' });
    await expectNoViolation(page, 'form');
    await dashboard.save();
    await expect(dashboard.form).toContainText('Enter the password');
    await expectNoViolation(page, 'form with an error');
    await dashboard.form.getByRole('button', { name: 'Cancel' }).click();
    await expect(page.getByRole('button', { name: 'Discard' })).toBeVisible();
    await expectNoViolation(page, 'question');
    await page.getByRole('button', { name: 'Discard' }).click();

    await page.getByRole('button', { name: 'Start demo servers' }).click();
    await expect(dashboard.state('STARTTLS', 'INBOX')).toHaveText('Idle');
    await dashboard.reconnectAll();
    await expect(dashboard.reuse('Issues but refuses', 'INBOX')).toHaveText(/^Refused/);
    await dashboard.reuseSwitch('STARTTLS').click();
    await expect(dashboard.account('STARTTLS')).toContainText('applies to the next connection');
    await expectNoViolation(page, 'dashboard');
    await dashboard.row('TLS 1.2 tickets', 'INBOX').click();
    await expect(dashboard.drawer('TLS 1.2 tickets', 'INBOX')).toBeVisible();
    await expectNoViolation(page, 'drawer');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'More for STARTTLS' }).click();
    await expect(page.getByRole('menu')).toBeVisible();
    await expectNoViolation(page, 'menu');
  });

  test('axe finds nothing where things went wrong, light and dark', async ({
    opened: dashboard,
  }) => {
    test.slow();
    await using wrong = await startImapServer();
    await using expired = await startImapServer({ certificate: 'expired' });
    await using closing = await startImapServer({ script: { greeting: fault.close } });
    const { page } = dashboard;
    const cases = [
      { ...accountOn(wrong, 'Wrong password'), password: 'wrong' },
      accountOn(expired, 'Expired'),
      accountOn(closing, 'Closing'),
    ];
    for (const account of cases) {
      await dashboard.fillForm(account);
      await dashboard.save();
      await expect(dashboard.form).toBeHidden();
    }
    await expect(dashboard.state('Wrong password', 'INBOX')).toHaveText('Sign-in failed');
    await expect(dashboard.state('Expired', 'INBOX')).toHaveText('Certificate problem');
    await expect(dashboard.account('Closing')).toContainText('Retrying');
    // The sentence stays while the next attempt runs into the same.
    await expect(dashboard.state('Closing', 'INBOX')).toHaveAttribute('title', /broke off/);
    await expectNoViolation(page, 'dashboard with trouble');
    await dashboard.row('Expired', 'INBOX').click();
    await expect(dashboard.drawer('Expired', 'INBOX')).toContainText('expired on');
    await expectNoViolation(page, 'drawer with trouble');
    await page.keyboard.press('Escape');
    await dashboard.fillForm({ ...accountOn(expired, 'Another'), user: 'bob' });
    await dashboard.testConnection();
    await expect(dashboard.form).toContainText('expired on');
    await expectNoViolation(page, 'form with a failed test');
  });

  test('axe finds nothing where a server keeps refusing, light and dark', async ({
    opened: dashboard,
  }) => {
    test.slow();
    await using server = await startImapServer({ sessions: 'fresh-key', protocol: 'TLSv1.3' });
    const { page } = dashboard;
    await dashboard.addAccount(accountOn(server, 'Work'));
    const item = dashboard.account('Work');
    for (let handshakes = 2; handshakes <= 5; handshakes += 1) {
      await dashboard.reconnectButton('Work', 'INBOX').click();
      await expect(item.getByRole('img')).toHaveAccessibleName(
        new RegExp(`^Last ${handshakes} handshakes`),
      );
      await expect(dashboard.state('Work', 'INBOX')).toHaveText('Idle');
    }
    await expect(item).toContainText('3 of 3 refused');
    await expect(dashboard.reuse('Work', 'INBOX')).toHaveText(
      'Full handshake · server keeps refusing',
    );
    await expectNoViolation(page, 'dashboard with a server that keeps refusing');
    await dashboard.row('Work', 'INBOX').click();
    await expect(dashboard.drawer('Work', 'INBOX')).toContainText('3 of 3 refused');
    await expectNoViolation(page, 'drawer of a server that keeps refusing');
    await page.keyboard.press('Escape');

    const tryNow = item.getByRole('button', { name: 'Try now: offer sessions to Work again' });
    await expect(tryNow).toHaveText('Try now');
    await page.getByRole('button', { name: /^Attention: / }).click();
    const list = page.getByRole('dialog', { name: 'Needs attention' });
    await expect(list).toContainText('Work');
    await expectNoViolation(page, 'attention to a server that keeps refusing');
  });

  test('the main path works by keyboard alone', async ({ opened: dashboard }) => {
    await using server = await startImapServer({ mailboxes: { INBOX: 3 } });
    const { page, form } = dashboard;
    const { keyboard } = page;
    const tabToNamed = (role: 'button' | 'switch' | 'textbox', name: string) =>
      tabTo(page.getByRole(role, { name, exact: true }));

    await tabToNamed('button', 'Add account');
    await keyboard.press('Enter');
    await expect(form.getByLabel('Email or user name')).toBeFocused();
    await keyboard.type(server.user);
    await tabToNamed('button', 'Set up manually');
    await keyboard.press('Enter');
    await expect(form.getByLabel('Password', { exact: true })).toBeFocused();
    await keyboard.type(server.password);
    await tabToNamed('textbox', 'Server');
    await keyboard.type(server.host);
    await keyboard.press('Tab');
    await keyboard.press('ControlOrMeta+A');
    await keyboard.type(String(server.port));
    await keyboard.press('Tab');
    await expect(form.getByLabel('Security')).toBeFocused();
    await keyboard.press('Tab');
    await expect(form.getByRole('button', { name: 'Advanced' })).toBeFocused();
    await keyboard.press('Enter');
    await keyboard.press('Tab');
    await expect(form.getByLabel('Mailboxes to watch')).toBeFocused();
    await tabTo(form.getByLabel('CA certificate file'));
    // Asked for before the round trip of the next line: keys and the interception reach the page on
    // two ways, and a key that comes first opens a chooser that nobody sees.
    const chooser = page.waitForEvent('filechooser');
    await expect(form.getByLabel('CA certificate file')).toBeFocused();
    await keyboard.press('Enter');
    await (
      await chooser
    ).setFiles({ name: 'ca.pem', mimeType: 'text/plain', buffer: Buffer.from(server.caPem) });
    await tabToNamed('textbox', 'Name of this account');
    await keyboard.press('ControlOrMeta+A');
    await keyboard.type('Work');
    await tabToNamed('button', 'Test connection');
    await keyboard.press('Enter');
    await expect(form).toContainText('Connected and signed in');
    await tabToNamed('button', 'Save');
    await keyboard.press('Enter');
    await expect(form).toBeHidden();
    await expect(dashboard.state('Work', 'INBOX')).toHaveText('Idle');

    await tabToNamed('button', 'Reconnect all');
    await keyboard.press('Enter');
    await expect(dashboard.reuse('Work', 'INBOX')).toHaveText('Resumed · TLS 1.3 ticket');
    await tabToNamed('switch', 'Reuse TLS sessions for Work');
    await keyboard.press('Space');
    await expect(dashboard.reuseSwitch('Work')).not.toBeChecked();
    await tabToNamed('button', 'Reconnect INBOX on Work');
    await keyboard.press('Enter');
    await expect(dashboard.reuse('Work', 'INBOX')).toHaveText('Off');

    const row = dashboard.row('Work', 'INBOX');
    await keyboard.press('Shift+Tab');
    await expect(row).toBeFocused();
    await keyboard.press('Enter');
    const drawer = dashboard.drawer('Work', 'INBOX');
    await expect(drawer).toBeVisible();
    await keyboard.press('Escape');
    await expect(drawer).toBeHidden();
    await expect(row).toBeFocused();
  });
});
