import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as passed } from 'node:timers/promises';
import { KINDS } from '../../../electron/core/history/row.ts';
import type { Dashboard } from '../../fixtures/browser/dashboard.ts';
import { whyNoDovecot } from '../../fixtures/servers/dovecot-binary.ts';
import { DOVECOT_MAILBOXES } from '../../fixtures/servers/dovecot-config.ts';
import { Dovecot } from '../../fixtures/servers/dovecot.ts';
import { whyNoNamespaces } from '../../fixtures/network/network-namespace.ts';
import { freePort } from '../../fixtures/network/ports.ts';
import { ENGINE_AWAY, expect, test } from '../../fixtures/browser/reprise.ts';
import {
  INSIDE_ADDRESS,
  SERVER_ADDRESS,
  TwoMachines,
} from '../../fixtures/network/two-machines.ts';

const missing = whyNoDovecot() ?? whyNoNamespaces();
const LABELS = ['Ann', 'Ben', 'Cem', 'Dag', 'Eva'] as const;
const CONNECTIONS = LABELS.length * DOVECOT_MAILBOXES.length;

test.describe('a machine that loses its network', () => {
  if (missing !== null) process.stderr.write(`SKIPPED: offline.spec.ts: ${missing}\n`);
  test.skip(missing !== null, missing ?? '');

  test('has all twenty connections back within seconds, resumed, and none that failed', async ({
    startReprise,
    dashboard,
    dataDir,
    complaints,
  }, testInfo) => {
    test.setTimeout(120_000);
    // While the program is stopped, the page asks for it again.
    complaints.expect(ENGINE_AWAY);
    await using machines = await TwoMachines.start();
    const users = Object.fromEntries(LABELS.map((label) => [label.toLowerCase(), 'correct horse']));
    await using dovecot = await Dovecot.start({ kind: 'one-process', users });
    await machines.serve(dovecot.tlsPort);
    const port = await freePort();
    await machines.show(port);
    const reprise = await startReprise({ dataDir, port, within: machines.command });
    await dashboard.open(reprise.url);
    for (const label of LABELS) await addAccount(dashboard, dovecot, label);
    await allUp(dashboard);
    const first = await spared(dashboard);
    expect(first).toBeGreaterThanOrEqual(CONNECTIONS - LABELS.length - 1);

    const measure = async (what: string, before: number, sinceAt: number): Promise<number> => {
      await expect(dashboard.page.getByRole('status', { name: 'Handshakes spared' })).toContainText(
        String(before + CONNECTIONS),
      );
      await allUp(dashboard);
      const tookMs = Math.round(performance.now() - sinceAt);
      const figures = `${what}: ${CONNECTIONS} of ${CONNECTIONS} resumed and idle after ${tookMs} ms`;
      testInfo.annotations.push({ type: 'figures', description: figures });
      process.stdout.write(`${figures}\n`);
      return before + CONNECTIONS;
    };

    await test.step('the cable is pulled: nothing is tried', async () => {
      await machines.pullCable();
      for (const label of LABELS) {
        await expect(dashboard.account(label)).toContainText('Offline');
        await expect(dashboard.account(label)).toContainText('0 of 4');
      }
      await dashboard.reconnectAll();
      await expect(dashboard.page.getByText('This machine has no network').first()).toBeVisible();
      await expect(dashboard.state('Ann', 'INBOX')).toHaveText('Offline');
    });

    const second = await test.step('the cable is back', async () => {
      await machines.plugCableIn();
      return await measure('network back', first, performance.now());
    });

    const third = await test.step('another address takes the connections along', async () => {
      await machines.changeAddress();
      return await measure('another address', second, performance.now());
    });

    await test.step('the program was stopped, as a machine that sleeps is', async () => {
      reprise.signal('SIGSTOP');
      // What is tested is the passing of time: more than the engine takes for a busy moment.
      await passed(15_000);
      reprise.signal('SIGCONT');
      await measure('after a sleep', third, performance.now());
    });

    await reprise.interrupt();
    expect(reprise.stderr).toContain('on another network');
    expect(reprise.stderr).toContain('the machine slept');
    expect(recordedFailures(join(dataDir, 'history.sqlite'))).toBe(0);
  });

  test('has none by a bridge of containers, but reaches what is in them; and believes its user', async ({
    startReprise,
    dashboard,
    complaints,
  }) => {
    // At the end the way to the program goes before the page does.
    complaints.expect(ENGINE_AWAY);
    await using machines = await TwoMachines.start();
    await using dovecot = await Dovecot.start({
      kind: 'one-process',
      users: { ann: 'correct horse', box: 'correct horse' },
    });
    const { page } = dashboard;
    await machines.serve(dovecot.tlsPort);
    const port = await freePort();
    await machines.show(port);
    const reprise = await startReprise({ port, within: machines.command });
    await dashboard.open(reprise.url);
    await addAccount(dashboard, dovecot, 'Ann');
    await expect(dashboard.account('Ann')).toContainText('4 of 4');
    await machines.addBridge(dovecot.tlsPort);
    await addAccount(dashboard, dovecot, 'Box', INSIDE_ADDRESS);
    await expect(dashboard.account('Box')).toContainText('4 of 4');

    await machines.pullCable();
    await expect(dashboard.account('Ann')).toContainText('Offline');
    await expect(dashboard.account('Box')).toContainText('4 of 4');
    await dashboard.choose('Box', 'Reconnect');
    await expect(dashboard.account('Box')).toContainText('4 of 4');

    const attention = page.getByRole('button', { name: /^Attention: / });
    await page.clock.setSystemTime(Date.now() + 61_000);
    await attention.click();
    await page.getByRole('button', { name: 'This is online: Offline' }).click();
    await expect(dashboard.account('Ann')).not.toContainText('Offline');
    await machines.plugCableIn();
    await expect(dashboard.account('Ann')).toContainText('4 of 4');
    await machines.pullCable();
    await expect(dashboard.account('Ann')).toContainText('Offline');

    expect(reprise.stderr).not.toContain('on another network');
  });
});

async function addAccount(
  dashboard: Dashboard,
  dovecot: Dovecot,
  label: string,
  address = SERVER_ADDRESS,
): Promise<void> {
  await dashboard.fillForm({
    label,
    user: label.toLowerCase(),
    password: 'correct horse',
    server: address,
    port: String(dovecot.tlsPort),
    mailboxes: DOVECOT_MAILBOXES,
    caPem: dovecot.certificate.caPem,
  });
  await dashboard.form.getByLabel('Server name for the certificate').fill('localhost');
  await dashboard.save();
  await expect(dashboard.form).toBeHidden();
}

async function allUp(dashboard: Dashboard): Promise<void> {
  for (const label of LABELS) await expect(dashboard.account(label)).toContainText('4 of 4');
}

async function spared(dashboard: Dashboard): Promise<number> {
  const status = dashboard.page.getByRole('status', { name: 'Handshakes spared' });
  return Number.parseInt((await status.textContent()) ?? '', 10);
}

/** An attempt without a network would be one. */
function recordedFailures(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const { failed } =
      database
        .prepare('SELECT count(*) AS failed FROM handshake WHERE kind = ?')
        .get(KINDS.indexOf('failed')) ?? {};
    return Number(failed);
  } finally {
    database.close();
  }
}
