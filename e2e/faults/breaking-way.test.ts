/**
 * A way to the server that breaks when a session is offered: eight mailboxes come up at once all the
 * same, at the first and at every later reconnect. The clock stands still unless it is moved on: where
 * it is not, nothing has waited.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImapServer, ImapServerOptions } from '../../electron/core/demo/testing/index.ts';
import { allIdle, allIdleAgain } from '../../electron/core/api/testing/engine.ts';
import { PHASE_LIMITS } from '../../electron/core/connections/imap/imapflow-options.ts';
import { FIRST_DELAY_MS } from '../../electron/core/connections/lifecycle.ts';
import { SILENCE_MS } from '../../electron/core/tls/index.ts';
import type { AccountId, ConnectionId } from '../../shared/model.ts';
import type { Snapshot } from '../../shared/state.ts';
import { SessionBreaker, wherever, type Break } from '../fixtures/network/session-breaker.ts';
import { FaultStand } from './fault-stand.ts';

let stand: FaultStand;
beforeAll(async () => {
  stand = await FaultStand.start();
});
afterAll(() => stand[Symbol.asyncDispose]());

const EIGHT = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`Box ${index}`, 1]));

const SERVERS: readonly (readonly [string, ImapServerOptions])[] = [
  ['TLS 1.3 tickets', { protocol: 'TLSv1.3' }],
  ['TLS 1.2 tickets', { protocol: 'TLSv1.2' }],
  ['session IDs', { protocol: 'TLSv1.2', sessions: 'session-ids' }],
  ['STARTTLS', { security: 'starttls' }],
];

const ENDING: readonly Break[] = ['reset', 'end', 'alert', 'close-notify', 'reset-after-answer'];
const SILENT: readonly Break[] = ['silence', 'silence-after-answer'];

const accountIn = (state: Snapshot, id: AccountId) =>
  state.accounts.find((account) => account.id === id);

const kindsOf = (state: Snapshot): string[] =>
  state.connections.map(({ attempt }) => attempt?.outcome.kind ?? 'none');

const ALL_FULL = Array.from({ length: 8 }, () => 'full');

/** Silence is looked for as often. */
const LOOK_MS = 250;
/** What the machine takes. */
const SOON_MS = 400;

async function eight(server: ImapServer, way: SessionBreaker): Promise<AccountId> {
  return stand.add(server, { port: way.port, mailboxes: Object.keys(EIGHT) });
}

/** Reconnects all; resolves when they are idle again. @param during what happens meanwhile */
async function reconnected(during?: () => Promise<void>): Promise<Snapshot> {
  const { engine, state, until } = stand.interfaceEnd;
  const before = state();
  await engine.reconnectAll();
  await during?.();
  return until(allIdleAgain(before));
}

describe.each(SERVERS)('eight mailboxes on a way that breaks over %s', (_, options) => {
  it.each(ENDING)('by %s are idle without any wait, at every reconnect', async (how) => {
    await using server = await stand.server({ ...options, mailboxes: EIGHT });
    await using way = await SessionBreaker.start(server.port, wherever(how));
    const id = await eight(server, way);
    // The first one brings the sessions that others offer in vain.
    expect(kindsOf(await stand.interfaceEnd.until(allIdle(8)))).toEqual(ALL_FULL);
    for (let again = 0; again < 2; again += 1)
      expect(kindsOf(await reconnected())).toEqual(ALL_FULL);
    // Three trials: those that followed the first one, then one that led, then those that it led.
    const { refusing } = accountIn(stand.interfaceEnd.state(), id) ?? {};
    const { broken } = way;
    expect(refusing).toMatchObject({ refusals: broken, broken, before: { resumed: 0 } });
    expect(kindsOf(await reconnected())).toEqual(ALL_FULL);
    expect(way.broken).toBe(broken);
    await stand.remove(id);
  });

  it.each(SILENT)('by %s are idle after ten seconds at most', async (how) => {
    await using server = await stand.server({ ...options, mailboxes: EIGHT });
    await using way = await SessionBreaker.start(server.port, wherever(how));
    const id = await eight(server, way);
    await way.untilBroken(7);
    stand.clock.advance(SILENCE_MS + LOOK_MS);
    await stand.interfaceEnd.until(allIdle(8));
    await reconnected(async () => {
      await way.untilBroken(8);
      stand.clock.advance(SILENCE_MS + LOOK_MS);
      await way.untilBroken(15);
      stand.clock.advance(SILENCE_MS + LOOK_MS);
    });
    expect(accountIn(stand.interfaceEnd.state(), id)?.refusing).toMatchObject({ broken: 15 });
    expect(kindsOf(await reconnected())).toEqual(ALL_FULL);
    expect(way.broken).toBe(15);
    await stand.remove(id);
  });
});

describe.each(SERVERS)('a way that breaks once %s were taken up', (_, options) => {
  it.each(['reset-after-handshake', 'end-after-handshake'] as const)(
    'by %s costs no wait, and no more after three trials',
    async (how) => {
      await using server = await stand.server({ ...options, mailboxes: EIGHT });
      await using way = await SessionBreaker.start(server.port, wherever(how));
      const id = await eight(server, way);
      expect(kindsOf(await stand.interfaceEnd.until(allIdle(8)))).toEqual(ALL_FULL);
      for (let again = 0; again < 2; again += 1)
        expect(kindsOf(await reconnected())).toEqual(ALL_FULL);
      const { broken } = way;
      expect(accountIn(stand.interfaceEnd.state(), id)?.refusing).toMatchObject({ broken });
      expect(kindsOf(await reconnected())).toEqual(ALL_FULL);
      expect(way.broken).toBe(broken);
      await stand.remove(id);
    },
  );
});

describe('a way that breaks', () => {
  it('before the greeting, whatever was offered, is no matter of sessions', async () => {
    await using server = await stand.server();
    await using way = await SessionBreaker.start(server.port, () => null);
    const id = await stand.add(server, { port: way.port });
    await stand.until(id, ({ state: { kind } }) => kind === 'idle');
    way.meets = () => 'end-after-handshake';
    await stand.interfaceEnd.engine.reconnectAccount(id);
    // One with each of the two tickets that are held, and one without after each.
    await way.untilBroken(2);
    await stand.until(id, ({ state: { kind } }) => kind === 'retrying');
    stand.clock.advance(2 * FIRST_DELAY_MS);
    await way.untilBroken(4);
    await stand.until(id, ({ state: { kind } }) => kind === 'retrying');
    expect(accountIn(stand.interfaceEnd.state(), id)?.refusing).toBeNull();
    await stand.remove(id);
  });

  it('over large ClientHellos only: those with a ticket are sent again without, and no other', async () => {
    await using server = await stand.server({ mailboxes: EIGHT });
    let plain = 0;
    await using way = await SessionBreaker.start(server.port, ({ bytes, offersSession }) => {
      if (!offersSession) plain = Math.max(plain, bytes);
      return bytes > plain ? 'reset' : null;
    });
    const id = await eight(server, way);
    await stand.interfaceEnd.until(allIdle(8));
    expect(kindsOf(await reconnected())).toEqual(ALL_FULL);
    await stand.remove(id);
  });

  it('for every other connection: all are up, and sessions are offered on', async () => {
    await using server = await stand.server({ mailboxes: EIGHT });
    await using way = await SessionBreaker.start(server.port, ({ offersSession, connection }) =>
      offersSession && connection % 2 === 0 ? 'reset' : null,
    );
    const id = await eight(server, way);
    await stand.interfaceEnd.until(allIdle(8));
    for (let again = 0; again < 3; again += 1) {
      expect(new Set(kindsOf(await reconnected()))).not.toContain('failed');
    }
    expect(server.stats().resumed).toBeGreaterThan(0);
    await stand.remove(id);
  });

  it('is told in the history by one failed and one full handshake', async () => {
    await using server = await stand.server();
    await using way = await SessionBreaker.start(server.port, wherever('alert'));
    const { engine, state } = stand.interfaceEnd;
    const id = await stand.add(server, { port: way.port });
    await stand.until(id, ({ state: { kind } }) => kind === 'idle');
    const before = state().totals;
    const { connections } = await reconnected();
    const [connection] = connections;
    expect(connection?.attempt?.outcome).toEqual({ kind: 'full', reason: 'failed-earlier' });
    const { attempts } = await engine.getConnection(connection?.id ?? ('' as ConnectionId));
    expect(attempts.map(({ outcome }) => outcome)).toEqual([
      { kind: 'full', reason: 'failed-earlier' },
      {
        kind: 'failed',
        problem: {
          code: 'tls',
          message: expect.stringContaining('A session was offered in it'),
          serverLine: null,
        },
      },
      { kind: 'full', reason: 'nothing-held' },
    ]);
    const { totals } = await stand.interfaceEnd.until(({ totals }) => totals.full > before.full);
    expect({ full: totals.full - before.full, failed: totals.failed - before.failed }).toEqual({
      full: 1,
      failed: 1,
    });
    await stand.remove(id);
  });

  it.each([...ENDING, ...SILENT])(
    'by %s whatever is offered: nothing is evicted, and the server is not asked twice as often',
    async (how) => {
      await using server = await stand.server();
      await using way = await SessionBreaker.start(server.port, () => null);
      const id = await stand.add(server, { port: way.port });
      await stand.until(id, ({ state: { kind } }) => kind === 'idle');
      const held = () =>
        stand.interfaceEnd.state().heldSessions.find(({ accountId }) => accountId === id)?.endsAt;
      const before = held();
      way.meets = () => how;
      await stand.interfaceEnd.engine.reconnectAccount(id);
      for (let step = 1; step <= 3; step += 1) {
        await way.untilBroken(2 * step - 1);
        if (SILENT.includes(how)) stand.clock.advance(SILENCE_MS + LOOK_MS);
        await way.untilBroken(2 * step);
        if (SILENT.includes(how)) stand.clock.advance(PHASE_LIMITS.tls);
        const { state } = await stand.until(id, ({ state: { kind } }) => kind === 'retrying');
        if (state.kind !== 'retrying') throw new Error(state.kind);
        // As after so many failures.
        const waitMs = state.retryAt - stand.clock.now();
        expect(waitMs).toBeGreaterThan(FIRST_DELAY_MS * 2 ** (2 * step - 2) - SOON_MS);
        expect(held()).toEqual(before);
        if (step === 3) way.meets = () => null;
        stand.clock.advance(waitMs + SOON_MS);
      }
      const { attempt } = await stand.until(id, ({ state: { kind } }) => kind === 'idle');
      expect(attempt?.outcome.kind).toBe('resumed');
      await stand.remove(id);
    },
  );
});
