import { describe, expect, it } from 'vitest';
import { aliveWithin, BEAT_MS, lived, type AliveSpan } from './alive.ts';

/** The span after beats at these times, by the time of day and by the time that only rises. */
function spanAfter(...beats: readonly (readonly [at: number, monotonic: number])[]): AliveSpan {
  let span: AliveSpan = { startAt: -1, endAt: -1 };
  let last = null;
  for (const [at, monotonic] of beats) {
    const beat = { at, monotonic };
    span = lived(last === null ? null : span, last, beat);
    last = beat;
  }
  return span;
}

describe('signs of life', () => {
  it('make one span while they come regularly', () => {
    const span = spanAfter([1000, 5], [61_000, 60_005], [121_050, 120_060], [121_100, 120_110]);
    expect(span).toEqual({ startAt: 1000, endAt: 121_100 });
  });

  it.each([
    { what: 'the machine slept', at: 3_661_000, monotonic: 60_005 },
    { what: 'the machine slept and both clocks went on', at: 3_661_000, monotonic: 3_660_005 },
    { what: 'the clock was set forward', at: 91_000, monotonic: 60_005 },
    { what: 'the clock was set back', at: 31_000, monotonic: 60_005 },
    { what: 'the clock was set back to long ago', at: 0, monotonic: 60_005 },
  ])('begin a new span when $what', ({ at, monotonic }) => {
    expect(spanAfter([1000, 5], [at, monotonic])).toEqual({ startAt: at, endAt: at });
  });

  it('stay together when a busy machine is late by less than a beat', () => {
    const span = spanAfter([0, 0], [2 * BEAT_MS - 1, 2 * BEAT_MS - 1]);
    expect(span).toEqual({ startAt: 0, endAt: 2 * BEAT_MS - 1 });
  });

  it('never shorten a span, though the clock is corrected by a second', () => {
    expect(spanAfter([0, 0], [60_000, 60_000], [59_500, 60_500]).endAt).toBe(60_000);
  });
});

describe('the time alive within a bucket', () => {
  it('counts what is covered, once where spans overlap, and only within', () => {
    const spans = [
      { startAt: 50, endAt: 70 },
      { startAt: -10, endAt: 10 },
      { startAt: 60, endAt: 80 },
      { startAt: 65, endAt: 66 },
      { startAt: 95, endAt: 200 },
    ];
    expect(aliveWithin(spans, 0, 100)).toBe(10 + 30 + 5);
    expect(aliveWithin(spans, 10, 50)).toBe(0);
    expect(aliveWithin([], 0, 100)).toBe(0);
  });
});
