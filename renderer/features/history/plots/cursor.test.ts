import { describe, expect, it } from 'vitest';
import { FROM, viewOf } from '../testing/view.ts';
import { indexAt, indexOf, step } from './cursor.ts';

describe('the cursor', () => {
  it.each([
    ['ArrowLeft', 4],
    ['ArrowRight', 6],
    ['Home', 0],
    ['End', 95],
    ['PageDown', 0],
    ['PageUp', 15],
    ['a', null],
  ])('goes with %s from the sixth bucket to %j', (key, index) => {
    expect(step(96, 5, key)).toBe(index);
  });

  it('stays within the range', () => {
    expect(step(96, 0, 'ArrowLeft')).toBe(0);
    expect(step(96, 95, 'ArrowRight')).toBe(95);
    expect(step(96, 90, 'PageUp')).toBe(95);
  });

  it('finds the bucket under the pointer, also at the very ends', () => {
    expect([-3, 0, 9.9, 10, 999, 1000, 1200].map((x) => indexAt(100, x, 1000))).toEqual([
      0, 0, 0, 1, 99, 99, 99,
    ]);
  });

  it('stays with its bucket when the view moves on, until that has left it', () => {
    const quarter = 15 * 60_000;
    const view = viewOf([{}, {}, {}], { fromAt: FROM + quarter });
    expect(indexOf(view, FROM + quarter)).toBe(0);
    expect(indexOf(view, FROM + 3 * quarter)).toBe(2);
    expect(indexOf(view, FROM)).toBeNull();
    expect(indexOf(view, FROM + 4 * quarter)).toBeNull();
    // Of a view with other buckets.
    expect(indexOf(view, FROM + quarter + 60_000)).toBeNull();
  });
});
