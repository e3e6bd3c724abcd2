/** A certificate that nobody vouches for: shown, agreed to, and stopped at when it changes. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expectNoViolation } from '../../fixtures/browser/axe.ts';
import type { Dashboard } from '../../fixtures/browser/dashboard.ts';
import { Dovecot } from '../../fixtures/servers/dovecot.ts';
import { whyNoDovecot } from '../../fixtures/servers/dovecot-binary.ts';
import { PlainTextTap } from '../../fixtures/network/plain-text-tap.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOnDovecot } from '../../fixtures/browser/typed-accounts.ts';

const missing = whyNoDovecot();
const LABEL = 'Bridge';
const MAILBOXES = ['INBOX', 'Sent'];
const TRUST = 'Trust only this certificate for this account';
const TRUST_NEW = 'Trust only the new certificate';

/** What the form is filled with: no CA file, two mailboxes. */
function typed(dovecot: Dovecot, security: 'TLS' | 'STARTTLS (required)' = 'TLS') {
  const { caPem: _caPem, ...account } = accountOnDovecot(dovecot, LABEL, security);
  return { ...account, mailboxes: MAILBOXES };
}

async function fingerprintOf(dovecot: Dovecot): Promise<string> {
  return new X509Certificate(await readFile(dovecot.certificate.certificateFile)).fingerprint256;
}

/** What Dovecot's own log says: who tried to sign in, and how many connections never did. */
async function seenBy(dovecot: Dovecot): Promise<{ attempts: number; silent: number }> {
  const log = await dovecot.log();
  return {
    // An attempt, successful or not, is logged with the name that was given.
    attempts: log.match(/user=<[^>]/g)?.length ?? 0,
    silent: log.match(/no auth attempts/g)?.length ?? 0,
  };
}

async function expectAll(dashboard: Dashboard, state: string): Promise<void> {
  for (const mailbox of MAILBOXES) {
    await expect(dashboard.state(LABEL, mailbox)).toHaveText(state);
  }
}

test.describe('a certificate that nobody vouches for', () => {
  if (missing !== null) process.stderr.write(`SKIPPED: pin.spec.ts: ${missing}\n`);
  test.skip(missing !== null, missing ?? '');
  test.slow();

  test('is shown before anything is sent, trusted for its account, and missed when it changes', async ({
    opened: dashboard,
  }) => {
    await using dovecot = await Dovecot.start({ kind: 'one-process', selfSigned: true });
    const first = await fingerprintOf(dovecot);
    const { page, form } = dashboard;

    await test.step('the test of the connection shows it, and the server sees no login', async () => {
      await dashboard.fillForm(typed(dovecot));
      await dashboard.testConnection();
      await expect(form).toContainText('self-signed certificate');
      const facts = form.getByRole('table', { name: 'Certificate' });
      await expect(facts).toContainText('CN=mail bridge');
      await expect(facts).toContainText('itself (self-signed)');
      await expect(facts).toContainText('bridge.local');
      await expect(facts).toContainText(first);
      // Two more looked whether it is up, on each of its ports.
      await expect.poll(() => seenBy(dovecot)).toEqual({ attempts: 0, silent: 3 });
    });

    await test.step('trusted, the test goes on and signs in', async () => {
      await form.getByRole('button', { name: TRUST, exact: true }).click();
      await expect(form.getByRole('button', { name: 'Test connection' })).toBeFocused();
      await expect(form).toContainText('Connected and signed in');
      await expect(form.getByRole('group', { name: 'Trusted certificate' })).toContainText(first);
      await dashboard.save();
      await expect(form).toBeHidden();
      await expectAll(dashboard, 'Idle');
    });

    await test.step('its sessions resume', async () => {
      await dashboard.reconnectAll();
      for (const mailbox of MAILBOXES) {
        await expect(dashboard.reuse(LABEL, mailbox)).toHaveText('Resumed · TLS 1.3 ticket');
      }
      await expectAll(dashboard, 'Idle');
    });

    await dovecot.replaceCertificate();
    const second = await fingerprintOf(dovecot);
    const before = await seenBy(dovecot);
    expect(before.attempts).toBeGreaterThan(0);
    const dialog = page.getByRole('dialog', { name: 'Certificate of 127.0.0.1' });

    await test.step('another certificate stops every mailbox, and no login is tried', async () => {
      await dashboard.reconnectAll();
      await expectAll(dashboard, 'Certificate problem');
      await dashboard
        .account(LABEL)
        .getByRole('button', { name: /^Show the certificate/ })
        .click();
      await expect(dialog).toContainText('another certificate than the one that you chose');
      const row = dialog.getByRole('row', { name: /^SHA-256/ });
      await expect(row.getByRole('rowheader')).toHaveText(/differs$/);
      await expect(row.getByRole('cell').first()).toContainText(first);
      await expect(row.getByRole('cell').last()).toContainText(second);
      const subject = dialog.getByRole('row', { name: /^Issued to/ });
      await expect(subject.getByRole('rowheader')).toHaveText('Issued to');
      // Nobody vouches for the new one either.
      await expect(dialog.getByRole('button', { name: 'Use the normal check' })).toBeHidden();
      await expect.poll(async () => (await seenBy(dovecot)).silent).toBeGreaterThan(before.silent);
      expect((await seenBy(dovecot)).attempts).toBe(before.attempts);
      await expectNoViolation(page);
    });

    await test.step('left alone, it stays stopped', async () => {
      await dialog.getByRole('button', { name: 'Leave it stopped' }).click();
      await expect(dialog).toBeHidden();
      await expectAll(dashboard, 'Certificate problem');
    });

    await test.step('the new one is trusted in its place', async () => {
      await dashboard
        .account(LABEL)
        .getByRole('button', { name: /^Show the certificate/ })
        .click();
      const trustNew = dialog.getByRole('button', { name: TRUST_NEW, exact: true });
      const password = dialog.getByLabel('Password', { exact: true });
      const why = /Type the password again: it was for the one certificate that was trusted\./;
      await expect(password).toHaveAccessibleDescription(why);
      // Not with the stored one.
      await trustNew.click();
      await expect(password).toBeFocused();
      await expect(password).toHaveAttribute('aria-invalid', 'true');
      await expect(dialog.getByText(why)).toHaveCount(1);
      await expectNoViolation(page);
      expect((await seenBy(dovecot)).attempts).toBe(before.attempts);
      await page.keyboard.type(typed(dovecot).password);
      await expect(password).toHaveAttribute('aria-invalid', 'false');
      await trustNew.click();
      await expect(dialog).toBeHidden();
      await expectAll(dashboard, 'Idle');
      // Nothing of the time before is offered: the first handshake is a full one.
      await expect(dashboard.connections).toContainText('Full handshake');
    });
  });

  test('is let go where the authorities of the system vouch for the new one', async ({
    startReprise,
    dashboard,
  }) => {
    await using dovecot = await Dovecot.start({ kind: 'one-process' });
    await dovecot.replaceCertificate();
    const reprise = await startReprise({
      env: { NODE_EXTRA_CA_CERTS: dovecot.certificate.caFile },
    });
    const { page, form } = dashboard;
    await dashboard.open(reprise.url);
    await dashboard.fillForm(typed(dovecot));
    await dashboard.testConnection();
    await form.getByRole('button', { name: TRUST, exact: true }).click();
    await expect(form).toContainText('Connected and signed in');
    await dashboard.save();
    await expectAll(dashboard, 'Idle');

    await dovecot.replaceCertificate('authority');
    await dashboard.reconnectAll();
    await expectAll(dashboard, 'Certificate problem');
    await dashboard
      .account(LABEL)
      .getByRole('button', { name: /^Show the certificate/ })
      .click();
    const dialog = page.getByRole('dialog', { name: 'Certificate of 127.0.0.1' });
    const normal = dialog.getByRole('button', { name: 'Use the normal check' });
    await expect(normal).toBeVisible();
    const password = dialog.getByLabel('Password', { exact: true });
    await password.fill(typed(dovecot).password);
    // Which of the two is meant is not for Enter to say.
    await password.press('Enter');
    await normal.click();
    await expect(dialog).toBeHidden();
    await expectAll(dashboard, 'Idle');
    await dashboard.choose(LABEL, 'Edit…');
    await expect(form.getByLabel('CA certificate file')).toBeVisible();
    await expect(form.getByRole('group', { name: 'Trusted certificate' })).toBeHidden();
  });

  test('over STARTTLS hears nothing but STARTTLS until it is trusted, all by keyboard', async ({
    opened: dashboard,
  }) => {
    await using dovecot = await Dovecot.start({ kind: 'one-process', selfSigned: true });
    await using tap = await PlainTextTap.start(dovecot.startTlsPort);
    const { page } = dashboard;
    await dashboard.fillForm({
      ...typed(dovecot, 'STARTTLS (required)'),
      port: String(tap.port),
    });
    await dashboard.save();
    await expect(dashboard.form).toBeHidden();
    await expectAll(dashboard, 'Certificate problem');
    // One mailbox finds it out for both.
    expect(tap.heard).not.toEqual([]);
    for (const heard of tap.heard) {
      expect(heard).toMatch(/^(?:\S+ CAPABILITY\r\n)?\S+ STARTTLS\r\n$/);
    }
    expect((await seenBy(dovecot)).attempts).toBe(0);

    const show = dashboard.account(LABEL).getByRole('button', { name: /^Show the certificate/ });
    await show.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Certificate of 127.0.0.1' });
    const leave = dialog.getByRole('button', { name: 'Leave it stopped' });
    // The harmless answer first.
    await expect(leave).toBeFocused();
    await expectNoViolation(page);
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(show).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(leave).toBeFocused();
    await page.keyboard.press('Tab');
    await expect(dialog.getByRole('button', { name: TRUST, exact: true })).toBeFocused();
    // The password was typed for a server that the system's authorities vouch for.
    await page.keyboard.press('Enter');
    const password = dialog.getByLabel('Password', { exact: true });
    await expect(password).toBeFocused();
    await expect(password).toHaveAccessibleDescription(/that the authorities of your system vouch/);
    expect((await seenBy(dovecot)).attempts).toBe(0);
    await page.keyboard.type(typed(dovecot).password);
    await page.keyboard.press('Enter');
    await expectAll(dashboard, 'Idle');
    await expect(dialog).toBeHidden();
    await expect(page.getByRole('button', { name: `More for ${LABEL}` })).toBeFocused();
  });

  test('stays with its server: another host asks, and it can be removed', async ({
    opened: dashboard,
  }) => {
    await using dovecot = await Dovecot.start({ kind: 'one-process', selfSigned: true });
    const { page, form } = dashboard;
    await dashboard.fillForm(typed(dovecot));
    await dashboard.testConnection();
    await form.getByRole('button', { name: TRUST, exact: true }).click();
    await expect(form).toContainText('Connected and signed in');
    await dashboard.save();
    await expect(form).toBeHidden();
    await expectAll(dashboard, 'Idle');

    const trusted = form.getByRole('group', { name: 'Trusted certificate' });
    await dashboard.choose(LABEL, 'Edit…');
    await expect(trusted).toContainText('of 127.0.0.1');
    await form.getByLabel('Name of this account').fill(`${LABEL} 2`);
    await dashboard.save();
    await expect(form).toBeHidden();
    await expect(dashboard.state(`${LABEL} 2`, 'INBOX')).toHaveText('Idle');

    await dashboard.choose(`${LABEL} 2`, 'Edit…');
    await form.getByLabel('Server', { exact: true }).fill('localhost');
    await expect(trusted).toContainText('which is not the server above');
    await dashboard.save();
    const question = page.getByRole('alertdialog', { name: 'Stop trusting the certificate?' });
    await question.getByRole('button', { name: 'Keep 127.0.0.1' }).click();
    await expect(form.getByLabel('Server', { exact: true })).toHaveValue('127.0.0.1');
    await form.getByLabel('Server', { exact: true }).fill('localhost');
    await form.getByLabel('Password', { exact: true }).fill(typed(dovecot).password);
    await dashboard.testConnection();
    await question.getByRole('button', { name: 'Remove the certificate' }).click();
    await expect(trusted).toBeHidden();
    await expect(form).toContainText('self-signed certificate');
    await form.getByRole('button', { name: TRUST, exact: true }).click();
    await expect(trusted).toContainText('of localhost');
    await expectNoViolation(page);
    await form.getByRole('button', { name: 'Remove the trusted certificate' }).click();
    await expect(trusted).toBeHidden();
    await expect(form.getByLabel('CA certificate file')).toBeFocused();
  });
});
