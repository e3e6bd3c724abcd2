/** A view as the charts take it. Pure. */
import type { HistoryBucket, HistoryView } from '../../../shared/history.ts';

/** One value a bucket: `null` in a gap, where a line is broken; `undefined` where nothing was timed. */
export type Line = (number | null | undefined)[];

/** The lines of handshake times, in the order in which they are drawn. */
export const TIME_LINES = [
  { of: 'full', figure: 'p95Ms' },
  { of: 'resumed', figure: 'p95Ms' },
  { of: 'full', figure: 'medianMs' },
  { of: 'resumed', figure: 'medianMs' },
] as const;
export type TimeLine = (typeof TIME_LINES)[number];

/** The middle of each bucket. */
export function middles({ buckets }: HistoryView): number[] {
  return buckets.map(({ startAt, lengthMs }) => startAt + lengthMs / 2);
}

/** How long handshakes took. */
export function lineOf({ buckets }: HistoryView, { of, figure }: TimeLine): Line {
  return buckets.map((bucket) => (bucket.isGap ? null : timesOf(bucket, of)?.[figure]));
}

function timesOf(bucket: HistoryBucket, of: TimeLine['of']) {
  return of === 'resumed' ? bucket.resumedTimes : bucket.fullTimes;
}

/** Every value that is drawn. */
export function timesIn(view: HistoryView): number[] {
  return TIME_LINES.flatMap((line) => lineOf(view, line)).filter((ms) => typeof ms === 'number');
}

/** Buckets with a value. */
export function valuesAt(line: readonly (number | null | undefined)[]): number[] {
  return [...line.keys()].filter((index) => typeof line[index] === 'number');
}

/** Those of them that no line leads to or from: they have to be seen as points. */
export function lonelyAt(line: readonly (number | null | undefined)[]): number[] {
  const found = valuesAt(line);
  const isJoined = (from: number | undefined, to: number | undefined) =>
    from !== undefined && to !== undefined && !line.slice(from, to).includes(null);
  return found.filter(
    (index, place) => !isJoined(found[place - 1], index) && !isJoined(index, found[place + 1]),
  );
}
