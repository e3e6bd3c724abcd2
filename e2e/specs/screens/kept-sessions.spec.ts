/** Sessions that outlive the program: the real one, started again and again, and a real Dovecot. */
import { chmod, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keyFileProtector } from '../../../electron/core/storage/key-file.ts';
import {
  KEPT_SESSIONS_FILE,
  machineName,
} from '../../../electron/core/storage/kept-sessions-file.ts';
import { KEPT_ENGINE } from '../../../electron/core/tls/index.ts';
import { openSessions, sealSessions } from '../../../electron/core/tls/kept/kept-format.ts';
import { Dovecot } from '../../fixtures/servers/dovecot.ts';
import { whyNoDovecot } from '../../fixtures/servers/dovecot-binary.ts';
import { DOVECOT_MAILBOXES } from '../../fixtures/servers/dovecot-config.ts';
import type { Dashboard } from '../../fixtures/browser/dashboard.ts';
import { ENGINE_AWAY, expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOnDovecot } from '../../fixtures/browser/typed-accounts.ts';

const missing = whyNoDovecot();
const LABEL = 'Office mail';
const NOTHING_HELD = 'Full handshake · nothing held yet';

/** The setting as it is stored: the settings screen has specs of its own. */
async function wantKept(dataDir: string, keepSessions = true): Promise<void> {
  const settings = { theme: 'system', notifications: false, historyDays: 365, keepSessions };
  await writeFile(
    join(dataDir, 'preferences.json'),
    JSON.stringify({ version: 1, ...settings, forgetOnNetworkChange: false }),
    { mode: 0o600 },
  );
}

const hasFile = async (dataDir: string): Promise<boolean> =>
  (await readdir(dataDir)).includes(KEPT_SESSIONS_FILE);

/** Every mailbox idles, by a handshake of which this is said. */
async function expectAll(dashboard: Dashboard, reuse: string | RegExp): Promise<void> {
  for (const mailbox of DOVECOT_MAILBOXES) {
    await expect(dashboard.state(LABEL, mailbox)).toHaveText('Idle');
    await expect(dashboard.reuse(LABEL, mailbox)).toHaveText(reuse);
  }
}

const thisHome = async () => ({ engine: KEPT_ENGINE, machine: await machineName() });

/** What is in the file, as who has the key of this machine reads it. */
async function peersIn(dataDir: string) {
  if (!(await hasFile(dataDir))) return [];
  const content = await readFile(join(dataDir, KEPT_SESSIONS_FILE));
  const protector = keyFileProtector(dataDir);
  const opened = await openSessions(content, protector, await thisHome(), Date.now());
  if (opened.kind !== 'kept') throw new Error(`The file cannot be used: ${opened.why}.`);
  return [...opened.peers.values()];
}

/** How bytes would look in a file that does not hide them. */
function spellings(text: Buffer): string[] {
  const base64 = text.toString('base64').replace(/=+$/, '');
  return [text.toString('latin1'), text.toString('hex'), base64.slice(2, -2)];
}

test.describe('sessions across restarts, with a real Dovecot', () => {
  if (missing !== null) process.stderr.write(`SKIPPED: kept-sessions.spec.ts: ${missing}\n`);
  test.skip(missing !== null, missing ?? '');
  test.beforeEach(({ complaints }) => {
    complaints.expect(ENGINE_AWAY);
  });

  for (const [protocol, security, badge] of [
    ['TLSv1.3', 'TLS', 'Resumed · TLS 1.3 ticket'],
    ['TLSv1.3', 'STARTTLS (required)', 'Resumed · TLS 1.3 ticket'],
    ['TLSv1.2', 'TLS', 'Resumed · TLS 1.2 ticket'],
  ] as const) {
    test(`the first connections are resumed: ${protocol}, ${security}`, async ({
      startReprise,
      dashboard,
      dataDir,
    }) => {
      // A name that does not come about by chance in what looks like noise.
      const users = { 'ann.of.the.office': 'correct horse' };
      await using dovecot = await Dovecot.start({ kind: 'one-process', protocol, users });
      await wantKept(dataDir);
      const account = accountOnDovecot(dovecot, LABEL, security);
      const before = await startReprise({ dataDir });
      await dashboard.open(before.url);
      await dashboard.addAccount(account);
      await before.interrupt();

      expect((await stat(join(dataDir, KEPT_SESSIONS_FILE))).mode & 0o777).toBe(0o600);
      const sessions = (await peersIn(dataDir)).flatMap((peer) =>
        peer.sessions.map((session) => session.expose()),
      );
      expect(sessions.length).toBeGreaterThan(0);
      const secrets = [
        ...[LABEL, account.user, account.password, dovecot.host, 'localhost', 'Archive'].map(
          (text) => Buffer.from(text),
        ),
        // The first bytes are Node's wrapper, the same for all; keys and tickets are further in.
        ...sessions.flatMap((bytes) => [bytes.subarray(64, 96), bytes.subarray(-32)]),
      ];
      const file = await readFile(join(dataDir, KEPT_SESSIONS_FILE), 'latin1');
      expect(secrets.flatMap(spellings).filter((secret) => file.includes(secret))).toEqual([]);

      const after = await startReprise({ dataDir });
      await dashboard.open(after.url);
      await expectAll(dashboard, badge);
      expect(after.stderr).toBe('');
    });
  }

  test('they come and go with the switch on the settings screen', async ({
    startReprise,
    dashboard,
    dataDir,
  }) => {
    await using dovecot = await Dovecot.start({ kind: 'one-process' });
    const { page } = dashboard;
    const before = await startReprise({ dataDir });
    await dashboard.open(before.url);
    await dashboard.addAccount(accountOnDovecot(dovecot, LABEL));
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
    const keep = page.getByRole('switch', { name: 'Keep sessions when Reprise closes' });
    for (const isOn of [true, false, true]) {
      await keep.click();
      await expect(keep).toBeChecked({ checked: isOn });
      await expect.poll(() => hasFile(dataDir)).toBe(isOn);
    }
    await before.interrupt();
    const after = await startReprise({ dataDir });
    await dashboard.open(after.url);
    await page.getByRole('tab', { name: 'Connections', exact: true }).click();
    await expectAll(dashboard, 'Resumed · TLS 1.3 ticket');
  });

  test('a killed program loses little', async ({ startReprise, dashboard, dataDir }) => {
    await using dovecot = await Dovecot.start({ kind: 'one-process' });
    await wantKept(dataDir);
    const killed = await startReprise({ dataDir });
    await dashboard.open(killed.url);
    await dashboard.addAccount(accountOnDovecot(dovecot, LABEL));
    await expect.poll(() => hasFile(dataDir)).toBe(true);
    await killed.kill();
    const after = await startReprise({ dataDir });
    // Read and removed before it was ready; what it brought anew comes seconds later.
    await dashboard.open(after.url);
    await expectAll(dashboard, 'Resumed · TLS 1.3 ticket');
  });

  test('a damaged file: every kind starts empty and running, with one line in the log', async ({
    startReprise,
    dashboard,
    dataDir,
  }) => {
    test.slow();
    await using dovecot = await Dovecot.start({ kind: 'one-process' });
    await wantKept(dataDir);
    const first = await startReprise({ dataDir });
    await dashboard.open(first.url);
    await dashboard.addAccount({ ...accountOnDovecot(dovecot, LABEL), mailboxes: ['INBOX'] });
    await first.interrupt();
    const path = join(dataDir, KEPT_SESSIONS_FILE);
    const good = await readFile(path);
    const peers = await peersIn(dataDir);
    const home = await thisHome();
    const sealedFor = (otherHome: typeof home) =>
      sealSessions(peers, keyFileProtector(dataDir), otherHome, Date.now());
    const turned = Buffer.from(good);
    turned[good.length >> 1] = (turned[good.length >> 1] ?? 0) ^ 1;
    const damages: Readonly<Record<string, () => Promise<unknown>>> = {
      empty: () => truncate(path, 0),
      truncated: () => truncate(path, good.length - 1),
      'one bit turned': () => writeFile(path, turned),
      'another format': () => writeFile(path, Buffer.concat([good.subarray(0, 16), good])),
      'another engine': async () =>
        writeFile(path, await sealedFor({ ...home, engine: 'boringssl' })),
      'another machine': async () =>
        writeFile(path, await sealedFor({ ...home, machine: 'laptop' })),
      huge: () => truncate(path, 2 ** 40),
      'others can read it': () => chmod(path, 0o644),
      'a folder in its place': async () => {
        await rm(path);
        await mkdir(join(path, 'inside'), { recursive: true });
      },
    };
    for (const [damage, doIt] of Object.entries(damages)) {
      await test.step(damage, async () => {
        await rm(path, { force: true });
        await writeFile(path, good, { mode: 0o600 });
        await doIt();
        const reprise = await startReprise({ dataDir });
        await dashboard.open(reprise.url);
        await expect(dashboard.state(LABEL, 'INBOX')).toHaveText('Idle');
        await expect(dashboard.reuse(LABEL, 'INBOX')).toHaveText(NOTHING_HELD);
        expect(reprise.stderr.split(`No session is taken over from ${path}: `)).toHaveLength(2);
        await expect(dashboard.page.getByRole('alert')).toHaveCount(0);
        await reprise.kill();
      });
    }
  });
});
