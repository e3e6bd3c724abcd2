import type { HistoryBucket } from '../../../shared/history.ts';
import type { OutcomeKind } from '../../../shared/model.ts';
import { gridOf, startOf } from './ranges.ts';
import type { Saved } from './saved.ts';

const DAY = gridOf('24h', 0);
const QUARTER_MS = DAY.bucketMs;
const DAY_MS = DAY.toAt - DAY.fromAt;

/** What the counters count. */
export type DayFigures = Record<OutcomeKind, number> & { savedMs: number; savedBytes: number };

/** Twice what a day has: a clock that was set wrongly for a while costs nothing. */
const QUARTERS_KEPT = 192;

/**
 * Sums of the last 24 hours, over the same quarters of an hour as the view of that range: between
 * 23 h 45 min and 24 h, the quarter that is under way included.
 */
export class RollingDay {
  #since: number;
  readonly #quarters = new Map<number, DayFigures>();
  #fromAt = Number.NEGATIVE_INFINITY;
  #sum = nothing();

  /** @param since when counting began, ms since the epoch */
  constructor(since: number) {
    this.#since = since;
  }

  /** Counts a handshake that began at `at`. */
  add(at: number, kind: OutcomeKind, saved: Saved): void {
    this.#add(at, { ...nothing(), [kind]: 1, savedMs: saved.ms, savedBytes: saved.bytes });
  }

  /** Adds what earlier runs recorded. @param since when that began */
  addRecorded(buckets: readonly HistoryBucket[], since: number | null): void {
    if (since !== null) this.#since = Math.min(this.#since, since);
    for (const { startAt, resumed, full, refused, off, failed, savedMs, savedBytes } of buckets) {
      this.#add(startAt, { resumed, full, refused, off, failed, savedMs, savedBytes });
    }
  }

  /** The sums, and when they begin. */
  sums(now: number): DayFigures & { readonly since: number } {
    const { fromAt, toAt } = gridOf('24h', now);
    if (fromAt !== this.#fromAt) {
      this.#fromAt = fromAt;
      this.#sum = nothing();
      for (const [startAt, figures] of this.#quarters) {
        if (startAt >= fromAt && startAt < toAt) add(this.#sum, figures);
      }
    }
    return { ...this.#sum, since: Math.max(fromAt, this.#since) };
  }

  #add(at: number, figures: DayFigures): void {
    const startAt = startOf(at, QUARTER_MS);
    const quarter = this.#quarters.get(startAt);
    if (quarter === undefined) this.#begin(startAt, figures);
    else add(quarter, figures);
    if (startAt >= this.#fromAt && startAt < this.#fromAt + DAY_MS) add(this.#sum, figures);
  }

  #begin(startAt: number, figures: DayFigures): void {
    this.#quarters.set(startAt, { ...figures });
    if (this.#quarters.size > QUARTERS_KEPT) {
      this.#quarters.delete(Math.min(...this.#quarters.keys()));
    }
  }
}

function nothing(): DayFigures {
  return { resumed: 0, full: 0, refused: 0, off: 0, failed: 0, savedMs: 0, savedBytes: 0 };
}

function add(sum: DayFigures, other: DayFigures): void {
  sum.resumed += other.resumed;
  sum.full += other.full;
  sum.refused += other.refused;
  sum.off += other.off;
  sum.failed += other.failed;
  sum.savedMs += other.savedMs;
  sum.savedBytes += other.savedBytes;
}
