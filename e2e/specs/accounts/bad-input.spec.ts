import {
  fault,
  startImapServer,
  type ImapServer,
} from '../../../electron/core/demo/testing/index.ts';
import type { Dashboard, TypedAccount } from '../../fixtures/browser/dashboard.ts';
import { freePort } from '../../fixtures/network/ports.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOn } from '../../fixtures/browser/typed-accounts.ts';

const HEALTHY = 'Healthy';

/** Types an account, tests the connection, and gives up on it once `sentence` is on screen. */
async function refused(dashboard: Dashboard, account: TypedAccount, sentence: RegExp) {
  await dashboard.fillForm(account);
  await dashboard.testConnection();
  await expect(dashboard.form).toContainText(sentence);
  await dashboard.discardForm();
}

/** What a healthy server saw must not change by what others do. */
async function untouched(dashboard: Dashboard, server: ImapServer, before: object) {
  await expect(dashboard.state(HEALTHY, 'INBOX')).toHaveText('Idle');
  expect(server.stats()).toEqual(before);
  expect(server.idling).toEqual(['INBOX']);
}

const badAccount = (server: ImapServer) => accountOn(server, 'Bad');

test.describe('6: bad input through the form', () => {
  test('fields that cannot be right are said at the field, and nothing is lost', async ({
    opened: dashboard,
  }) => {
    await using healthy = await startImapServer();
    const account = accountOn(healthy, HEALTHY);
    await dashboard.addAccount(account);
    const before = healthy.stats();

    const cases: [field: string, typed: TypedAccount, sentence: RegExp][] = [
      ['Server', { ...account, server: 'imap example.org' }, /has no spaces/],
      ['Server', { ...account, server: 'imaps://imap.example.org' }, /name alone, without imap:/],
      ['Server', { ...account, server: 'localhost:993' }, /without :993 behind it/],
      ['Server', { ...account, server: '' }, /Enter the name of the server/],
      ['Port', { ...account, port: '0' }, /between 1 and 65535/],
      ['Port', { ...account, port: '70000' }, /between 1 and 65535/],
      ['Port', { ...account, port: 'imap' }, /port number/],
      ['Password', { ...account, password: '' }, /Enter the password/],
      ['Email or user name', { ...account, user: ' ' }, /Enter your e-mail address/],
      ['Email or user name', account, /already/],
      ['Mailboxes to watch', { ...account, mailboxes: [''] }, /at least one mailbox/],
      ['CA certificate file', { ...account, caPem: 'no certificate' }, /ca\.pem/],
    ];
    for (const [field, typed, sentence] of cases) {
      await test.step(`${field}: ${sentence}`, async () => {
        await dashboard.fillForm(typed);
        await dashboard.save();
        const control = dashboard.form.getByLabel(field, { exact: true });
        await expect(control).toHaveAccessibleDescription(sentence);
        await expect(control).toBeFocused();
        await expect(dashboard.form.getByLabel('Name of this account')).toHaveValue(HEALTHY);
        await dashboard.discardForm();
      });
    }
    await expect(dashboard.accounts.getByRole('listitem')).toHaveCount(1);
    await untouched(dashboard, healthy, before);
  });

  test('servers that are not there, or not what they should be', async ({ opened: dashboard }) => {
    test.slow();
    await using healthy = await startImapServer();
    await using plain = await startImapServer({ security: 'starttls' });
    await using noStarttls = await startImapServer({
      security: 'starttls',
      script: { hideStarttls: true },
    });
    await using injecting = await startImapServer({
      security: 'starttls',
      script: { injectAfterStarttls: '* OK ready\r\n' },
    });
    await using expired = await startImapServer({ certificate: 'expired' });
    await using selfSigned = await startImapServer({ certificate: 'self-signed' });
    await using otherName = await startImapServer({ certificate: 'wrong-name' });
    await using full = await startImapServer({
      script: { login: fault.reply('NO [UNAVAILABLE] Please come back later') },
    });
    await dashboard.addAccount(accountOn(healthy, HEALTHY));
    const before = healthy.stats();

    const account = badAccount(healthy);
    const closed = String(await freePort());
    const cases: [what: string, typed: TypedAccount, sentence: RegExp][] = [
      ['no such host', { ...account, server: 'mail.invalid' }, /no server named|looked up/],
      ['wrong port', { ...account, port: closed }, /refuses connections on port/],
      ['plain text', { ...badAccount(plain), security: 'TLS' }, /does not speak TLS.*143/],
      ['no STARTTLS', badAccount(noStarttls), /does not offer STARTTLS/],
      ['injection', badAccount(injecting), /between STARTTLS and TLS/],
      ['expired', badAccount(expired), /expired on \d{4}-\d\d-\d\d/],
      ['self-signed', badAccount(selfSigned), /self-signed/],
      ['another name', badAccount(otherName), /is for .*, not for 127\.0\.0\.1/],
      ['wrong password', { ...account, password: 'wrong' }, /did not accept the user name/],
      ['unavailable', badAccount(full), /Please come back later/],
      ['no mailbox', { ...account, mailboxes: ['INBOX', 'Nowhere'] }, /Nowhere/],
    ];
    for (const [what, typed, sentence] of cases) {
      await test.step(what, () => refused(dashboard, typed, sentence));
    }
    for (const server of [expired, selfSigned, otherName, noStarttls, injecting]) {
      expect(server.loginAttempts).toEqual([]);
    }
    await expect(dashboard.state(HEALTHY, 'INBOX')).toHaveText('Idle');
    // Those that reached the healthy server were tests of the connection, and nothing else.
    expect(healthy.stats().connections - before.connections).toBe(2);
    expect(healthy.idling).toEqual(['INBOX']);
  });

  test('a wrong password that was saved is tried once, for all mailboxes together', async ({
    opened: dashboard,
  }) => {
    await using healthy = await startImapServer();
    await using strict = await startImapServer({ mailboxes: { INBOX: 1, Archive: 1, Sent: 1 } });
    await dashboard.addAccount(accountOn(healthy, HEALTHY));
    const before = healthy.stats();
    await dashboard.fillForm({ ...accountOn(strict, 'Strict'), password: 'wrong' });
    await dashboard.save();
    for (const mailbox of ['INBOX', 'Archive', 'Sent']) {
      await expect(dashboard.state('Strict', mailbox)).toHaveText('Sign-in failed');
    }
    expect(strict.loginAttempts).toHaveLength(1);
    await dashboard.row('Strict', 'INBOX').click();
    await expect(dashboard.drawer('Strict', 'INBOX')).toContainText('Invalid credentials');
    await untouched(dashboard, healthy, before);
  });
});
