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

  test('with one login process resumes all four mailboxes', async ({ opened: dashboard }) => {
    await using dovecot = await Dovecot.start({ kind: 'one-process' });
    await dashboard.fillForm(accountOnDovecot(dovecot, LABEL));
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
});
