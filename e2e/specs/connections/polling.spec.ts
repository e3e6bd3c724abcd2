import { startLineServer } from '../../../electron/core/demo/testing/index.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';

const LABEL = 'Old';

test('a server that has no IDLE, and does not count, is polled, and that is said', async ({
  opened: dashboard,
}) => {
  await using server = await startLineServer({
    answers: {
      NAMESPACE: '* NAMESPACE (("INBOX." ".")) NIL (("Public." "."))\n~ OK done',
      LIST: '* LIST () "." INBOX.Sent\n* LIST () "." "R&D"\n~ OK done',
      EXAMINE: '~ OK done',
      IDLE: '~ OK done',
    },
  });
  await dashboard.fillForm({
    label: LABEL,
    user: server.user,
    password: server.password,
    server: server.host,
    port: String(server.port),
    caPem: server.caPem,
    mailboxes: ['INBOX', 'Sent', 'INBOX.Sent', 'R&D', ' Sent '],
  });

  await test.step('the test says which of the mailboxes are one', async () => {
    await dashboard.testConnection();
    const report = dashboard.form.locator('[data-result="ok"]');
    await expect(report).toContainText('“Sent” and “INBOX.Sent” are one mailbox on this server.');
    await expect(report.getByRole('checkbox')).toHaveCount(4);
    await expect(report.getByRole('checkbox', { name: 'INBOX', exact: true })).toBeChecked();
    await expect(report.getByRole('checkbox', { name: 'R&D' })).toBeChecked();
    await dashboard.form
      .getByLabel('Mailboxes to watch')
      .fill(['INBOX', 'INBOX.Sent', 'R&D', ' Sent '].join('\n'));
    await expect(report).not.toContainText('are one mailbox');
    await expect(report).not.toContainText('There is no mailbox');
  });

  await test.step('rows say how they are watched, and drawers when the server was heard', async () => {
    await dashboard.save();
    await expect(dashboard.form).toBeHidden();
    for (const mailbox of ['INBOX', 'INBOX.Sent', 'R&D']) {
      await expect(dashboard.state(LABEL, mailbox)).toHaveText('Polling');
      await expect(dashboard.cell(LABEL, mailbox, 'Messages')).toHaveText('–');
    }
    expect(server.sent('EXAMINE')).toContain('EXAMINE " Sent "');
    await expect(dashboard.account(LABEL)).toContainText('4 of 4');
    await dashboard.row(LABEL, 'R&D').click();
    const drawer = dashboard.drawer(LABEL, 'R&D');
    await expect(drawer).toContainText(/Last heard \d+ (s|min) ago/);
    await expect(drawer).toContainText('it is asked every 2 minutes');
  });
});
