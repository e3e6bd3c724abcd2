import { assert, double, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  backoffDelayMs,
  FIRST_DELAY_MS,
  LONGEST_DELAY_MS,
  LONGEST_SERVER_DELAY_MS,
  patientDelayMs,
} from './backoff.ts';

describe('backoff', () => {
  test('doubles with each failure in a row', () => {
    const delays = [1, 2, 3, 4].map((failures) => backoffDelayMs(failures, 0));
    expect(delays).toEqual([500, 1000, 2000, 4000]);
  });

  test('spreads each wait over its upper half', () => {
    expect(backoffDelayMs(1, 0)).toBe(FIRST_DELAY_MS / 2);
    expect(backoffDelayMs(1, 0.999_999)).toBe(FIRST_DELAY_MS);
  });

  test('never waits longer than five minutes, nor less than half a second', () => {
    assert(
      property(
        integer({ min: 0, max: 1_000_000 }),
        double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failures, random) => {
          const delayMs = backoffDelayMs(failures, random);
          expect(delayMs).toBeGreaterThanOrEqual(FIRST_DELAY_MS / 2);
          expect(delayMs).toBeLessThanOrEqual(LONGEST_DELAY_MS);
        },
      ),
    );
  });

  test('grants a server the wait that it asks for, within an hour', () => {
    expect(patientDelayMs(1000, null)).toBe(1000);
    expect(patientDelayMs(1000, 92_415)).toBe(92_415);
    expect(patientDelayMs(1000, 10)).toBe(1000);
    expect(patientDelayMs(1000, 1e12)).toBe(LONGEST_SERVER_DELAY_MS);
  });
});
