import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactTimes } from './exact-times.ts';
import {
  addHistogram,
  addTime,
  countOf,
  decodeHistogram,
  encodeHistogram,
  quantile,
  type Histogram,
} from './histogram.ts';

const times = fc.array(fc.integer({ min: 1, max: 60_000_000 }), { minLength: 1, maxLength: 200 });

function histogramOf(values: readonly number[]): Histogram {
  const histogram: Histogram = new Map();
  for (const value of values) addTime(histogram, value);
  return histogram;
}

describe('a histogram of times', () => {
  it('tells median and 95th percentile within 2.2 % of the exact ones', () => {
    fc.assert(
      fc.property(times, (values) => {
        const histogram = histogramOf(values);
        const exact = exactTimes(values);
        for (const [share, exactMs] of [
          [0.5, exact?.medianMs],
          [0.95, exact?.p95Ms],
        ] as const) {
          const ratio = (quantile(histogram, share) ?? 0) / 1000 / (exactMs ?? 0);
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
    expect(exactTimes([])).toBeNull();
  });

  it('survives bytes that it never wrote', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(() => decodeHistogram(bytes)).not.toThrow();
      }),
    );
  });
});
