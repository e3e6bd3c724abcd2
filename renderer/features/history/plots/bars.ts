/** The geometry of stacked bars. Pure; px of the screen or of a canvas, as the caller likes. */
import type { HistoryFigures, HistoryView } from '../../../../shared/history.ts';
import type { OutcomeKind } from '../../../../shared/model.ts';

/** What stands on what, from the bottom up; also the order of the words. */
export const STACK: readonly OutcomeKind[] = ['resumed', 'full', 'refused', 'off', 'failed'];

/** One outcome's part of a bar. */
export interface Segment {
  readonly kind: OutcomeKind;
  /** From the foot of the bar to its own foot. */
  readonly from: number;
  readonly height: number;
}

/** Handshakes of every outcome together. */
export function countAll(figures: HistoryFigures): number {
  return STACK.reduce((sum, kind) => sum + figures[kind], 0);
}

/**
 * The bar of a bucket. What happened at all is at least `leastPx` high: one failure among thousands
 * of handshakes is what somebody looks for.
 */
export function stackOf(
  figures: HistoryFigures,
  pxPerHandshake: number,
  leastPx: number,
): readonly Segment[] {
  let from = 0;
  return STACK.filter((kind) => figures[kind] > 0).map((kind) => {
    const height = Math.max(leastPx, Math.round(figures[kind] * pxPerHandshake));
    const segment = { kind, from, height };
    from += height;
    return segment;
  });
}

/** Below it a single handshake would fill the chart. */
const LEAST_TOP = 4;
/** Room above the highest bar. */
const HEADROOM = 1.06;

/** How many handshakes the count axis reaches up to. */
export function countTop({ buckets }: HistoryView): number {
  return Math.max(LEAST_TOP, ...buckets.map(countAll)) * HEADROOM;
}
