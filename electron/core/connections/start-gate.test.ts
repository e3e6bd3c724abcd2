import { describe, expect, test } from 'vitest';
import { START_HOLD_MS, StartGate } from './start-gate.ts';
import { TestClock } from '../testing/clock.ts';

function gate(places: number) {
  const clock = new TestClock();
  const starts = new StartGate(clock, places);
  const order: string[] = [];
  const enter = (account: string): void => {
    void starts.enter(account).then(() => order.push(account));
  };
  return { clock, starts, order, enter };
}

/** Lets everything happen that needs no time. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

describe('starting many connections', () => {
  test('lets no more start at once than there are places', async () => {
    const { starts, order, enter } = gate(2);
    const leave = await starts.enter('a');
    enter('b');
    enter('c');
    await settled();
    expect(order).toEqual(['b']);
    leave();
    await settled();
    expect(order).toEqual(['b', 'c']);
  });

  test('the accounts take turns, so that a large one does not keep a small one waiting', async () => {
    const { clock, order, enter } = gate(1);
    for (const account of ['large', 'large', 'large', 'large', 'small']) enter(account);
    for (let place = 0; place < 5; place += 1) {
      await settled();
      clock.advance(START_HOLD_MS);
    }
    expect(order).toEqual(['large', 'large', 'small', 'large', 'large']);
  });

  test('a connect that hangs makes room after a while', async () => {
    const { clock, starts, order, enter } = gate(1);
    const leave = await starts.enter('hanging');
    enter('other');
    await settled();
    expect(order).toEqual([]);
    clock.advance(START_HOLD_MS);
    await settled();
    expect(order).toEqual(['other']);
    // The place was given away already: leaving late frees none.
    leave();
    enter('third');
    await settled();
    expect(order).toEqual(['other']);
  });

  test('leaves no timer behind', async () => {
    const { clock, starts } = gate(1);
    const leave = await starts.enter('a');
    leave();
    leave();
    expect(clock.pending).toBe(0);
  });
});
