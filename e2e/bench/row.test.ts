import { expect, it } from 'vitest';
import { median, rowOf, tableOf } from './row.ts';

it('takes the middle of an odd and of an even number of values', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});

it('compares each run with its own baseline', () => {
  const row = rowOf('id', 'what', 'ms', [
    { value: 1, baseline: 2 },
    { value: 30, baseline: 40 },
    { value: 2, baseline: 2 },
  ]);
  expect(row).toMatchObject({ value: 2, baseline: 2, ratio: 0.75, spread: 0.5, runs: 3 });
});

it('spreads over the values where there is no baseline', () => {
  const row = rowOf('id', 'what', 'share', [{ value: 1 }, { value: 0.9 }]);
  expect(row).toMatchObject({ baseline: null, ratio: null, spread: 0.1 });
  expect(tableOf([row])).toContain('0.95');
});
