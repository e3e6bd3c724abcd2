/**
 * Texts of strangers with marks in them that are not seen and turn words around: in a certificate, a
 * label, a mailbox, a server's line. Everywhere that they come to, they are shown as what they are.
 */
import {
  createAuthority,
  startImapServer,
  type ImapServer,
} from '../../electron/core/demo/testing/index.ts';
import { follow } from '../fixtures/program/engine-client.ts';
import type { AccountInput } from '../../shared/model.ts';
import { expect, test } from '../fixtures/browser/reprise.ts';

/** Reads “exe.gnp” where “png.exe” is written. */
const TURNED = '\u202Egnp.\u2066exe\u2069\u200B';
const SHOWN = '<U+202E>gnp.<U+2066>exe<U+2069><U+200B>';

/** Whatever is not seen, but for the page's own isolates and its layout. */
const HIDDEN = String.raw`[\u200B\u200E\u200F\u202A-\u202E\u2066\u2067]`;

function inputFor(server: ImapServer, changes: Partial<AccountInput>): AccountInput {
  const { user, password, host, port, security, servername, caPem: pem } = server;
  const trust = { kind: 'ca', fileName: `ca${TURNED}.pem`, pem } as const;
  const where = { user, password, host, port, security, servername, trust };
  return { label: '', ...where, mailboxes: ['INBOX'], ...changes };
}

test('nothing hides on any screen, in a file, or on the terminal', async ({
  startReprise,
  dashboard,
  dataDir,
}) => {
  test.slow();
  const authority = await createAuthority(`Authority ${TURNED}`);
  await using server = await startImapServer({ authority });
  await using untrusted = await startImapServer({ authority, user: `ada${TURNED}@example.org` });
  const reprise = await startReprise({ dataDir });
  const { engine, until } = await follow(reprise);
  const mailboxes = ['INBOX', `Sent ${TURNED}`];
  const { id } = await engine.addAccount(inputFor(server, { label: `Work ${TURNED}`, mailboxes }));
  await engine.addAccount(
    inputFor(untrusted, {
      label: `Stopped ${TURNED}`,
      trust: { kind: 'system' },
      host: 'local\u200Bhost',
    }),
  );
  const state = await until(
    ({ connections }) =>
      connections.some((it) => it.state.kind === 'idle') &&
      connections.some((it) => it.state.kind === 'failed') &&
      connections.some((it) => it.state.kind === 'certificate-problem'),
  );

  await test.step('on every screen, in text and in names', async () => {
    await dashboard.open(reprise.url);
    const { page } = dashboard;
    const look = async (where: string) => {
      const found = await page.evaluate((pattern) => {
        const hidden = new RegExp(pattern, 'u');
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ALL);
        const texts: string[] = [];
        for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
          if (node instanceof Element) texts.push(...[...node.attributes].map((it) => it.value));
          else texts.push(node.textContent ?? '');
        }
        return texts.filter((text) => hidden.test(text));
      }, HIDDEN);
      expect(found, where).toEqual([]);
    };
    await expect(dashboard.account(`Work ${SHOWN}`)).toBeVisible();
    await look('Connections');
    await page.getByRole('button', { name: `Show the certificate of Stopped ${SHOWN}` }).click();
    await expect(page.getByRole('table', { name: 'Certificate' })).toContainText(SHOWN);
    await look('certificate');
    await page.getByRole('button', { name: 'Leave it stopped' }).click();
    await dashboard.row(`Work ${SHOWN}`, 'INBOX').getByText('INBOX').click();
    await expect(dashboard.drawer(`Work ${SHOWN}`, 'INBOX')).toContainText(SHOWN);
    await look('drawer');
    await page.keyboard.press('Escape');
    for (const screen of ['sessions', 'history', 'settings', 'check']) {
      await page.evaluate((name) => (location.hash = `#/${name}`), screen);
      await expect(page.getByRole('main')).toBeVisible();
      await look(screen);
    }
  });

  await test.step('in files and in what is copied', async () => {
    for (const format of ['json', 'csv'] as const) {
      const { text } = await engine.exportHistory({ range: '1h', account: id, format });
      expect(text).not.toMatch(new RegExp(HIDDEN, 'u'));
    }
    const check = await engine.checkAccountServer(id);
    const { checks } = await until((it) =>
      it.checks.some((one) => one.id === check.id && one.report !== null),
    );
    const report = JSON.stringify(checks.find((it) => it.id === check.id)?.report);
    expect(report).not.toMatch(new RegExp(HIDDEN, 'u'));
    for (const { id: connection } of state.connections) {
      const command = await engine.getOpensslCommand(connection).catch(String);
      expect(command).not.toMatch(new RegExp(HIDDEN, 'u'));
    }
  });

  await engine.removeAccount(id);
  // A page that is left open would miss its engine, and complain.
  await dashboard.page.goto('about:blank');
  await reprise.interrupt();
  expect(reprise.stderr).not.toMatch(new RegExp(HIDDEN, 'u'));
});
