/**
 * A page that was taken over has every call of the interface, and no password: it cannot have the
 * stored one sent to a server of somebody else on this machine, where a mail bridge runs. That server
 * knows user and password, so that whoever signs in is seen.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startImapServer, type ImapServer } from '../../electron/core/demo/testing/index.ts';
import { temporaryFolder } from '../../electron/core/storage/testing/temporary-folder.ts';
import type { EngineApi } from '../../shared/contract.ts';
import type { AccountInput, TrustChoice } from '../../shared/model.ts';
import { follow } from '../fixtures/program/engine-client.ts';
import { RepriseProcess } from '../fixtures/program/reprise-process.ts';

const bridgeOf = (server: ImapServer): AccountInput => ({
  label: 'Bridge',
  user: server.user,
  password: server.password,
  host: server.host,
  port: server.port,
  security: server.security,
  servername: null,
  trust: { kind: 'system' },
  mailboxes: ['INBOX'],
});

/** What a page is shown of a server that nobody vouches for, by a test with any password. */
async function pinOf(engine: EngineApi, server: ImapServer) {
  const input = { ...bridgeOf(server), password: 'any' };
  const shown = await engine.testConnection(input, null);
  if (shown.ok || shown.certificate === null) throw new Error('no certificate was shown');
  const { fingerprint256, pem } = shown.certificate;
  return { kind: 'pin', fingerprint256, pem: pem ?? '' } satisfies TrustChoice;
}

let stack: AsyncDisposableStack;
beforeEach(() => {
  stack = new AsyncDisposableStack();
});
afterEach(() => stack.disposeAsync());

async function start(dataDir: string) {
  const reprise = await RepriseProcess.start({ dataDir });
  stack.defer(() => reprise.cleanUp());
  return { reprise, ...(await follow(reprise)) };
}

/** A program with an account on a mail bridge, which trusts its certificate alone. */
async function withBridge() {
  const { path } = stack.use(await temporaryFolder());
  const bridge = stack.use(await startImapServer({ certificate: 'self-signed' }));
  const program = await start(path);
  const { engine, until } = program;
  const trust = await pinOf(engine, bridge);
  const { id } = await engine.addAccount({ ...bridgeOf(bridge), trust });
  await until(({ connections }) => connections.some(({ state }) => state.kind === 'idle'));
  /** As the form sends it where no password was typed. */
  const asItIs: AccountInput = { ...bridgeOf(bridge), password: null, trust: { kind: 'keep' } };
  return { ...program, path, bridge, id, asItIs };
}

const REFUSED = { code: 'invalid-input', field: 'password' };

describe('the stored password of an account on a mail bridge', () => {
  it('goes to no other port, whatever the page says is trusted there', async () => {
    const { engine, id, asItIs } = await withBridge();
    for (const security of ['tls', 'starttls'] as const) {
      const thief = stack.use(await startImapServer({ certificate: 'self-signed', security }));
      const trust = await pinOf(engine, thief);
      const { port } = thief;
      const wishes: readonly Partial<AccountInput>[] = [
        { port, security, trust },
        { port, security, trust: { kind: 'system' } },
        { port, security, trust: { kind: 'ca', fileName: 'ca.pem', pem: trust.pem } },
        { port, security },
        { port, security, trust, host: 'localhost', servername: asItIs.host },
        { port, security, trust, host: 'localhost' },
      ];
      for (const wish of wishes) {
        // A pin does not even go along to another host.
        const refused = 'trust' in wish ? REFUSED : { code: 'invalid-input' };
        await expect(engine.testConnection({ ...asItIs, ...wish }, id)).rejects.toMatchObject(
          refused,
        );
        await expect(engine.updateAccount(id, { ...asItIs, ...wish })).rejects.toMatchObject(
          refused,
        );
      }
      // Nor step by step.
      await expect(engine.setTrust(id, trust, null)).rejects.toMatchObject(REFUSED);
      await engine.reconnectAll();
      expect(thief.loginAttempts).toEqual([]);
    }
  });

  it('goes to nobody who has the port now, until it is typed for that certificate', async () => {
    const { engine, until, bridge, id, asItIs } = await withBridge();
    await bridge.stop();
    const { port } = bridge;
    const thief = stack.use(await startImapServer({ certificate: 'self-signed', port }));
    await engine.reconnectAll();
    await until(
      ({ connections: [connection] }) => connection?.state.kind === 'certificate-problem',
    );
    const trust = await pinOf(engine, thief);
    await expect(engine.setTrust(id, trust, null)).rejects.toMatchObject(REFUSED);
    await expect(engine.setTrust(id, { kind: 'system' }, null)).rejects.toMatchObject(REFUSED);
    const pinned = { ...asItIs, trust };
    await expect(engine.testConnection(pinned, id)).rejects.toMatchObject(REFUSED);
    await expect(engine.updateAccount(id, pinned)).rejects.toMatchObject(REFUSED);
    await engine.reconnectAll();
    await until(
      ({ connections: [connection] }) => connection?.state.kind === 'certificate-problem',
    );
    expect(thief.loginAttempts).toEqual([]);

    await engine.setTrust(id, trust, thief.password);
    await until(({ connections: [connection] }) => connection?.state.kind === 'idle');
    expect(thief.loginAttempts).toHaveLength(1);
  });

  it('goes nowhere else though somebody writes another port and certificate into the file', async () => {
    const { engine, reprise, path, id } = await withBridge();
    const thief = stack.use(await startImapServer({ certificate: 'self-signed' }));
    const trust = await pinOf(engine, thief);
    await reprise.interrupt();
    const file = join(path, 'accounts.json');
    const stored = JSON.parse(await readFile(file, 'utf8')) as { accounts: object[] };
    const accounts = stored.accounts.map((account) => ({ ...account, port: thief.port, trust }));
    await writeFile(file, JSON.stringify({ ...stored, accounts }));
    const { until } = await start(path);
    const { notices } = await until((now) => now.notices.length > 0);
    expect(notices).toMatchObject([
      {
        id: `password:${id}`,
        message: expect.stringMatching(/was for port \d+ of 127\.0\.0\.1, so it is not sent/),
      },
    ]);
    expect(thief.loginAttempts).toEqual([]);
  });
});
