import type { HandshakeTimes, HistoryFigures } from '../../../shared/history.ts';
import type { OutcomeKind } from '../../../shared/model.ts';
import { addHistogram, addTime, countOf, quantile, type Histogram } from './histogram.ts';
import type { AttemptRow } from './row.ts';

/** The handshakes of some span, added up. */
export interface Sum {
  readonly counts: Record<OutcomeKind, number>;
  savedUs: number;
  savedBytes: number;
  readonly resumedTimes: Histogram;
  readonly fullTimes: Histogram;
}

export function emptySum(): Sum {
  return {
    counts: { resumed: 0, full: 0, refused: 0, off: 0, failed: 0 },
    savedUs: 0,
    savedBytes: 0,
    resumedTimes: new Map(),
    fullTimes: new Map(),
  };
}

/** Counts one more handshake. */
export function addRow(
  sum: Sum,
  row: Pick<AttemptRow, 'kind' | 'tlsUs' | 'savedUs' | 'savedBytes'>,
): void {
  sum.counts[row.kind] += 1;
  sum.savedUs += row.savedUs;
  sum.savedBytes += row.savedBytes;
  if (row.tlsUs === null) return;
  if (row.kind === 'resumed') addTime(sum.resumedTimes, row.tlsUs);
  // A refused one is no measure of a full handshake: the useless offer made it dearer.
  if (row.kind === 'full' || row.kind === 'off') addTime(sum.fullTimes, row.tlsUs);
}

/** Adds `other` to `sum`. */
export function addSum(sum: Sum, other: Sum): void {
  sum.counts.resumed += other.counts.resumed;
  sum.counts.full += other.counts.full;
  sum.counts.refused += other.counts.refused;
  sum.counts.off += other.counts.off;
  sum.counts.failed += other.counts.failed;
  sum.savedUs += other.savedUs;
  sum.savedBytes += other.savedBytes;
  addHistogram(sum.resumedTimes, other.resumedTimes);
  addHistogram(sum.fullTimes, other.fullTimes);
}

/** The figures as the interface gets them; with the times from the histograms. */
export function figuresOf(sum: Sum): HistoryFigures {
  return {
    ...sum.counts,
    resumedTimes: timesOf(sum.resumedTimes),
    fullTimes: timesOf(sum.fullTimes),
    savedMs: sum.savedUs / 1000,
    savedBytes: sum.savedBytes,
  };
}

function timesOf(histogram: Histogram): HandshakeTimes | null {
  const median = quantile(histogram, 0.5);
  const p95 = quantile(histogram, 0.95);
  if (median === null || p95 === null) return null;
  return { count: countOf(histogram), medianMs: median / 1000, p95Ms: p95 / 1000 };
}
