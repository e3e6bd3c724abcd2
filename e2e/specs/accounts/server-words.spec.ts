import { startLineServer, type LineServer } from '../../../electron/core/demo/testing/index.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';

const typed = (server: LineServer, label: string) => ({
  label,
  user: server.user,
  password: server.password,
  server: server.host,
  port: String(server.port),
  security: 'TLS' as const,
  mailboxes: ['INBOX'],
  caPem: server.caPem,
});

test.describe('what a server says', () => {
  test('as an alert is on the page until it is read, and once', async ({ opened: dashboard }) => {
    await using server = await startLineServer({
      answers: { RESPONSE: '~ OK [ALERT] Your mailbox moves on Sunday' },
    });
    const notices = dashboard.page.getByRole('log', { name: 'Notices' });
    await dashboard.fillForm(typed(server, 'Work'));
    await dashboard.testConnection();
    await expect(dashboard.form).toContainText('Your mailbox moves on Sunday');
    await dashboard.save();
    await expect(dashboard.state('Work', 'INBOX')).toHaveText('Idle');
    await expect(notices).toContainText('127.0.0.1 has a message for Work.');
    await expect(notices).toContainText('Your mailbox moves on Sunday');
    await notices.getByRole('button', { name: 'Dismiss this notice' }).click();
    await expect(notices).not.toContainText('Sunday');
    server.say('* OK [ALERT] Your mailbox moves on Sunday');
    server.say('* OK [ALERT] Down in five minutes');
    await expect(notices).toContainText('Down in five minutes');
    await expect(notices).not.toContainText('Sunday');
  });

  test('of its own trouble blames no password and is tried again', async ({
    opened: dashboard,
  }) => {
    await using server = await startLineServer({
      answers: { RESPONSE: '~ NO [ALERT] Too many simultaneous connections. (Failure)' },
    });
    await dashboard.fillForm(typed(server, 'Busy'));
    await dashboard.save();
    await expect(dashboard.state('Busy', 'INBOX')).toHaveText(/^Retrying/);
    await dashboard.row('Busy', 'INBOX').click();
    const drawer = dashboard.drawer('Busy', 'INBOX');
    await expect(drawer).toContainText('allows no more connections');
    await expect(drawer).toContainText('NO [ALERT] Too many simultaneous connections. (Failure)');
    await expect(drawer).not.toContainText('password');
  });

  test('of a way to sign in that it does not have, LOGIN is tried', async ({
    opened: dashboard,
  }) => {
    await using server = await startLineServer({
      answers: { AUTHENTICATE: '~ NO Unsupported authentication mechanism.' },
    });
    await dashboard.addAccount(typed(server, 'Old'));
    await expect(dashboard.state('Old', 'INBOX')).toHaveText('Idle');
    expect(server.signIns).toBe(1);
  });
});
