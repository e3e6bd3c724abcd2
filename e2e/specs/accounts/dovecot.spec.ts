import { Dovecot } from '../../fixtures/servers/dovecot.ts';
import { whyNoDovecot } from '../../fixtures/servers/dovecot-binary.ts';
import { DOVECOT_MAILBOXES } from '../../fixtures/servers/dovecot-config.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOnDovecot } from '../../fixtures/browser/typed-accounts.ts';

const missing = whyNoDovecot();
const LABEL = 'Dovecot';

test.describe('3: a real Dovecot, added by hand', () => {
  if (missing !== null) process.stderr.write(`SKIPPED: dovecot.spec.ts: ${missing}\n`);
  test.skip(missing !== null, missing ?? '');

  for (const security of ['TLS', 'STARTTLS (required)'] as const) {
    test(`with one login process resumes all four mailboxes over ${security}`, async ({
      opened: dashboard,
    }) => {
      await using dovecot = await Dovecot.start({ kind: 'one-process' });
      await dashboard.fillForm(accountOnDovecot(dovecot, LABEL, security));
      await dashboard.testConnection();
      await expect(dashboard.form).toContainText('Connected and signed in');
      await expect(dashboard.form).toContainText('TLS 1.3');
      await dashboard.save();
      await expect(dashboard.form).toBeHidden();
      for (const mailbox of DOVECOT_MAILBOXES) {
        await expect(dashboard.state(LABEL, mailbox)).toHaveText('Idle');
      }
      // The test of the connection keeps nothing, so somebody had to go first.
      await expect(dashboard.connections).toContainText('Full handshake · nothing held yet');

      await dashboard.reconnectAll();
      for (const mailbox of DOVECOT_MAILBOXES) {
        await expect(dashboard.reuse(LABEL, mailbox)).toHaveText('Resumed · TLS 1.3 ticket');
        await expect(dashboard.state(LABEL, mailbox)).toHaveText('Idle');
      }
    });
  }

  test('limited to TLS 1.2 resumes by ticket', async ({ opened: dashboard }) => {
    await using dovecot = await Dovecot.start({ kind: 'one-process', protocol: 'TLSv1.2' });
    await dashboard.addAccount(accountOnDovecot(dovecot, LABEL));
    await dashboard.reconnectAll();
    for (const mailbox of DOVECOT_MAILBOXES) {
      await expect(dashboard.reuse(LABEL, mailbox)).toHaveText('Resumed · TLS 1.2 ticket');
    }
  });

  test('in its default configuration refuses', async ({ opened: dashboard }) => {
    await using dovecot = await Dovecot.start({ kind: 'default' });
    await dashboard.addAccount({ ...accountOnDovecot(dovecot, LABEL), mailboxes: ['INBOX'] });
    await expect(dashboard.reuse(LABEL, 'INBOX')).toHaveText('Full handshake · nothing held yet');
    await dashboard.reconnectAll();
    await expect(dashboard.reuse(LABEL, 'INBOX')).toHaveText('Refused · TLS 1.3 ticket');
    await expect(dashboard.state(LABEL, 'INBOX')).toHaveText('Idle');
  });
});
