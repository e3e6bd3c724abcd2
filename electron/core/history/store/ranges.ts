/** The lengths of time that figures are added up over, and which of them a range is made of. */
import type { HistoryRange } from '../../../../shared/history.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const MINUTE = { id: 0, lengthMs: MINUTE_MS, keptMs: HOUR_MS, kept: 240 } as const;
const QUARTER = { id: 1, lengthMs: 15 * MINUTE_MS, keptMs: DAY_MS, kept: 384 } as const;
const HOUR = { id: 2, lengthMs: HOUR_MS, keptMs: Infinity, kept: 0 } as const;

/**
 * Sums are kept over these lengths of time; `id` is what the database calls it. One is let go of when
 * it is older than `keptMs` and not among the latest `kept` in which anything happened: where the
 * clock is set forward for a while and back again, nothing of the last hour or day is missing. No
 * sum outlives the history as a whole.
 */
export const LEVELS = [MINUTE, QUARTER, HOUR] as const;
export type Level = (typeof LEVELS)[number];
/** Shorter ones divide it without rest. */
export const LONGEST_LEVEL: Level = HOUR;

/** Attempts one by one are kept this long, where the history as a whole is kept longer. */
export const ROWS_KEPT_MS = 30 * DAY_MS;
/**
 * For how long everything is kept unless the user chose less: spans of life as well, without which
 * nobody could tell a gap from a zero.
 */
export const DEFAULT_KEPT_DAYS = 365;

interface Shape {
  readonly level: Level;
  readonly bucketMs: number;
  readonly buckets: number;
}

const SHAPES: Readonly<Record<HistoryRange, Shape>> = {
  '1h': { level: MINUTE, bucketMs: MINUTE_MS, buckets: 60 },
  '24h': { level: QUARTER, bucketMs: 15 * MINUTE_MS, buckets: 96 },
  '7d': { level: HOUR, bucketMs: HOUR_MS, buckets: 168 },
  '30d': { level: HOUR, bucketMs: 6 * HOUR_MS, buckets: 120 },
};

/** The buckets of a range that ends now. */
export interface Grid extends Shape {
  readonly fromAt: number;
  /** The end of the bucket that `now` is in. */
  readonly toAt: number;
}

export function gridOf(range: HistoryRange, now: number): Grid {
  const shape = SHAPES[range];
  const toAt = startOf(now, shape.bucketMs) + shape.bucketMs;
  return { ...shape, toAt, fromAt: toAt - shape.buckets * shape.bucketMs };
}

/** The start of the span of this length that `at` is in; spans are counted from the epoch. */
export function startOf(at: number, lengthMs: number): number {
  return Math.floor(at / lengthMs) * lengthMs;
}
