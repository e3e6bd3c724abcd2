/** How long sessions live, by the server's word: the engine with real servers, and its clock moved on. */
import { describe, expect, it } from 'vitest';
import { TestMachine } from '../network/testing/machine.ts';
import { LaterClock } from '../testing/clock.ts';
import {
  allIdle,
  allIdleAgain,
  folder,
  inputFor,
  outcomes,
  server,
  start,
  type Followed,
} from './testing/engine.ts';

const HOUR = 3_600_000;

/** Time that passes in a program that is awake: a leap of the clock alone is a sleep, and connects afresh. */
class AwakeClock extends LaterClock {
  readonly machine = new TestMachine('192.0.2.1');

  override monotonic(): number {
    return super.monotonic() + this.aheadMs;
  }

  pass(spanMs: number): void {
    this.aheadMs += spanMs;
    this.machine.busy += spanMs;
  }
}

async function reconnected({ engine, state, until }: Followed) {
  const before = state();
  await engine.reconnectAll();
  const [outcome] = outcomes((await until(allIdleAgain(before))).connections);
  return outcome;
}

/** The connection is up, and what it brought is shown. */
const isHeld = (state: Parameters<ReturnType<typeof allIdle>>[0]): boolean =>
  allIdle(1)(state) && state.heldSessions.some(({ endsAt }) => endsAt.length > 0);

const EXPIRED = { kind: 'full', reason: 'expired' };

describe.each([
  ['TLSv1.3', 172_800, 30, 47],
  ['TLSv1.3', 600, 0.1, 0.16],
  ['TLSv1.2', 172_800, 23, 23.9],
  ['TLSv1.2', 600, 0.1, 0.16],
] as const)('under %s a session that lives for %d s', (protocol, lifetimeSeconds, good, last) => {
  it(`is resumed after ${String(good)} hours, and not after its end`, async () => {
    const clock = new AwakeClock();
    const imap = await server({ protocol, lifetimeSeconds });
    const program = await start(await folder(), { clock, machine: clock.machine });
    await program.engine.addAccount(inputFor(imap));
    const { heldSessions } = await program.until(isHeld);
    const leftMs = (heldSessions[0]?.endsAt.at(-1) ?? 0) - clock.now();
    expect(leftMs).toBeGreaterThan(last * HOUR);
    expect(leftMs).toBeLessThan(last * 1.05 * HOUR);
    clock.pass(good * HOUR);
    expect(await reconnected(program)).toMatchObject({ kind: 'resumed' });
    await program.until(isHeld);
    clock.pass(last * 1.05 * HOUR);
    expect(await reconnected(program)).toEqual(EXPIRED);
  });
});

describe('sessions that are kept', () => {
  it('are resumed by the next run as long as the server said', async () => {
    const clock = new LaterClock();
    const imap = await server({ lifetimeSeconds: 172_800 });
    const dataDir = await folder();
    const first = await start(dataDir, { clock });
    await first.engine.changeSettings({ keepSessions: true });
    await first.engine.addAccount(inputFor(imap));
    await first.until(isHeld);
    await first.app.close();
    clock.aheadMs = 30 * HOUR;
    const second = await start(dataDir, { clock });
    const { connections } = await second.until(allIdle(1));
    expect(outcomes(connections)).toMatchObject([{ kind: 'resumed' }]);
  });
});
