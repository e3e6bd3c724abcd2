import { mkdir, rename, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startImapServer } from '../../../electron/core/demo/testing/index.ts';
import { HeldAnswers } from '../../fixtures/browser/held-answers.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOn } from '../../fixtures/browser/typed-accounts.ts';

const LABEL = 'Work';
const OTHER = 'Other';

test.describe('2: the switch of an account', () => {
  test('off offers nothing, on begins anew, and other accounts stay connected', async ({
    opened: dashboard,
  }) => {
    await using server = await startImapServer({ mailboxes: { INBOX: 3, Archive: 5 } });
    await using other = await startImapServer();
    const account = accountOn(server, LABEL);
    await dashboard.addAccount(account);
    await dashboard.addAccount(accountOn(other, OTHER));
    const reconnect = async () => {
      const { connections } = server.stats();
      await dashboard.choose(LABEL, 'Reconnect');
      await server.until(
        (server) => server.stats().connections === connections + 2 && server.idling.length === 2,
      );
    };
    const bothRead = async (text: string | RegExp) => {
      for (const mailbox of ['INBOX', 'Archive']) {
        await expect(dashboard.reuse(LABEL, mailbox)).toHaveText(text);
        await expect(dashboard.state(LABEL, mailbox)).toHaveText('Idle');
      }
    };
    const untouched = other.stats();

    await reconnect();
    await bothRead('Resumed · TLS 1.3 ticket');

    await dashboard.reuseSwitch(LABEL).click();
    await expect(dashboard.reuseSwitch(LABEL)).not.toBeChecked();
    await expect(dashboard.account(LABEL)).toContainText(/\d sessions? forgotten/);
    await expect(dashboard.account(LABEL)).toContainText('applies to the next connection');
    const { offered, full } = server.stats();
    await dashboard.account(LABEL).getByRole('button', { name: 'Reconnect now' }).click();
    await bothRead('Off');
    await expect(dashboard.account(LABEL)).not.toContainText('applies to the next connection');
    await reconnect();
    await bothRead('Off');
    expect(server.stats()).toMatchObject({ offered, full: full + 4 });

    await dashboard.reuseSwitch(LABEL).click();
    await expect(dashboard.reuseSwitch(LABEL)).toBeChecked();
    await dashboard.reconnectButton(LABEL, 'INBOX').click();
    await expect(dashboard.reuse(LABEL, 'INBOX')).toHaveText('Full handshake · nothing held yet');
    expect(server.stats().offered).toBe(offered);
    await reconnect();
    await bothRead('Resumed · TLS 1.3 ticket');
    expect(server.stats().offered).toBeGreaterThan(offered);

    expect(other.stats()).toEqual(untouched);
    expect(other.idling).toEqual(['INBOX']);
    await expect(dashboard.state(OTHER, 'INBOX')).toHaveText('Idle');
  });

  test('moves at once, stays when the engine agrees, and goes back when it does not', async ({
    context,
    startReprise,
    dashboard,
    dataDir,
  }) => {
    const answers = await HeldAnswers.of(context, 'setReuse');
    await using server = await startImapServer();
    const { page } = dashboard;
    await dashboard.open((await startReprise({ dataDir })).url);
    await dashboard.addAccount(accountOn(server, LABEL));
    const toggle = dashboard.reuseSwitch(LABEL);

    // Whatever the engine will say: in the way of the new file there is a folder.
    await rename(join(dataDir, 'accounts.json'), join(dataDir, 'aside'));
    await mkdir(join(dataDir, 'accounts.json'));
    await toggle.click();
    await expect(toggle).not.toBeChecked();
    await answers.untilHeld();
    await expect(toggle).not.toBeChecked();
    answers.release();
    await expect(page.getByText(`Could not switch reuse off for ${LABEL}`)).toBeVisible();
    await expect(toggle).toBeChecked();

    await rmdir(join(dataDir, 'accounts.json'));
    await rename(join(dataDir, 'aside'), join(dataDir, 'accounts.json'));
    await toggle.click();
    await expect(dashboard.account(LABEL)).toContainText('forgotten');
    await expect(toggle).not.toBeChecked();
  });
});
