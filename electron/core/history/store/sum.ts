import type { HandshakeTimes, HistoryFigures, SavedTime } from '../../../../shared/history.ts';
import type { OutcomeKind } from '../../../../shared/model.ts';
import { KINDS, type AttemptRow } from '../row.ts';
import {
  addCount,
  addHistogram,
  classOf,
  countOf,
  middleOf,
  quantile,
  type Histogram,
} from './histogram.ts';

/** The attempts of some span, added up. */
export interface Sum {
  readonly counts: Record<OutcomeKind, number>;
  /** Resumed handshakes, by their line. */
  readonly lines: Histogram;
  savedBytes: number;
  /** See {@link AttemptRow.planned}. */
  planned: number;
  /** By class, or by the time itself: one or the other in all sums that are added up. */
  readonly resumedTimes: Histogram;
  readonly fullTimes: Histogram;
}

export function emptySum(): Sum {
  return {
    counts: { resumed: 0, full: 0, refused: 0, off: 0, failed: 0 },
    lines: new Map(),
    savedBytes: 0,
    planned: 0,
    resumedTimes: new Map(),
    fullTimes: new Map(),
  };
}

/** What of an attempt is added up. */
export type SummedRow = Pick<AttemptRow, 'kind' | 'tlsUs' | 'line' | 'savedBytes' | 'planned'>;

/** Counts one more attempt. @param keyOf by what its time is counted */
export function addRow(sum: Sum, row: SummedRow, keyOf = classOf): void {
  sum.counts[row.kind] += 1;
  if (row.kind === 'resumed' && row.line !== null) addCount(sum.lines, row.line, 1);
  sum.savedBytes += row.savedBytes;
  if (row.planned) sum.planned += 1;
  if (row.tlsUs === null) return;
  if (row.kind === 'resumed') addCount(sum.resumedTimes, keyOf(row.tlsUs), 1);
  // A refused one is no measure of a full handshake: the useless offer made it dearer.
  if (row.kind === 'full' || row.kind === 'off') addCount(sum.fullTimes, keyOf(row.tlsUs), 1);
}

/** Adds `other` to `sum`. */
export function addSum(sum: Sum, other: Sum): void {
  for (const kind of KINDS) sum.counts[kind] += other.counts[kind];
  addHistogram(sum.lines, other.lines);
  sum.savedBytes += other.savedBytes;
  sum.planned += other.planned;
  addHistogram(sum.resumedTimes, other.resumedTimes);
  addHistogram(sum.fullTimes, other.fullTimes);
}

/** The figures as they are stored: what time was saved depends on what is measured since. */
export interface StoredFigures extends Omit<HistoryFigures, keyof SavedTime> {
  /** Resumed handshakes, by their line. */
  readonly lines: ReadonlyMap<number, number>;
}

/** The figures of a sum. @param timeOf the time in µs of what times are counted by */
export function figuresOf(sum: Sum, timeOf = middleOf): StoredFigures {
  return {
    ...sum.counts,
    resumedTimes: timesOf(sum.resumedTimes, timeOf),
    fullTimes: timesOf(sum.fullTimes, timeOf),
    lines: sum.lines,
    savedBytes: sum.savedBytes,
    planned: sum.planned,
  };
}

function timesOf(histogram: Histogram, timeOf: (key: number) => number): HandshakeTimes | null {
  const [median, p95] = [quantile(histogram, 0.5), quantile(histogram, 0.95)];
  if (median === null || p95 === null) return null;
  return {
    count: countOf(histogram),
    medianMs: timeOf(median) / 1000,
    p95Ms: timeOf(p95) / 1000,
  };
}
