import { describe, expect, it } from 'vitest';
import { viewOf } from '../testing/view.ts';
import { countTop, stackOf } from './bars.ts';

const bucket = (figures: Parameters<typeof viewOf>[0][number]) => {
  const [only] = viewOf([figures]).buckets;
  if (only === undefined) throw new Error('There is no bucket.');
  return only;
};

describe('a bar', () => {
  it('stacks what happened from resumed up to failed, and leaves out what did not', () => {
    const figures = bucket({ resumed: 10, full: 4, failed: 2 });
    expect(stackOf(figures, 3, 1)).toEqual([
      { kind: 'resumed', from: 0, height: 30 },
      { kind: 'full', from: 30, height: 12 },
      { kind: 'failed', from: 42, height: 6 },
    ]);
  });

  it('shows one failure among thousands, and puts it on top of the rest', () => {
    expect(stackOf(bucket({ resumed: 5000, failed: 1 }), 0.05, 2)).toEqual([
      { kind: 'resumed', from: 0, height: 250 },
      { kind: 'failed', from: 250, height: 2 },
    ]);
  });

  it('has room below the top, and a single handshake does not fill the chart', () => {
    expect(countTop(viewOf([{ resumed: 60, off: 40 }, { full: 1 }]))).toBeCloseTo(106);
    expect(countTop(viewOf([{ full: 1 }]))).toBeGreaterThan(4);
  });
});
