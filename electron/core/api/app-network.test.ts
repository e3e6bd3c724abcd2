import { describe, expect, it } from 'vitest';
import type { AccountInput, Connection } from '../../../shared/model.ts';
import { fault, type ImapServer } from '../demo/testing/index.ts';
import { LaterClock } from '../testing/clock.ts';
import { TestMachine } from '../network/testing/machine.ts';
import {
  allIdle,
  allIdleAgain,
  folder,
  inputFor,
  outcomes,
  server,
  start,
} from './testing/engine.ts';

const HOME = '192.168.1.23';
const CAFE = '10.20.30.40';
const mailboxes = { INBOX: 1, Sent: 1, Work: 1 };

/** The engine on a machine whose network is the test's. */
async function startOn(machine: TestMachine, dataDir?: string) {
  const engine = await start(dataDir ?? (await folder()), { machine, power: machine.power });
  return {
    ...engine,
    /** The machine sleeps for a moment, and wakes up with these addresses. */
    wakeUpWith: (...outward: readonly string[]) => {
      machine.power.emit('suspend');
      machine.has(...outward);
      machine.power.emit('resume');
    },
  };
}

/** An account whose server is not on this machine, as far as the engine can tell by its name. */
function inputAbroad(imap: ImapServer): AccountInput {
  return inputFor(imap, { host: '0.0.0.0', mailboxes: Object.keys(mailboxes) });
}

describe('the engine and the network', () => {
  it('tries nothing without one, and connects when there is one', async () => {
    const imap = await server({ mailboxes });
    const { engine, until, state, wakeUpWith } = await startOn(new TestMachine());
    await engine.addAccount(inputAbroad(imap));
    await until(
      ({ connections }) =>
        connections.length === 3 && connections.every(({ state }) => state.kind === 'offline'),
    );
    const { connections, accounts } = state();
    const [account, connection] = [accounts[0], connections[0]];
    if (account === undefined || connection === undefined) throw new Error('Nothing is there.');
    for (const call of [
      engine.reconnectAll(),
      engine.reconnectAccount(account.id),
      engine.reconnect(connection.id),
    ]) {
      await expect(call).rejects.toMatchObject({ code: 'offline' });
    }
    expect(imap.stats().connections).toBe(0);
    wakeUpWith(HOME);
    await until(allIdle(3));
  });

  it('takes its sessions along to another network', async () => {
    const imap = await server({ mailboxes });
    const { engine, until, wakeUpWith } = await startOn(new TestMachine(HOME));
    await engine.addAccount(inputAbroad(imap));
    const before = await until(allIdle(3));
    wakeUpWith(CAFE);
    const { connections, totals } = await until(allIdleAgain(before));
    expect(outcomes(connections)).not.toContainEqual(expect.objectContaining({ kind: 'failed' }));
    expect(connections.filter(({ attempt }) => attempt?.outcome.kind === 'full')).toEqual([]);
    expect(totals.failed).toBe(0);
  });

  it('leaves them behind where that is set, and only on another network', async () => {
    const imap = await server({ mailboxes });
    const { engine, until, wakeUpWith } = await startOn(new TestMachine(HOME));
    await engine.changeSettings({ forgetOnNetworkChange: true });
    await engine.addAccount(inputAbroad(imap));
    const first = await until(allIdle(3));
    wakeUpWith(HOME);
    const second = await until(allIdleAgain(first));
    expect(outcomes(second.connections)).not.toContainEqual(
      expect.objectContaining({ kind: 'full' }),
    );
    wakeUpWith(CAFE);
    const third = await until(allIdleAgain(second));
    // One goes first; the others wait for its tickets.
    expect(outcomes(third.connections)).toContainEqual({ kind: 'full', reason: 'nothing-held' });
    expect(imap.stats().full).toBe(2);
  });
});

const isWaiting = ({ state }: Connection): boolean => state.kind === 'retrying';
const isUp = ({ state }: Connection): boolean => state.kind === 'idle';

describe('a clock that was wrong and is put right', () => {
  const YEAR = 365 * 86_400_000;
  const DAY = 86_400_000;
  const HOUR = 3_600_000;

  it.each([
    ['back by a year', -YEAR],
    ['back by a day', -DAY],
    ['forward by a day', DAY],
    ['forward by a year', YEAR],
  ])('takes waits along: %s', async (_, spanMs) => {
    const clock = new LaterClock();
    const imap = await server();
    // Asked to be left alone: the wait is one of minutes.
    const throttling = await server({ script: { login: fault.reply('NO [THROTTLED] Slow down') } });
    const { engine, until } = await start(await folder(), { clock });
    for (const each of [imap, throttling]) {
      await engine.addAccount(inputFor(each, { label: String(each.port), host: '0.0.0.0' }));
    }
    const before = await until(
      ({ connections }) => connections.some(isWaiting) && connections.some(isUp),
    );
    clock.aheadMs = spanMs;
    // All times are of the new clock, and none is further off than it was.
    const { connections } = await until(({ connections }) =>
      connections.every(
        (connection) =>
          (isWaiting(connection) || isUp(connection)) &&
          Math.abs(connection.since - clock.now()) < HOUR &&
          Math.abs((connection.failing?.since ?? clock.now()) - clock.now()) < HOUR,
      ),
    );
    expect(connections.filter(isWaiting)).toHaveLength(1);
    for (const { state } of connections) {
      if (state.kind !== 'retrying') continue;
      expect(state.retryAt - clock.now()).toBeGreaterThan(0);
      expect(state.retryAt - clock.now()).toBeLessThan(HOUR);
    }
    expect(before.connections).toHaveLength(2);
  });
});

describe('sessions that were kept for the next start', () => {
  const resumed = expect.objectContaining({ kind: 'resumed' }) as unknown;
  const full = { kind: 'full', reason: 'nothing-held' };

  it.each([
    ['stay behind on another network, where that is set', true, [CAFE], full],
    ['are there on the same network, where that is set', true, [HOME], resumed],
    ['stay behind where there is no network at the start: it is not known', true, [], full],
    ['are there on any network without that', false, [CAFE], resumed],
  ] as const)('%s', async (_, forgetOnNetworkChange, found, outcome) => {
    const imap = await server();
    const dataDir = await folder();
    const first = await startOn(new TestMachine(HOME), dataDir);
    await first.engine.changeSettings({ keepSessions: true, forgetOnNetworkChange });
    await first.engine.addAccount(inputFor(imap, { host: '0.0.0.0' }));
    await first.until(allIdle(1));
    // Closed without a network, Reprise still knows which one it was on.
    first.wakeUpWith();
    await first.app.close();
    const second = await startOn(new TestMachine(...found), dataDir);
    if (found.length === 0) second.wakeUpWith(HOME);
    const { connections } = await second.until(allIdle(1));
    expect(outcomes(connections)).toEqual([outcome]);
  });
});
