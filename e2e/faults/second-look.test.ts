/**
 * A certificate that stopped an account is looked at again, without signing in: what was a portal, or a
 * wrong clock, stops nobody for good.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  CertificateKind,
  ImapServer,
  ImapServerOptions,
} from '../../electron/core/demo/testing/index.ts';
import { LOOK_EVERY_MS } from '../../electron/core/connections/second-looks.ts';
import { TestMachine } from '../../electron/core/network/testing/machine.ts';
import type {
  AccountId,
  AccountInput,
  Connection,
  ProblemCode,
  ShownCertificate,
} from '../../shared/model.ts';
import { RoundRobin } from '../fixtures/network/round-robin.ts';
import { FaultStand } from './fault-stand.ts';

/** Not on this machine, as far as its name says. */
const ABROAD = '0.0.0.0';
const HOTEL = '10.20.30.40';
const HOME = '192.168.1.23';
/** Addresses and clocks are looked at so often. */
const NETWORK_LOOK_MS = 2000;
const MAILBOXES = ['INBOX', 'Sent', 'Work', 'News', 'A', 'B', 'C', 'D'];

let stand: FaultStand;
let machine: TestMachine;
beforeEach(async () => {
  machine = new TestMachine(HOTEL);
  stand = await FaultStand.start(undefined, { machine, power: machine.power });
});
afterEach(() => stand[Symbol.asyncDispose]());

const serverOf = (options: ImapServerOptions): Promise<ImapServer> =>
  stand.server({
    mailboxes: Object.fromEntries(MAILBOXES.map((name) => [name, 1])),
    ...options,
  });

const isStopped = ({ state }: Connection): boolean => state.kind === 'certificate-problem';

async function all(id: AccountId, holds: (connection: Connection) => boolean) {
  const of = (connections: readonly Connection[]): readonly Connection[] =>
    connections.filter(({ accountId }) => accountId === id);
  const { connections } = await stand.interfaceEnd.until(
    (now) => of(now.connections).length > 0 && of(now.connections).every(holds),
  );
  return of(connections);
}

const hasCode =
  (code: ProblemCode) =>
  ({ state }: Connection): boolean =>
    'problem' in state && state.problem.code === code;

/** Adds an account that the server's certificate stops, with its eight mailboxes. */
async function stopped(server: ImapServer, changes: Partial<AccountInput> = {}) {
  const id = await stand.add(server, { host: ABROAD, mailboxes: MAILBOXES, ...changes });
  await all(id, isStopped);
  await server.until(({ open }) => open === 0);
  return id;
}

const allIdle = (id: AccountId) => all(id, ({ state }) => state.kind === 'idle');

/** Resolves once a look of this account has been told of in the log of its first connection. */
async function lookTold(id: AccountId, times: number): Promise<readonly string[]> {
  const { engine } = stand.interfaceEnd;
  const [connection] = stand.connections(id);
  if (connection === undefined) throw new Error('there is no connection');
  for (;;) {
    const { log } = await engine.getConnection(connection.id);
    const told = log.map(({ text }) => text).filter((text) => text.includes('Looked at'));
    if (told.length >= times) return told;
    await nextTurn();
  }
}

/** The server lets nobody go further than TLS. */
function saidNothing(server: ImapServer): void {
  expect(server.loginAttempts).toEqual([]);
  expect(server.commands.filter((name) => !['CAPABILITY', 'STARTTLS'].includes(name))).toEqual([]);
}

const SECURITIES = ['tls', 'starttls'] as const;
const KINDS: readonly CertificateKind[] = [
  'expired',
  'not-yet-valid',
  'wrong-name',
  'self-signed',
  'other-authority',
];

describe.each(SECURITIES.flatMap((security) => KINDS.map((kind) => [security, kind] as const)))(
  'over %s, an account that a certificate stopped: %s,',
  (security, certificate) => {
    it('is looked at once an hour for all its mailboxes, and goes on once it is trusted', async () => {
      await using server = await serverOf({ security, certificate });
      const id = await stopped(server);
      const before = server.stats().connections;
      stand.clock.advance(LOOK_EVERY_MS - 1000);
      expect(server.stats().connections).toBe(before);
      stand.clock.advance(1000);
      await lookTold(id, 1);
      expect(server.stats().connections).toBe(before + 1);
      await all(id, isStopped);
      saidNothing(server);

      await server.setCertificate('valid');
      stand.clock.advance(LOOK_EVERY_MS);
      await allIdle(id);
      expect(server.stats().connections).toBe(before + 2 + MAILBOXES.length);
    });
  },
);

describe('a certificate that stopped an account', () => {
  it.each([
    [
      'on another network',
      () => {
        machine.has(HOME);
      },
    ],
    [
      'on the same network, after a time without',
      () => {
        machine.has();
        stand.clock.advance(NETWORK_LOOK_MS);
        machine.has(HOTEL);
      },
    ],
    [
      'after a wake',
      () => {
        machine.power.emit('suspend');
        machine.power.emit('resume');
      },
    ],
    [
      'after a sleep that only the clocks tell of',
      () => {
        stand.clock.jump(60_000);
      },
    ],
    [
      'when the clock is set forward',
      () => {
        stand.clock.jump(20 * 365 * 86_400_000);
      },
    ],
    [
      'when the clock is set back',
      () => {
        stand.clock.jump(-60_000);
      },
    ],
  ] as const)('is looked at again %s', async (_, happens) => {
    await using server = await serverOf({ certificate: 'self-signed' });
    const id = await stopped(server);
    await server.setCertificate('valid');
    happens();
    stand.clock.advance(NETWORK_LOOK_MS);
    expect(await allIdle(id)).toHaveLength(MAILBOXES.length);
  });

  it('is shown as it is by then: another verdict takes the place of the first', async () => {
    await using server = await serverOf({ certificate: 'self-signed' });
    const id = await stopped(server);
    await server.setCertificate('expired');
    stand.clock.advance(LOOK_EVERY_MS);
    const [connection] = await all(id, hasCode('certificate-expired'));
    expect(connection?.state).toMatchObject({ certificate: { validToAt: expect.any(Number) } });
  });

  it('is looked at until a look comes to it: one that is hindered is soon repeated', async () => {
    const portal = await serverOf({ certificate: 'self-signed' });
    const { port } = portal;
    const id = await stopped(portal);
    await portal.stop();
    machine.has(HOME);
    stand.clock.advance(NETWORK_LOOK_MS);
    await lookTold(id, 1);
    await all(id, isStopped);
    await using server = await serverOf({ port });
    stand.clock.advance(60_000);
    await allIdle(id);
    expect(server.loginAttempts).toHaveLength(MAILBOXES.length);
  });

  it('is not looked at without a network, and at once when there is one', async () => {
    await using server = await serverOf({ certificate: 'self-signed' });
    const id = await stopped(server);
    const { connections } = server.stats();
    machine.has();
    stand.clock.advance(3 * LOOK_EVERY_MS);
    expect(server.stats().connections).toBe(connections);
    await server.setCertificate('valid');
    machine.has(HOTEL);
    stand.clock.advance(NETWORK_LOOK_MS);
    await allIdle(id);
  });

  it('of a host that several accounts are on is looked at once for all', async () => {
    await using server = await serverOf({ certificate: 'expired' });
    const user = 'second@example.org';
    const ids = [await stopped(server), await stopped(server, { user })];
    const { connections } = server.stats();
    machine.power.emit('suspend');
    machine.power.emit('resume');
    for (const id of ids) await lookTold(id, 1);
    expect(server.stats().connections).toBe(connections + 1);
    saidNothing(server);
  });

  it('is not looked at for accounts that are paused, edited or removed meanwhile', async () => {
    await using server = await serverOf({ certificate: 'expired' });
    const { engine } = stand.interfaceEnd;
    const paused = await stopped(server);
    await engine.setPaused(paused, true);
    const removed = await stopped(server, { user: 'second@example.org' });
    await engine.removeAccount(removed);
    const { connections } = server.stats();
    stand.clock.advance(LOOK_EVERY_MS);
    expect(server.stats().connections).toBe(connections);
  });
});

/** What a user agrees to who was shown this. */
function pinOf(connection: Connection | undefined) {
  const shown: ShownCertificate | null =
    connection?.state.kind === 'certificate-problem' ? connection.state.certificate : null;
  if (shown === null || shown.pem === null) throw new Error('no certificate was shown');
  const { fingerprint256, pem } = shown;
  return { kind: 'pin', fingerprint256, pem } as const;
}

/** An account that trusts the certificate of this server, and no other. */
async function pinned(server: ImapServer, changes: Partial<AccountInput> = {}): Promise<AccountId> {
  const id = await stopped(server, changes);
  await stand.interfaceEnd.engine.setTrust(id, pinOf(stand.connections(id)[0]), server.password);
  return id;
}

const isChanged = hasCode('certificate-changed');

describe.each(SECURITIES)('over %s, an account that trusts one certificate', (security) => {
  it('stops as a whole when one of its connections is shown another', async () => {
    await using server = await serverOf({ security, certificate: 'self-signed' });
    const id = await pinned(server);
    const [connection] = await allIdle(id);
    if (connection === undefined) throw new Error('there is no connection');
    await server.setCertificate('self-signed');
    server.forgetSessions();
    const logins = server.loginAttempts.length;
    await stand.interfaceEnd.engine.reconnect(connection.id);
    const [first] = await all(id, isChanged);
    await server.until(({ open }) => open === 0);
    expect(server.loginAttempts).toHaveLength(logins);

    // It asks: neither an hour nor another network has it look again.
    const { connections } = server.stats();
    machine.has(HOME);
    stand.clock.advance(2 * LOOK_EVERY_MS);
    expect(server.stats().connections).toBe(connections);
    await stand.interfaceEnd.engine.setTrust(id, pinOf(first), server.password);
    await allIdle(id);
  });
});

describe('two certificates behind one port', () => {
  it('stop an account that trusts one of them, whole, from its start on', async () => {
    await using one = await serverOf({ certificate: 'self-signed' });
    await using other = await serverOf({ certificate: 'self-signed' });
    await using door = await RoundRobin.start([one.port, other.port]);
    const id = await stopped(one);
    const trust = pinOf(stand.connections(id)[0]);
    await stand.interfaceEnd.engine.removeAccount(id);
    const both = await stand.add(one, { port: door.port, mailboxes: MAILBOXES, trust });
    await all(both, isChanged);
    await one.until(({ open }) => open === 0);
    expect(other.loginAttempts).toEqual([]);
  });
});
