import { describe, expect, it } from 'vitest';
import { FROM, GAP, viewOf } from '../testing/view.ts';
import { gapsOf, rowsOf } from './gaps.ts';

const QUARTER = 15 * 60_000;

describe('gaps', () => {
  it('are runs of buckets of which nothing is known, and not those in which nothing happened', () => {
    const view = viewOf([{}, GAP, GAP, {}, GAP]);
    expect(gapsOf(view)).toEqual([
      { first: 1, last: 2, fromAt: FROM + QUARTER, toAt: FROM + 3 * QUARTER },
      { first: 4, last: 4, fromAt: FROM + 4 * QUARTER, toAt: FROM + 5 * QUARTER },
    ]);
  });

  it('are one row each of the table, whose newest row comes first', () => {
    const rows = rowsOf(viewOf([{ resumed: 1 }, GAP, GAP, { resumed: 2 }]));
    expect(rows.map((row) => (row.kind === 'gap' ? 'gap' : row.bucket.resumed))).toEqual([
      2,
      'gap',
      1,
    ]);
  });
});
