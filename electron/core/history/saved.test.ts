import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, savedBy, withBaseline } from './saved.ts';

describe('the median', () => {
  it.each([
    [[], null],
    [[3], 3],
    [[3, 1], 2],
    [[9, 1, 2], 2],
    [[1000, 1, 2, 3], 2.5],
  ])('of %j is %j', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('has as many values below it as above it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const middle = median(values) ?? Number.NaN;
        const below = values.filter((value) => value < middle).length;
        const above = values.filter((value) => value > middle).length;
        expect(Math.max(below, above)).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });
});

describe('what a handshake saved', () => {
  it('is the usual cost minus its own', () => {
    expect(savedBy(4, [10, 12, 500])).toBe(8);
  });

  it('is never below nothing', () => {
    expect(savedBy(40, [10, 12])).toBe(0);
  });

  it('is nothing where no full handshake was seen, or its own cost is unknown', () => {
    expect(savedBy(4, [])).toBe(0);
    expect(savedBy(null, [10])).toBe(0);
  });

  it('looks back on the last 20 only, and skips what was not measured', () => {
    let baselines: readonly number[] = [];
    for (let cost = 1; cost <= 25; cost++) baselines = withBaseline(baselines, cost);
    expect(baselines).toEqual(Array.from({ length: 20 }, (_, index) => index + 6));
    expect(withBaseline(baselines, null)).toBe(baselines);
  });
});
