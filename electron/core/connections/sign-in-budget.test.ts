import { describe, expect, test } from 'vitest';
import { type Charge, MINUTE_MS, MOST_IN_VAIN, SignInBudget } from './sign-in-budget.ts';

/** Takes all that is left. */
function takeAll(budget: SignInBudget, now: number): readonly Charge[] {
  const taken: Charge[] = [];
  for (;;) {
    const charge = budget.take(now, true);
    if (charge === null) return taken;
    taken.push(charge);
  }
}

/** How many can be made at that moment, all of which lead nowhere. */
function inVain(budget: SignInBudget, now: number): number {
  const taken = takeAll(budget, now);
  for (const charge of taken) budget.spend(charge, now);
  return taken.length;
}

describe('the sign-ins of an account', () => {
  test('that lead nowhere are twenty in a minute, then half as many each, down to one', () => {
    const budget = new SignInBudget();
    const counts: number[] = [];
    for (let now = 0; now < 7 * MINUTE_MS; now += MINUTE_MS / 4) counts.push(inVain(budget, now));
    expect(counts.filter((count) => count > 0)).toEqual([20, 10, 5, 2, 1, 1, 1]);
    expect(counts.filter((_, quarter) => quarter % 4 === 0)).toEqual([20, 10, 5, 2, 1, 1, 1]);
  });

  test('are never more than twenty in any minute, also where they come one by one', () => {
    const budget = new SignInBudget();
    const made: number[] = [];
    for (let now = 0; now < 10 * MINUTE_MS; now += 700) {
      const charge = budget.take(now, true);
      if (charge === null) continue;
      made.push(now);
      budget.spend(charge, now + 300);
    }
    for (const at of made) {
      const within = made.filter((other) => other >= at && other < at + MINUTE_MS);
      expect(within.length).toBeLessThanOrEqual(MOST_IN_VAIN);
    }
  });

  test('that lead nowhere now and then are not held up', () => {
    const budget = new SignInBudget();
    for (let now = 0; now < 60 * MINUTE_MS; now += 4000) {
      const charge = budget.take(now, true);
      expect(charge).not.toBeNull();
      if (charge !== null) budget.spend(charge, now);
    }
  });

  test('that watch their mailboxes, or came to no sign-in, are without number', () => {
    const budget = new SignInBudget();
    for (let time = 0; time < 100; time += 1) {
      const taken = takeAll(budget, time);
      expect(taken).toHaveLength(MOST_IN_VAIN);
      for (const charge of taken)
        if (time % 2 === 0) charge.watchingAt = time;
        else budget.giveBack(charge);
    }
  });

  test('that are under way may yet do so, and are given up after a minute', () => {
    const budget = new SignInBudget();
    takeAll(budget, 0);
    expect(budget.isUndecided(1)).toBe(true);
    expect(budget.leftAt(1)).toBe(MINUTE_MS);
    expect(budget.take(MINUTE_MS - 1, true)).toBeNull();
    expect(budget.isUndecided(MINUTE_MS)).toBe(true);
    expect(budget.leftAt(MINUTE_MS)).toBe(2 * MINUTE_MS);
    expect(budget.isUndecided(MINUTE_MS)).toBe(false);
  });

  test('after the first were used up, count until they have watched for a minute, and bring more', () => {
    const budget = new SignInBudget();
    expect([inVain(budget, 0), inVain(budget, MINUTE_MS), inVain(budget, 2 * MINUTE_MS)]).toEqual([
      20, 10, 5,
    ]);
    const counts: number[] = [];
    for (let minute = 3; minute < 9; minute += 1) {
      const now = minute * MINUTE_MS;
      const taken = takeAll(budget, now);
      for (const charge of taken) charge.watchingAt = now;
      expect(budget.isUndecided(now)).toBe(false);
      counts.push(taken.length, takeAll(budget, now + MINUTE_MS / 2).length);
      if (taken.length === MOST_IN_VAIN) break;
    }
    expect(counts).toEqual([2, 0, 4, 0, 8, 0, 16, 0, 20, 20]);
  });

  test('of mailboxes that have not failed go on at once as well, however little is left', () => {
    const budget = new SignInBudget();
    for (let minute = 0; minute < 4; minute += 1) inVain(budget, minute * MINUTE_MS);
    for (let time = 0; time < 100; time += 1) {
      const charge = budget.take(4 * MINUTE_MS + time, false);
      expect(charge).not.toBeNull();
      expect(budget.take(4 * MINUTE_MS + time, false)).toBeNull();
      if (charge !== null) charge.watchingAt = 4 * MINUTE_MS + time;
    }
  });

  test('that take long to watch have their minute from then on, and others theirs meanwhile', () => {
    const budget = new SignInBudget();
    const [late, ...silent] = takeAll(budget, 0);
    expect(silent).toHaveLength(MOST_IN_VAIN - 1);
    if (late !== undefined) late.watchingAt = MINUTE_MS - 1000;
    // The silent ones are given up after theirs: one is left.
    expect(takeAll(budget, MINUTE_MS)).toHaveLength(1);
    if (late !== undefined) budget.spend(late, MINUTE_MS + 1000);
    expect(budget.leftAt(MINUTE_MS + 1000)).toBe(2 * MINUTE_MS + 1000);
  });

  test('that watch and are gone within the minute have led nowhere', () => {
    const budget = new SignInBudget();
    const taken = takeAll(budget, 0);
    for (const charge of taken) charge.watchingAt = 0;
    expect(budget.leftAt(1000)).toBe(1000);
    for (const charge of taken) budget.spend(charge, 1000);
    expect(budget.leftAt(1000)).toBe(1000 + MINUTE_MS);
  });

  test('that had watched for a minute are none of those', () => {
    const budget = new SignInBudget();
    const taken = takeAll(budget, 0);
    for (const charge of taken) charge.watchingAt = 0;
    for (const charge of taken) budget.spend(charge, MINUTE_MS);
    expect(budget.leftAt(MINUTE_MS)).toBe(MINUTE_MS);
  });

  test('that fail while nothing is left were made before: they halve nothing again', () => {
    const budget = new SignInBudget();
    const taken = takeAll(budget, 0);
    for (const charge of taken) charge.watchingAt = 0;
    const later = takeAll(budget, 0);
    for (const charge of [...taken, ...later]) budget.spend(charge, 0);
    expect(inVain(budget, MINUTE_MS)).toBe(MOST_IN_VAIN / 2);
  });
});
