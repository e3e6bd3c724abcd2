import { gridOf, startOf } from './store/ranges.ts';
import {
  addRow,
  addSum,
  emptySum,
  figuresOf,
  type StoredFigures,
  type Sum,
  type SummedRow,
} from './store/sum.ts';
import type { StoredBucket } from './store/view.ts';

const QUARTER_MS = gridOf('24h', 0).bucketMs;
/** Twice what a day has: a clock that was set wrongly for a while costs nothing. */
const QUARTERS_KEPT = 192;

/**
 * Sums of the last 24 hours, over the same quarters of an hour as the view of that range: between
 * 23 h 45 min and 24 h, the quarter that is under way included. They are held here, and not asked of
 * the history, because the demo's attempts count and are never recorded, and because counting goes on
 * while a disk refuses.
 */
export class RollingDay {
  #since: number;
  readonly #quarters = new Map<number, Sum>();

  /** @param since when counting began, ms since the epoch */
  constructor(since: number) {
    this.#since = since;
  }

  /** Counts an attempt that began at `at`. */
  add(at: number, row: SummedRow): void {
    addRow(this.#quarterOf(at), row);
  }

  /** Adds what earlier runs recorded. @param since when that began */
  addRecorded(buckets: readonly StoredBucket[], since: number | null): void {
    if (since !== null) this.#since = Math.min(this.#since, since);
    for (const {
      startAt,
      resumed,
      full,
      refused,
      off,
      failed,
      savedBytes,
      planned,
      lines,
    } of buckets) {
      const counts = { resumed, full, refused, off, failed };
      const sum = { ...emptySum(), counts, savedBytes, planned, lines: new Map(lines) };
      addSum(this.#quarterOf(startAt), sum);
    }
  }

  /** The sums, and when they begin. */
  sums(now: number): StoredFigures & { readonly since: number } {
    const { fromAt, toAt } = gridOf('24h', now);
    const sum = emptySum();
    for (const [startAt, quarter] of this.#quarters) {
      if (startAt >= fromAt && startAt < toAt) addSum(sum, quarter);
    }
    return { ...figuresOf(sum), since: Math.max(fromAt, this.#since) };
  }

  #quarterOf(at: number): Sum {
    const startAt = startOf(at, QUARTER_MS);
    const known = this.#quarters.get(startAt);
    if (known !== undefined) return known;
    const quarter = emptySum();
    this.#quarters.set(startAt, quarter);
    if (this.#quarters.size > QUARTERS_KEPT) {
      this.#quarters.delete(Math.min(...this.#quarters.keys()));
    }
    return quarter;
  }
}
