/** A view as the charts take it. Pure. */
import type uPlot from 'uplot';
import type { HistoryBucket, HistoryView } from '../../../../shared/history.ts';
import { OUTCOME_SHAPES } from '../../../ui/marks.tsx';
import { gapHooks } from './gaps.ts';
import { frameOptions, type PlotKind, type PlotLook } from './Plot.tsx';
import { logTicks, timeScale } from './ticks.ts';

/**
 * One value a bucket, where something was timed. From one to the next a line is drawn over
 * `undefined`, and none over `null`.
 */
type Line = (number | null | undefined)[];

/** A line over more than this share of the range would claim what nobody has measured. */
const LONGEST_JOIN = 1 / 12;

/** The lines of handshake times, in the order in which they are drawn. */
const TIME_LINES = [
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

/** Every point is marked where they are so far apart on average, in px. */
const POINT_PITCH = 12;
/** Else every so many px one is: lines are told apart by their points, too. */
const MARK_PITCH = 72;
/** From one label of a logarithmic axis to the next, in px. */
const LABEL_HEIGHT = 24;

/** Lines of how long handshakes took. */
export const timePlot: PlotKind = {
  data: (view) => [middles(view), ...TIME_LINES.map((line) => lineOf(view, line))],
  options: (look, view) => {
    const { x, xAxis, yAxis, ...frame } = frameOptions(look, () => [view().fromAt, view().toAt]);
    const scale = () => timeScale(timesIn(view()));
    const { isLogarithmic } = scale();
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- its names are types alone
    const distr = (isLogarithmic ? 3 : 1) as uPlot.Scale.Distr;
    return {
      ...frame,
      scales: { x, y: { distr, range: () => [scale().min, scale().max] } },
      axes: [
        xAxis,
        {
          ...yAxis,
          ...(isLogarithmic && {
            splits: (plot) => [...logTicks(scale(), plot.height / LABEL_HEIGHT)],
            // uPlot would empty labels in a low plot; these have been chosen to fit already.
            filter: (_, splits) => splits,
            // uPlot leaves labels out of a low one by itself; these have been chosen already.
          }),
          values: (_, splits) => splits.map(String),
        },
      ],
      series: [{}, ...TIME_LINES.map((line) => seriesOf(line, look))],
      hooks: gapHooks(look, view),
    };
  },
  // The kind of its scale is fixed when a plot is made.
  keyOf: (view) => String(timeScale(timesIn(view)).isLogarithmic),
};

function seriesOf({ of, figure }: TimeLine, look: PlotLook): uPlot.Series {
  const stroke = look.style.getPropertyValue(OUTCOME_SHAPES[of].colour);
  const isMedian = figure === 'medianMs';
  return {
    stroke,
    width: isMedian ? 2 : 1,
    ...(isMedian ? {} : { dash: [4, 3] }),
    points: {
      show: true,
      size: isMedian ? 6 : 4,
      width: 1.5,
      stroke,
      fill: of === 'resumed' ? stroke : look.surface,
      filter: (plot, index) => markedAt(plot, plot.data[index] ?? [], isMedian),
    },
  };
}

function markedAt(
  plot: uPlot,
  line: ArrayLike<number | null | undefined>,
  isMedian: boolean,
): number[] {
  const values = Array.from(line);
  const lonely = lonelyAt(values);
  if (!isMedian) return lonely;
  const found = valuesAt(values);
  const pitch = plot.bbox.width / devicePixelRatio / found.length;
  if (pitch >= POINT_PITCH) return found;
  const every = Math.ceil(MARK_PITCH / pitch);
  return found.filter((index, place) => place % every === 0 || lonely.includes(index));
}
