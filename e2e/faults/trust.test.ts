/**
 * What changes between two connections: the certificate, the key of the tickets, the clock. A
 * session that is held must never hide it.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CertificateKind, ImapServer } from '../../electron/core/demo/testing/index.ts';
import { temporaryFolder } from '../../electron/core/storage/testing/temporary-folder.ts';
import { goodUntil, makePki } from '../../electron/core/tls/testing/pki.ts';
import type {
  AccountId,
  AccountInput,
  Connection,
  Outcome,
  ProblemCode,
  TrustChoice,
} from '../../shared/model.ts';
import { inputFor } from '../../electron/core/api/testing/engine.ts';
import { FaultStand } from './fault-stand.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_SECONDS = 7 * 24 * 3600;
const YEAR_MS = 365 * 24 * HOUR_MS;

let stand: FaultStand;
beforeEach(async () => {
  stand = await FaultStand.start();
  await stand.watchHealthy();
});
afterEach(() => stand[Symbol.asyncDispose]());

const outcomeOf = ({ attempt }: Connection): Outcome | undefined => attempt?.outcome;

/** Loses the connection of an account, and waits for the next one. */
async function connectsAgain(id: AccountId, server: ImapServer): Promise<Connection> {
  const before = stand.connections(id)[0]?.attempt?.id;
  server.dropConnections('reset');
  await stand.until(id, ({ state }) => state.kind === 'retrying');
  stand.clock.advance(10_000);
  return stand.until(id, ({ state, attempt }) => state.kind === 'idle' && attempt?.id !== before);
}

/** An account that holds sessions. */
async function resuming(
  server: ImapServer,
  changes: Partial<AccountInput> = {},
): Promise<AccountId> {
  const id = await stand.add(server, changes);
  await stand.until(id, ({ state }) => state.kind === 'idle');
  expect(outcomeOf(await connectsAgain(id, server))).toMatchObject({ kind: 'resumed' });
  return id;
}

describe('a certificate that is another one at the next connection', () => {
  it.each<[CertificateKind, ProblemCode, RegExp]>([
    ['expired', 'certificate-expired', /expired on \d{4}-\d\d-\d\d/],
    ['not-yet-valid', 'certificate-not-yet-valid', /not valid before.*clock of this computer/],
    ['self-signed', 'certificate-untrusted', /self-signed/],
    ['other-authority', 'certificate-untrusted', /not issued by the authority/],
    ['wrong-name', 'certificate-name', /is for .*, not for/],
  ])('%s: stops the account, shows it, and sends nothing', async (kind, code, says) => {
    await using server = await stand.server();
    const id = await resuming(server);
    await server.setCertificate(kind);
    // The server forgets its sessions with its old certificate, as one that was set up anew does.
    server.forgetSessions();
    const signIns = server.loginAttempts.length;
    server.dropConnections('reset');
    await stand.until(id, ({ state }) => state.kind === 'retrying');
    stand.clock.advance(10_000);
    const { state } = await stand.until(id, (now) => now.state.kind === 'certificate-problem');
    expect(state).toMatchObject({
      problem: { code, message: expect.stringMatching(says) },
      certificate: { fingerprint256: expect.any(String) },
    });
    expect(server.loginAttempts).toHaveLength(signIns);
    await server.setCertificate('valid');
    await stand.recovers(id);
    expect(stand.harm()).toEqual([]);
  });
});

describe('a server that changes the key of its tickets', () => {
  it.each(['TLSv1.3', 'TLSv1.2'] as const)(
    'refuses once under %s, and resumes again from the next connection on',
    async (protocol) => {
      await using server = await stand.server({ protocol });
      const id = await resuming(server);
      server.forgetSessions();
      expect(outcomeOf(await connectsAgain(id, server))).toMatchObject({ kind: 'refused' });
      expect(outcomeOf(await connectsAgain(id, server))).toMatchObject({ kind: 'resumed' });
      expect(stand.harm()).toEqual([]);
    },
  );
});

/** Loses the connection of an account, whose next one shows another certificate than the pinned one. */
async function isStoppedBefore(id: AccountId, server: ImapServer): Promise<void> {
  const signIns = server.loginAttempts.length;
  server.dropConnections('reset');
  await stand.until(id, ({ state }) => state.kind === 'retrying');
  stand.clock.advance(10_000);
  const { state } = await stand.until(id, (now) => now.state.kind === 'certificate-problem');
  expect(state).toMatchObject({ problem: { code: 'certificate-changed' } });
  expect(server.loginAttempts).toHaveLength(signIns);
}

/** What a user agrees to who is shown the certificate of this server. */
async function pinOf(server: ImapServer): Promise<{ readonly trust: TrustChoice }> {
  const { engine } = stand.interfaceEnd;
  const result = await engine.testConnection(inputFor(server, { trust: { kind: 'system' } }), null);
  const shown = result.ok ? null : result.certificate;
  if (shown === null || shown.pem === null) throw new Error('nothing was shown');
  return { trust: { kind: 'pin', fingerprint256: shown.fingerprint256, pem: shown.pem } };
}

describe('a session that would outlive its root', () => {
  it.each([
    ['renewed', 'Root'],
    ['cross-signed', 'Other'],
  ])('ends with the trusted root, though the server sends its %s twin', async (_, issuer) => {
    const { chainPem, keyPem, trust } = await makePki({
      leaf: goodUntil(100, 'localhost', 'Root'),
      sent: [goodUntil(100, 'Root', issuer)],
      trusted: [goodUntil(1, 'Root', 'Root')],
    });
    await using server = await stand.server({
      authority: {
        certPem: trust.kind === 'system' ? '' : trust.pem,
        issue: () => Promise.resolve({ certPem: chainPem, keyPem }),
      },
      lifetimeSeconds: WEEK_SECONDS,
    });
    const id = await resuming(server);
    stand.clock.jump(HOUR_MS);
    expect(outcomeOf(await connectsAgain(id, server))).toEqual({ kind: 'full', reason: 'expired' });
    expect(stand.harm()).toEqual([]);
  });
});

describe('a server with a fixed ticket key that changes its pinned certificate', () => {
  it.each(['TLSv1.3', 'TLSv1.2'] as const)(
    'is found out within a day under %s, before a login',
    async (protocol) => {
      await using server = await stand.server({
        certificate: 'self-signed',
        lifetimeSeconds: WEEK_SECONDS,
        protocol,
      });
      const id = await resuming(server, await pinOf(server));
      stand.clock.jump(DAY_MS);
      const afresh = { kind: 'full', reason: 'verified-afresh' };
      expect(outcomeOf(await connectsAgain(id, server))).toEqual(afresh);
      await server.setCertificate('self-signed');
      // Nothing in a resumed handshake tells.
      expect(outcomeOf(await connectsAgain(id, server))).toMatchObject({ kind: 'resumed' });
      stand.clock.jump(DAY_MS);
      await isStoppedBefore(id, server);
      expect(stand.harm()).toEqual([]);
    },
  );

  it('is found out at the next start, though sessions are kept', async () => {
    await using server = await stand.server({
      certificate: 'self-signed',
      lifetimeSeconds: WEEK_SECONDS,
    });
    await using folder = await temporaryFolder();
    const pin = await pinOf(server);
    const run = () => FaultStand.start(folder.path);
    const first = await run();
    await first.interfaceEnd.engine.changeSettings({ keepSessions: true });
    const id = await first.add(server, pin);
    await first.until(id, ({ state }) => state.kind === 'idle');
    await first[Symbol.asyncDispose]();

    const second = await run();
    const { attempt } = await second.until(id, ({ state }) => state.kind === 'idle');
    expect(attempt?.outcome).toEqual({ kind: 'full', reason: 'verified-afresh' });
    await second[Symbol.asyncDispose]();

    await server.setCertificate('self-signed');
    const signIns = server.loginAttempts.length;
    await using third = await run();
    await third.until(id, ({ state }) => state.kind === 'certificate-problem');
    expect(server.loginAttempts).toHaveLength(signIns);
  });
});

describe('a clock that jumps', () => {
  const resumed = { kind: 'resumed' };
  // By that clock the certificate is not valid: whether it is, only a full handshake can tell.
  const full = { kind: 'full', reason: 'expired' };
  it.each([
    ['an hour back', -HOUR_MS, resumed],
    ['ten years back', -10 * YEAR_MS, full],
    ['an hour on', HOUR_MS, resumed],
    ['ten years on', 10 * YEAR_MS, full],
  ])(
    '%s: connections stay, and nothing is offered that is no longer sure',
    async (_, ms, later) => {
      await using server = await stand.server({ lifetimeSeconds: 600 });
      const id = await resuming(server);
      const { connections } = server.stats();
      stand.clock.jump(ms);
      stand.clock.advance(60_000);
      expect(server.stats().connections).toBe(connections);
      // A wait is a span: it is as long as ever, whatever the time of day is now.
      expect(outcomeOf(await connectsAgain(id, server))).toEqual(full);
      expect(outcomeOf(await connectsAgain(id, server))).toMatchObject(later);
      const { engine } = stand.interfaceEnd;
      const history = await engine.getHistory({ range: '24h', account: null });
      expect(history.notRecorded).toBe(0);
      expect(stand.harm()).toEqual([]);
    },
  );
});
