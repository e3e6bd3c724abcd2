import type uPlot from 'uplot';
import { OUTCOME_SHAPES } from '../../../ui/marks/outcome-shape.ts';
import { gapHooks } from './draw-gaps.ts';
import { frameOptions, type PlotLook } from './plot-frame.ts';
import type { PlotKind } from './Plot.tsx';
import {
  lineOf,
  lonelyAt,
  middles,
  TIME_LINES,
  timesIn,
  valuesAt,
  type TimeLine,
} from './series.ts';
import { logTicks, timeScale } from './ticks.ts';

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
