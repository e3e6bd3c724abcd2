/**
 * A server that fails after TLS, in every way that it can, with a hundred mailboxes: how often it is
 * signed in to. The table of the same with a real clock is `npm run soak -- --backoff`.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { fault, startLineServer, type Fault } from '../demo/testing/index.ts';
import { LOGOUT_LIMIT_MS } from './imap/imap-connection.ts';
import { PHASE_LIMITS } from './imap/imapflow-options.ts';
import { MOST_IN_VAIN } from './sign-in-budget.ts';
import {
  failingAt,
  failingBy,
  HUNDRED,
  NOT_NOW,
  WAYS_OF_FAILING,
  type Failing,
  type Seen,
} from './testing/failing-servers.ts';
import { ABROAD, TestSupervisor } from './testing/supervisor.ts';

const STEP_MS = 1000;
const STEPS_A_MINUTE = 60;
/** Refusals in a row until nothing is offered: see `refusals.ts`. */
const TRIES_WITHOUT = 3;

/** Lets everything happen that needs no time. */
async function settled({ seen }: Failing): Promise<void> {
  let quiet = 0;
  for (let before = ''; quiet < 30; quiet += 1) {
    await nextTurn();
    const now = JSON.stringify(seen());
    if (now !== before) quiet = 0;
    before = now;
  }
}

/** What comes in each of so many minutes. */
async function minutes(
  watched: TestSupervisor,
  failing: Failing,
  count: number,
): Promise<readonly Seen[]> {
  const all: Seen[] = [];
  for (let minute = 0; minute < count; minute += 1) {
    const before = minute === 0 ? { logins: 0, handshakes: 0 } : failing.seen();
    for (let step = 0; step < STEPS_A_MINUTE; step += 1) {
      await settled(failing);
      failing.eachSecond();
      watched.clock.advance(STEP_MS);
    }
    const { logins, handshakes } = failing.seen();
    all.push({
      logins: logins - before.logins,
      handshakes: handshakes - before.handshakes,
    });
  }
  return all;
}

const watching = (watched: TestSupervisor): number =>
  [...watched.connections.values()].filter(({ state }) => state.kind === 'idle').length;

const heldUp = (watched: TestSupervisor): number =>
  [...watched.connections.values()].filter(
    ({ state }) => state.kind === 'retrying' && state.isHeldUp,
  ).length;

/** Ends without waiting for a server that does not listen to LOGOUT either. */
async function close(watched: TestSupervisor): Promise<void> {
  const closed = watched.supervisor.close();
  watched.clock.advance(LOGOUT_LIMIT_MS);
  await closed;
  for (let turn = 0; turn < 10; turn += 1) await nextTurn();
  expect(watched.clock.pending).toBe(0);
}

/**
 * By when more was asked than twenty times in the first minute, ten times in the next, and so on down to
 * once. One that ends right after a session was taken up is tried once more without, until offering is
 * paused: these handshakes come on top, as tickets may or may not have come before the end. The minutes
 * of the budget are not these: one may fall on this side of an end and on that.
 */
function tooMany(all: readonly Seen[], first = MOST_IN_VAIN): readonly string[] {
  return (['logins', 'handshakes'] as const).flatMap((kind) => {
    let most = first + 1 + (kind === 'handshakes' ? TRIES_WITHOUT : 0);
    let sum = 0;
    return all.flatMap((seen, minute) => {
      if (minute > 0) most += Math.max(1, Math.floor(MOST_IN_VAIN / 2 ** minute));
      sum += seen[kind];
      return sum > most ? [`${sum} ${kind} after ${minute + 1} min`] : [];
    });
  });
}

describe('a hundred mailboxes on a server that fails after TLS', () => {
  test.each(Object.entries(WAYS_OF_FAILING))(
    'sign in less and less often: %s',
    async (way, start) => {
      await using failing = await start();
      await using watched = new TestSupervisor({ random: Math.random });
      watched.watch(failing.server, { mailboxes: HUNDRED });
      const all = await minutes(watched, failing, 8);
      // A watch that ends may be an accident, the first time.
      const first = way.startsWith('each watch') ? 2 * HUNDRED.length : MOST_IN_VAIN;
      expect(tooMany(all, first)).toEqual([]);
      await close(watched);
    },
  );

  test('say that they are held up, and one that is asked for goes at once, alone', async () => {
    await using failing = await failingAt({ select: fault.reply(NOT_NOW) });
    await using watched = new TestSupervisor();
    watched.watch(failing.server, { mailboxes: HUNDRED });
    await settled(failing);
    watched.clock.advance(10_000);
    await settled(failing);
    expect(failing.seen().logins).toBe(MOST_IN_VAIN);
    expect(heldUp(watched)).toBe(HUNDRED.length);
    const { state, failing: since } = watched.connection('Box99');
    expect(state).toMatchObject({ problem: { serverLine: NOT_NOW }, isHeldUp: true });
    expect(since).not.toBeNull();
    watched.supervisor.reconnect(watched.connection('Box99').id);
    await settled(failing);
    expect(failing.seen().logins).toBe(MOST_IN_VAIN + 1);
    expect(heldUp(watched)).toBe(HUNDRED.length);
  });

  test('all asked for at once are no more than the others in a minute', async () => {
    await using failing = await failingAt({ select: fault.reply(NOT_NOW) });
    await using watched = new TestSupervisor();
    watched.watch(failing.server, { mailboxes: HUNDRED });
    await settled(failing);
    for (let time = 0; time < 5; time += 1) {
      watched.supervisor.reconnectAll();
      await settled(failing);
      watched.clock.advance(10_000);
    }
    expect(failing.seen().logins).toBeLessThanOrEqual(2 * MOST_IN_VAIN);
  });

  test('are all up within minutes once it has recovered', async () => {
    await using failing = await failingAt({ select: fault.hang });
    await using watched = new TestSupervisor();
    watched.watch(failing.server, { mailboxes: HUNDRED });
    await minutes(watched, failing, 6);
    failing.server.setScript({});
    await minutes(watched, failing, 8);
    expect(watching(watched)).toBe(HUNDRED.length);
  });
});

describe('a hundred mailboxes on a server that works', () => {
  test('sign in as often as there is a reason, with no bound', async () => {
    await using failing = await failingAt({});
    await using watched = new TestSupervisor();
    const allAgain = async (times: number): Promise<void> => {
      await failing.server.until(
        ({ loginAttempts, idling }) =>
          loginAttempts.length === times * HUNDRED.length && idling.length === HUNDRED.length,
      );
      await watched.until(() => watching(watched) === HUNDRED.length);
    };
    watched.watch(failing.server, { mailboxes: HUNDRED });
    await allAgain(1);
    // As after a wake, twice within a moment.
    for (const times of [2, 3]) {
      watched.supervisor.reconnectAll();
      await allAgain(times);
    }
    failing.server.dropConnections();
    await watched.until(() => watching(watched) === 0);
    watched.clock.advance(1000);
    await allAgain(4);
    expect(failing.seen().logins).toBe(4 * HUNDRED.length);
  });

  test('but allows ten: the others are held up, and come when it allows more', async () => {
    await using failing = await failingAt({});
    const limited = (): { readonly login?: Fault } =>
      failing.server.idling.length < 10 ? {} : { login: fault.reply('NO [LIMIT] Too many') };
    failing.server.setScript(limited);
    await using watched = new TestSupervisor();
    watched.watch(failing.server, { mailboxes: HUNDRED });
    const all = await minutes(watched, failing, 6);
    expect(watching(watched)).toBeGreaterThanOrEqual(10);
    // The ten, and as many as had been let in before these were there.
    expect(tooMany(all, 2 * MOST_IN_VAIN + 10)).toEqual([]);
    failing.server.setScript({});
    await minutes(watched, failing, 8);
    expect(watching(watched)).toBe(HUNDRED.length);
  });

  test('but never opens ninety of them: the others are back within a minute of a wake', async () => {
    await using failing = await failingBy({
      EXAMINE: (args) => (/Box3\d"/.test(args) ? '* 1 EXISTS\n~ OK done' : `~ ${NOT_NOW}`),
    });
    await using watched = TestSupervisor.abroad();
    watched.watch(failing.server, { ...ABROAD, mailboxes: HUNDRED });
    await minutes(watched, failing, 8);
    expect(watching(watched)).toBe(10);
    watched.supervisor.reopenAll();
    expect(watching(watched)).toBe(0);
    await minutes(watched, failing, 1);
    watched.clock.advance(STEP_MS);
    await settled(failing);
    expect(watching(watched)).toBe(10);
  });

  test('but opens one of them never: the others have nothing to do with it', async () => {
    await using failing = await failingBy({
      EXAMINE: (args) => (args.includes('Box7"') ? `~ ${NOT_NOW}` : '* 1 EXISTS\n~ OK done'),
    });
    await using watched = new TestSupervisor();
    watched.watch(failing.server, { mailboxes: HUNDRED });
    await watched.until(() => watching(watched) === HUNDRED.length - 1);
    expect(await watched.state('retrying', 'Box7')).toMatchObject({ isHeldUp: false });
  });
});

describe('a mailbox that the server never opens', () => {
  test.each([
    [
      'another one that signs in',
      async (watched: TestSupervisor) => {
        watched.supervisor.reconnect(watched.connection('INBOX').id);
        await watched.state('connecting');
        await watched.state('idle');
      },
    ],
    [
      'a wake',
      async ({ supervisor }: TestSupervisor) => {
        supervisor.reopenAll();
      },
    ],
    [
      'a network that was away',
      async ({ supervisor }: TestSupervisor) => {
        supervisor.setOnline(false);
        supervisor.setOnline(true);
      },
    ],
  ])('waits twice as long each time, whatever happens meanwhile: %s', async (_, happens) => {
    let stalls = 0;
    await using server = await startLineServer({
      answers: {
        EXAMINE: (args) => {
          if (!args.includes('Sent')) return '* 3 EXISTS\n~ OK done';
          stalls += 1;
          return '';
        },
      },
    });
    await using watched = TestSupervisor.abroad();
    watched.watch(server, { ...ABROAD, mailboxes: ['INBOX', 'Sent'] });
    for (const [time, waitMs] of [750, 1500, 3000, 6000].entries()) {
      await server.until(() => stalls === time + 1);
      await watched.state('idle');
      watched.clock.advance(PHASE_LIMITS.select);
      const { retryAt } = await watched.state('retrying', 'Sent');
      expect(retryAt - watched.clock.now()).toBe(waitMs);
      await happens(watched);
      if (watched.connection('Sent').state.kind === 'retrying') watched.clock.advance(waitMs);
    }
  });
});
