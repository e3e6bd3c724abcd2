import type {
  HistoryAccount,
  HistoryBucket,
  HistoryFigures,
  HistoryQuery,
  HistoryView,
} from '../../../../shared/history.ts';
import { aliveWithin, type AliveSpan } from '../alive.ts';
import { middleOf } from './histogram.ts';
import { gridOf, startOf, type Grid } from './ranges.ts';
import { addSum, emptySum, figuresOf, type StoredFigures, type Sum } from './sum.ts';

/** One bar, as the database knows it. */
export type StoredBucket = StoredFigures & Omit<HistoryBucket, keyof HistoryFigures>;

/** A view as the database knows it. */
export interface StoredView extends Omit<HistoryView, 'notRecorded' | 'buckets' | 'totals'> {
  readonly buckets: readonly StoredBucket[];
  readonly totals: StoredFigures;
}

/** Sums by the start of the bucket that they are of. */
export type Buckets = ReadonlyMap<number, Sum>;

/** What was recorded within a range. */
export interface Found {
  readonly sums: Buckets;
  /** Each handshake counts with its own time, and not by classes. */
  readonly isExact: boolean;
  readonly alive: readonly AliveSpan[];
  readonly accounts: readonly HistoryAccount[];
  /** When the history begins; `null` where nothing was ever recorded. */
  readonly recordedSince: number | null;
  /** Not after the first handshake of whichever account; `null` where none is known. */
  readonly firstAt: number | null;
}

/** What a history without a file has. */
export const NOTHING_FOUND: Found = {
  sums: new Map(),
  isExact: true,
  alive: [],
  accounts: [],
  recordedSince: null,
  firstAt: null,
};

/** A time in µs that stands for itself. */
const itself = (timeUs: number): number => timeUs;

/** The view of a range that ends now; its axis begins with the range, or with the first handshake. */
export function viewOf({ range, account }: HistoryQuery, now: number, found: Found): StoredView {
  const { sums, alive, isExact, accounts, recordedSince } = found;
  const grid = gridOf(range, now);
  const { toAt, bucketMs } = grid;
  const fromAt = axisFrom(grid, found);
  const timeOf = isExact ? itself : middleOf;
  const total = emptySum();
  const buckets = Array.from({ length: (toAt - fromAt) / bucketMs }, (_, index) => {
    const startAt = fromAt + index * bucketMs;
    const endAt = startAt + bucketMs;
    const sum = sums.get(startAt);
    if (sum !== undefined) addSum(total, sum);
    const aliveMs = aliveWithin(alive, startAt, endAt);
    return {
      ...figuresOf(sum ?? emptySum(), timeOf),
      startAt,
      lengthMs: bucketMs,
      aliveMs,
      // The last one is that of the moment in which this runs.
      isGap: sum === undefined && aliveMs === 0 && endAt < toAt,
    };
  });
  return {
    range,
    account,
    at: now,
    fromAt,
    toAt,
    bucketMs,
    buckets,
    totals: figuresOf(total, timeOf),
    timesAreExact: isExact,
    accounts,
    recordedSince,
  };
}

/** The start of the first bucket: no axis shows a time of before the first handshake. */
function axisFrom({ fromAt, toAt, bucketMs }: Grid, { firstAt }: Found): number {
  const last = toAt - bucketMs;
  return Math.min(last, Math.max(fromAt, startOf(firstAt ?? last, bucketMs)));
}
