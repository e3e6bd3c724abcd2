import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addCount,
  addHistogram,
  classOf,
  countOf,
  decodeHistogram,
  encodeHistogram,
  middleOf,
  quantile,
  type Histogram,
} from './histogram.ts';

const times = fc.array(fc.integer({ min: 1, max: 60_000_000 }), { minLength: 1, maxLength: 200 });

function histogramOf(values: readonly number[]): Histogram {
  const histogram: Histogram = new Map();
  for (const value of values) addCount(histogram, classOf(value), 1);
  return histogram;
}

describe('a histogram of times', () => {
  it('tells median and 95th percentile within 2.2 % of the exact ones', () => {
    fc.assert(
      fc.property(times, (values) => {
        const histogram = histogramOf(values);
        const sorted = values.toSorted((a, b) => a - b);
        for (const share of [0.5, 0.95]) {
          const exact = sorted[Math.ceil(sorted.length * share) - 1] ?? NaN;
          const ratio = middleOf(quantile(histogram, share) ?? NaN) / exact;
          expect(Math.abs(ratio - 1)).toBeLessThan(0.022);
        }
      }),
    );
  });

  it('added to another one is that of all their times', () => {
    fc.assert(
      fc.property(times, times, (some, others) => {
        const sum = histogramOf(some);
        addHistogram(sum, histogramOf(others));
        expect(sum).toEqual(histogramOf([...some, ...others]));
        expect(countOf(sum)).toBe(some.length + others.length);
      }),
    );
  });

  it('is the same after it was stored', () => {
    const counts = fc.array(fc.tuple(fc.nat(800), fc.integer({ min: 1, max: 2 ** 40 })));
    fc.assert(
      fc.property(counts, (entries) => {
        const histogram: Histogram = new Map(entries);
        expect(decodeHistogram(encodeHistogram(histogram))).toEqual(histogram);
      }),
    );
  });

  it('says nothing of no times, and takes no room', () => {
    expect(quantile(new Map(), 0.5)).toBeNull();
    expect(encodeHistogram(new Map())).toBeNull();
  });

  it('survives bytes that it never wrote', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(() => decodeHistogram(bytes)).not.toThrow();
      }),
    );
  });
});
