/** A view as the charts take it. Pure. */
import type { HistoryBucket, HistoryView } from '../../../../shared/history.ts';

/**
 * One value a bucket, where something was timed. From one to the next a line is drawn over
 * `undefined`, and none over `null`.
 */
export type Line = (number | null | undefined)[];

/** A line over more than this share of the range would claim what nobody has measured. */
const LONGEST_JOIN = 1 / 12;

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

/** How long handshakes took; broken over gaps, and where nothing was timed for long. */
export function lineOf({ buckets }: HistoryView, { of, figure }: TimeLine): Line {
  const line: Line = buckets.map((bucket) => timesOf(bucket, of)?.[figure]);
  const longest = buckets.length * LONGEST_JOIN;
  let last = -1;
  for (const [index, value] of line.entries()) {
    if (value === undefined && index < line.length - 1) continue;
    const isBroken =
      index - last > longest || buckets.slice(last + 1, index).some(({ isGap }) => isGap);
    if (isBroken) line.fill(null, last + 1, value === undefined ? index + 1 : index);
    last = index;
  }
  return line;
}

function timesOf(bucket: HistoryBucket, of: TimeLine['of']) {
  return of === 'resumed' ? bucket.resumedTimes : bucket.fullTimes;
}

/** Every value that is drawn. */
export function timesIn(view: HistoryView): number[] {
  return TIME_LINES.flatMap((line) => lineOf(view, line)).filter((ms) => typeof ms === 'number');
}

/** Buckets with a value. */
export function valuesAt(line: Readonly<Line>): number[] {
  return [...line.keys()].filter((index) => typeof line[index] === 'number');
}

/** Those of them that no line leads to or from: they have to be seen as points. */
export function lonelyAt(line: Readonly<Line>): number[] {
  const found = valuesAt(line);
  const isJoined = (from: number | undefined, to: number | undefined) =>
    from !== undefined && to !== undefined && !line.slice(from, to).includes(null);
  return found.filter(
    (index, place) => !isJoined(found[place - 1], index) && !isJoined(index, found[place + 1]),
  );
}
