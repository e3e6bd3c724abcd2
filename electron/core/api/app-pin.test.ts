import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ShownCertificate, TrustChoice } from '../../../shared/model.ts';
import type { Snapshot } from '../../../shared/state.ts';
import { lookAtServer } from '../server-check/check-desk.ts';
import { createSelfSigned, startImapServer, type ImapServer } from '../demo/testing/index.ts';
import {
  allIdle,
  allIdleAgain,
  folder,
  inputFor,
  outcomes,
  server,
  start,
} from './testing/engine.ts';

const SECURITIES = ['tls', 'starttls'] as const;
const SYSTEM = { trust: { kind: 'system' } } as const;

const isStopped = ({ connections }: Snapshot): boolean =>
  connections.length > 0 && connections.every(({ state }) => state.kind === 'certificate-problem');

/** What stopped the first connection. */
function stoppedBy({ connections: [connection] }: Snapshot) {
  if (connection?.state.kind !== 'certificate-problem') throw new Error('it is not stopped');
  return connection.state;
}

/** What a user agrees to who was shown this. */
function agreed(certificate: ShownCertificate | null): Extract<TrustChoice, { kind: 'pin' }> {
  if (certificate === null || certificate.pem === null) throw new Error('nothing was shown');
  const { fingerprint256, pem } = certificate;
  return { kind: 'pin', fingerprint256, pem };
}

describe.each(SECURITIES)('over %s, an account on a server that nobody vouches for', (security) => {
  it('stops before its credentials are sent, and goes on when its certificate is trusted', async () => {
    const imap = await server({
      security,
      certificate: 'self-signed',
      mailboxes: { INBOX: 1, Sent: 1 },
    });
    const dataDir = await folder();
    const { engine, state, until, app } = await start(dataDir);
    const { id } = await engine.addAccount(
      inputFor(imap, { ...SYSTEM, mailboxes: ['INBOX', 'Sent'] }),
    );
    const { problem, certificate } = stoppedBy(await until(isStopped));
    expect(problem.code).toBe('certificate-untrusted');
    expect(imap.commands.filter((name) => !['CAPABILITY', 'STARTTLS'].includes(name))).toEqual([]);
    expect(imap.loginAttempts).toEqual([]);
    expect(state().heldSessions).toEqual([]);

    await engine.setTrust(id, agreed(certificate), imap.password);
    await until(allIdle(2));
    expect(state().accounts[0]?.trust).toMatchObject({
      kind: 'pin',
      certificate: { fingerprint256: certificate?.fingerprint256 },
    });
    expect(JSON.stringify(state().accounts)).not.toContain('BEGIN CERTIFICATE');
    const before = state();
    await engine.reconnectAll();
    const after = await until(allIdleAgain(before));
    expect(outcomes(after.connections)).toMatchObject([{ kind: 'resumed' }, { kind: 'resumed' }]);

    await app.close();
    const stored = await readFile(join(dataDir, 'accounts.json'), 'utf8');
    expect(stored).toContain(certificate?.fingerprint256);
    const again = await start(dataDir);
    await again.until(allIdle(2));
  });

  it('stops when the certificate changes, tries no login, and forgets what it held', async () => {
    const imap = await server({ security, certificate: 'self-signed' });
    const { engine, state, until } = await start(await folder());
    const { id } = await engine.addAccount(inputFor(imap, SYSTEM));
    const first = stoppedBy(await until(isStopped)).certificate;
    await engine.setTrust(id, agreed(first), imap.password);
    await until(allIdle(1));
    await until(({ heldSessions }) => heldSessions.length > 0);

    await imap.setCertificate('self-signed');
    imap.forgetSessions();
    const logins = imap.loginAttempts.length;
    await engine.reconnectAll();
    const { problem, certificate } = stoppedBy(await until(isStopped));
    expect(problem.code).toBe('certificate-changed');
    expect(certificate?.fingerprint256).not.toBe(first?.fingerprint256);
    await until(({ heldSessions }) => heldSessions.length === 0);
    expect(imap.loginAttempts).toHaveLength(logins);

    await engine.setTrust(id, agreed(certificate), imap.password);
    expect(outcomes((await until(allIdle(1))).connections)).toMatchObject([{ kind: 'full' }]);
    expect(state().accounts[0]?.trust).toMatchObject({
      certificate: { fingerprint256: certificate?.fingerprint256 },
    });
  });
});

describe('what is trusted', () => {
  it('is what was shown: another certificate under its fingerprint changes nothing', async () => {
    const imap = await server({ certificate: 'self-signed' });
    const { engine, state, until } = await start(await folder());
    const { id } = await engine.addAccount(inputFor(imap, SYSTEM));
    const { certificate } = stoppedBy(await until(isStopped));
    const { certPem: pem } = await createSelfSigned();
    await expect(engine.setTrust(id, { ...agreed(certificate), pem }, null)).rejects.toMatchObject({
      code: 'invalid-input',
    });
    expect(state().accounts[0]?.trust).toEqual({ kind: 'system' });
  });

  it('is asked about anew where the server shows yet another one by then', async () => {
    const imap = await server({ certificate: 'self-signed' });
    const { engine, until } = await start(await folder());
    const { id } = await engine.addAccount(inputFor(imap, SYSTEM));
    const { certificate } = stoppedBy(await until(isStopped));
    await imap.setCertificate('self-signed');
    await engine.setTrust(id, agreed(certificate), imap.password);
    await until((now) => isStopped(now) && stoppedBy(now).problem.code === 'certificate-changed');
    expect(imap.loginAttempts).toEqual([]);
  });

  it('ends the sessions made under it when the normal check takes its place', async () => {
    const imap = await server({ certificate: 'self-signed' });
    const { engine, until } = await start(await folder());
    const pinned = await engine.testConnection(inputFor(imap, SYSTEM), null);
    if (pinned.ok) throw new Error('it is trusted already');
    const { id } = await engine.addAccount(inputFor(imap, { trust: agreed(pinned.certificate) }));
    await until(({ heldSessions }) => heldSessions.length > 0);
    await engine.setTrust(id, { kind: 'system' }, imap.password);
    const { problem } = stoppedBy(await until(isStopped));
    expect(problem.code).toBe('certificate-untrusted');
    await until(({ heldSessions }) => heldSessions.length === 0);
    expect(imap.stats().offered).toBe(0);
  });
});

describe.each(SECURITIES)('over %s, a look at the certificate of a server', (security) => {
  const target = ({ host, port, servername }: ImapServer) =>
    ({ protocol: 'imap', host, port, security, servername }) as const;
  const { signal } = new AbortController();

  it('finds that authorities vouch for it', async () => {
    await using imap = await startImapServer({ security });
    const found = await lookAtServer({
      target: target(imap),
      trust: { kind: 'ca', pem: imap.caPem },
      signal,
    });
    expect(found.trusted).toBe(true);
    expect(found.fingerprint256).not.toBe(new X509Certificate(imap.caPem).fingerprint256);
    expect(imap.loginAttempts).toEqual([]);
  });

  it('finds that none does, and says nothing to it', async () => {
    await using imap = await startImapServer({ security, certificate: 'self-signed' });
    const found = await lookAtServer({
      target: target(imap),
      trust: { kind: 'system' },
      signal,
    });
    expect(found).toEqual({ fingerprint256: expect.any(String), trusted: false });
    expect(imap.commands.filter((name) => name !== 'STARTTLS')).toEqual([]);
  });

  it('finds nothing where there is no server', async () => {
    const imap = await startImapServer({ security });
    await imap.stop();
    const found = await lookAtServer({
      target: target(imap),
      trust: { kind: 'system' },
      signal,
    });
    expect(found).toEqual({ fingerprint256: null, trusted: false });
  });
});
