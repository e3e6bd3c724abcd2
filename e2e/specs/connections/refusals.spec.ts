import { SessionBreaker, wherever } from '../../fixtures/network/session-breaker.ts';
import { Dovecot } from '../../fixtures/servers/dovecot.ts';
import { whyNoDovecot } from '../../fixtures/servers/dovecot-binary.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOnDovecot } from '../../fixtures/browser/typed-accounts.ts';

const missing = whyNoDovecot();
const LABEL = 'Dovecot';
const TRY_NOW = `Try now: offer sessions to ${LABEL} again`;
/** Words with the time of the next try; a slow machine may have used up a minute of it. */
const sentence = (refusals: number, minutes: RegExp) =>
  new RegExp(
    `This server issues tickets and never takes them up: ${refusals} of ${refusals} refused, next try in ${minutes.source} min\\.`,
  );

test.describe('5: a server that keeps refusing', () => {
  if (missing !== null) process.stderr.write(`SKIPPED: refusals.spec.ts: ${missing}\n`);
  test.skip(missing !== null, missing ?? '');

  test('is offered nothing after the third refusal, says so, and is tried when asked to', async ({
    opened: dashboard,
  }) => {
    test.slow();
    await using refusing = await Dovecot.start({ kind: 'default' });
    await using resuming = await Dovecot.start({ kind: 'one-process' });
    const { page, form } = dashboard;
    const account = { ...accountOnDovecot(refusing, LABEL), mailboxes: ['INBOX'] };
    await dashboard.addAccount(account);
    const item = dashboard.account(LABEL);
    const strip = item.getByRole('img');
    const reconnected = async (handshakes: number) => {
      await expect(strip).toHaveAccessibleName(new RegExp(`^Last ${handshakes} handshakes`));
      await expect(dashboard.state(LABEL, 'INBOX')).toHaveText('Idle');
    };
    for (let refusal = 1; refusal <= 3; refusal += 1) {
      await expect(item).not.toContainText('never takes them up');
      await dashboard.reconnectButton(LABEL, 'INBOX').click();
      await reconnected(1 + refusal);
      await expect(dashboard.reuse(LABEL, 'INBOX')).toHaveText('Refused · TLS 1.3 ticket');
    }
    await expect(item).toContainText(sentence(3, /(10|9)/));

    await dashboard.reconnectButton(LABEL, 'INBOX').click();
    await expect(dashboard.reuse(LABEL, 'INBOX')).toHaveText(
      'Full handshake · server keeps refusing',
    );
    await dashboard.row(LABEL, 'INBOX').click();
    const drawer = dashboard.drawer(LABEL, 'INBOX');
    await expect(drawer).toContainText(sentence(3, /(10|9)/));

    await drawer.getByRole('button', { name: TRY_NOW }).click();
    await expect(dashboard.reuse(LABEL, 'INBOX')).toHaveText('Refused · TLS 1.3 ticket');
    await expect(item).toContainText(sentence(4, /(20|19)/));
    await page.keyboard.press('Escape');

    // The same account, now on a server that resumes: two mailboxes, so that one can follow.
    const other = accountOnDovecot(resuming, LABEL);
    await dashboard.choose(LABEL, 'Edit…');
    await form.getByLabel('Port').fill(other.port);
    await form.getByLabel('Password', { exact: true }).fill(other.password);
    await form.getByLabel('Mailboxes to watch').fill('INBOX\nSent');
    await form.getByLabel('CA certificate file').setInputFiles({
      name: 'ca.pem',
      mimeType: 'application/x-pem-file',
      buffer: Buffer.from(other.caPem ?? ''),
    });
    await dashboard.save();
    await expect(form).toBeHidden();
    // By itself: nothing was held for that server, so one went first and the other resumed.
    await expect(dashboard.connections).toContainText('Resumed · TLS 1.3 ticket');
    await expect(item).not.toContainText('never takes them up');
    await dashboard.reconnectAll();
    for (const mailbox of ['INBOX', 'Sent']) {
      await expect(dashboard.reuse(LABEL, mailbox)).toHaveText('Resumed · TLS 1.3 ticket');
      await expect(dashboard.state(LABEL, mailbox)).toHaveText('Idle');
    }
  });

  test('is told from a way that breaks when a session is offered', async ({
    opened: dashboard,
  }) => {
    test.slow();
    await using dovecot = await Dovecot.start({ kind: 'one-process' });
    await using way = await SessionBreaker.start(dovecot.tlsPort, wherever('reset'));
    const account = accountOnDovecot(dovecot, LABEL);
    await dashboard.addAccount({ ...account, port: String(way.port), mailboxes: ['INBOX'] });
    const item = dashboard.account(LABEL);
    for (let broken = 1; broken <= 3; broken += 1) {
      await expect(dashboard.state(LABEL, 'INBOX')).toHaveText('Idle');
      await expect(item).not.toContainText('breaks off');
      await dashboard.reconnectButton(LABEL, 'INBOX').click();
      // One that failed and a full one, beside the very first.
      await expect(item.getByRole('img')).toHaveAccessibleName(
        new RegExp(`^Last ${1 + 2 * broken} handshakes`),
      );
      await expect(dashboard.reuse(LABEL, 'INBOX')).toHaveText(
        'Full handshake · the one before broke off over a session',
      );
    }
    await expect(item).toContainText(
      /The connection breaks off when a session is offered: 3 of the last 3 did, and worked without one, next try in (10|9) min\./,
    );
    await dashboard.reconnectButton(LABEL, 'INBOX').click();
    await expect(dashboard.reuse(LABEL, 'INBOX')).toHaveText(
      'Full handshake · server keeps refusing',
    );
    expect(way.broken).toBe(3);
  });
});
