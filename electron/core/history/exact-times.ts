import type { DatabaseSync } from 'node:sqlite';
import type { HandshakeTimes } from '../../../shared/history.ts';
import type { Grid } from './ranges.ts';
import { KIND_CODES } from './row.ts';
import { countOf } from './histogram.ts';
import type { Sum } from './sum.ts';

/** So many handshakes are read one by one; it takes the history's thread some 20 ms. */
const MOST_ROWS = 20_000;

/** Times by bucket; `total` is over all of them. */
export interface ExactTimes {
  readonly buckets: ReadonlyMap<number, Times>;
  readonly total: Times;
}

/** Times in µs, of the two kinds that are compared. */
export interface Times {
  readonly resumed: number[];
  readonly full: number[];
}

/** Times from the handshakes themselves, where there are few enough of them. */
export class ExactTimesReader {
  readonly #count;
  readonly #times;

  constructor(db: DatabaseSync) {
    this.#count = db.prepare(`
      SELECT sum(resumed + full + refused + off + failed) AS count
      FROM sums WHERE level = ? AND account = 0 AND start_at >= ? AND start_at < ?
    `);
    this.#times = db.prepare(`
      SELECT at, kind, tls_us FROM handshake
      WHERE id >= ? AND id < ? AND tls_us IS NOT NULL AND kind IN (?, ?, ?)
        AND (? = 0 OR account = ?)
    `);
  }

  /**
   * @param account its number, 0 for all
   * @param sum what the sums say of the same handshakes
   * @returns `null` where there are too many, or where some are there as sums only
   * @throws SQLite's error
   */
  read({ level, fromAt, toAt, bucketMs }: Grid, account: number, sum: Sum): ExactTimes | null {
    const count = Number(this.#count.get(level.id, fromAt, toAt)?.['count'] ?? 0);
    if (count > MOST_ROWS) return null;
    const { resumed, full, off } = KIND_CODES;
    const rows = this.#times.iterate(
      fromAt * 1000,
      toAt * 1000,
      resumed,
      full,
      off,
      account,
      account,
    );
    const total: Times = { resumed: [], full: [] };
    const buckets = new Map<number, Times>();
    for (const row of rows) {
      const bucket = Math.floor((Number(row['at']) - fromAt) / bucketMs);
      const times = buckets.get(bucket) ?? { resumed: [], full: [] };
      buckets.set(bucket, times);
      const kind = row['kind'] === resumed ? 'resumed' : 'full';
      times[kind].push(Number(row['tls_us']));
      total[kind].push(Number(row['tls_us']));
    }
    const isComplete =
      total.resumed.length === countOf(sum.resumedTimes) &&
      total.full.length === countOf(sum.fullTimes);
    return isComplete ? { buckets, total } : null;
  }
}

/** Median and 95th percentile by nearest rank, as in `histogram.ts`; `null` of none. */
export function exactTimes(timesUs: readonly number[]): HandshakeTimes | null {
  const sorted = timesUs.toSorted((a, b) => a - b);
  const at = (share: number): number | undefined => sorted[Math.ceil(sorted.length * share) - 1];
  const [median, p95] = [at(0.5), at(0.95)];
  if (median === undefined || p95 === undefined) return null;
  return { count: sorted.length, medianMs: median / 1000, p95Ms: p95 / 1000 };
}
