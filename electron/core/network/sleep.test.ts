import { describe, expect, test } from 'vitest';
import { ASLEEP_MS, hasSlept, type Look } from './sleep.ts';

const EVERY_MS = 2000;
const HOUR = 3_600_000;

/** Whether a sleep is found after so much time by each of the clocks. */
function after(passed: Look): boolean {
  const last = { at: 1_700_000_000_000, monotonic: 5000, busyMs: 300 };
  const now = {
    at: last.at + passed.at,
    monotonic: last.monotonic + passed.monotonic,
    busyMs: last.busyMs + passed.busyMs,
  };
  return hasSlept(last, now, EVERY_MS);
}

describe('a sleep', () => {
  test('is found where the time of day went on alone', () => {
    expect(after({ at: HOUR, monotonic: EVERY_MS, busyMs: 5 })).toBe(true);
    expect(after({ at: EVERY_MS + ASLEEP_MS, monotonic: EVERY_MS, busyMs: 5 })).toBe(true);
  });

  test('is found where both clocks went on, and the program did nothing meanwhile', () => {
    expect(after({ at: HOUR, monotonic: HOUR, busyMs: 5 })).toBe(true);
    const longMs = EVERY_MS + ASLEEP_MS;
    expect(after({ at: longMs, monotonic: longMs, busyMs: 0 })).toBe(true);
  });

  test('is not found between two looks that come in time, or somewhat late', () => {
    expect(after({ at: EVERY_MS, monotonic: EVERY_MS, busyMs: 1 })).toBe(false);
    expect(after({ at: 9000, monotonic: 9000, busyMs: 100 })).toBe(false);
  });

  test('is not found where the program was busy for all that time', () => {
    expect(after({ at: 60_000, monotonic: 60_000, busyMs: 58_000 })).toBe(false);
  });

  test('is not found where the clock is corrected, or was set back', () => {
    expect(after({ at: EVERY_MS + 900, monotonic: EVERY_MS, busyMs: 1 })).toBe(false);
    expect(after({ at: EVERY_MS - HOUR, monotonic: EVERY_MS, busyMs: 1 })).toBe(false);
  });

  test('and a clock set forward cannot be told apart', () => {
    expect(after({ at: HOUR + EVERY_MS, monotonic: EVERY_MS, busyMs: 1 })).toBe(true);
  });
});
