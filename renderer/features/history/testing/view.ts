/** Views for tests: only what a test is about is spelled out. */
import type { HistoryBucket, HistoryFigures, HistoryView } from '../../../../shared/history.ts';

const MINUTE = 60_000;
/** The first bucket's start, on a local midnight. */
export const FROM = new Date(2026, 10, 23).getTime();

const NONE: HistoryFigures = {
  resumed: 0,
  full: 0,
  refused: 0,
  off: 0,
  failed: 0,
  resumedTimes: null,
  fullTimes: null,
  savedMs: 0,
  savedBasis: { lowMs: 0, highMs: 0, counted: 0, uncounted: 0, full: 0, resumed: 0 },
  savedBytes: 0,
  planned: 0,
};

/** All of which nothing is known. */
export const GAP: Partial<HistoryBucket> = { isGap: true, aliveMs: 0 };

/** Times of one handshake. */
export function timed(medianMs: number, p95Ms = medianMs) {
  return { count: 1, medianMs, p95Ms };
}

/** A view with these buckets of a quarter of an hour each. */
export function viewOf(
  buckets: readonly Partial<HistoryBucket>[],
  more: Partial<HistoryView> = {},
): HistoryView {
  const lengthMs = 15 * MINUTE;
  const whole = buckets.map((bucket, index) => ({
    ...NONE,
    startAt: FROM + index * lengthMs,
    lengthMs,
    aliveMs: lengthMs,
    isGap: false,
    ...bucket,
  }));
  const toAt = FROM + buckets.length * lengthMs;
  return {
    range: '24h',
    account: null,
    at: toAt - MINUTE,
    fromAt: FROM,
    toAt,
    bucketMs: lengthMs,
    buckets: whole,
    totals: {
      ...NONE,
      resumed: whole.reduce((sum, { resumed }) => sum + resumed, 0),
      full: whole.reduce((sum, { full }) => sum + full, 0),
    },
    timesAreExact: true,
    accounts: [],
    recordedSince: FROM,
    notRecorded: 0,
    ...more,
  };
}
