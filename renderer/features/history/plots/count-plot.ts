import uPlot from 'uplot';
import { formatCount } from '../../../format.ts';
import { countAll, countTop } from './bars.ts';
import { drawBars, paintsOf, type Paints } from './draw-bars.ts';
import { gapHooks } from './draw-gaps.ts';
import { frameOptions, type PlotLook } from './plot-frame.ts';
import type { PlotKind } from './Plot.tsx';
import { middles } from './series.ts';

/** Handshakes are whole. */
const INCREMENTS = [0, 1, 2, 3, 4, 5, 6].flatMap((power) =>
  [1, 2, 5].map((factor) => factor * 10 ** power),
);

/** Bars of handshakes by their outcome. */
export const countPlot: PlotKind = {
  data: (view) => [middles(view), view.buckets.map(countAll)],
  options: (look, view) => {
    const { x, xAxis, yAxis, ...frame } = frameOptions(look, () => [view().fromAt, view().toAt]);
    const paints = paintsAt(look);
    return {
      ...frame,
      scales: { x, y: { range: () => [0, countTop(view())] } },
      axes: [
        xAxis,
        { ...yAxis, incrs: INCREMENTS, values: (_, splits) => splits.map(formatCount) },
      ],
      series: [{}, { paths: () => null, points: { show: false } }],
      hooks: {
        ...gapHooks(look, view),
        draw: [
          (plot) => {
            drawBars(plot, view(), paints(uPlot.pxRatio), uPlot.pxRatio);
          },
        ],
      },
    };
  },
};

/** Made anew where the window has moved to a screen of another resolution. */
function paintsAt(look: PlotLook): (ratio: number) => Paints {
  let made: { readonly ratio: number; readonly paints: Paints } | null = null;
  return (ratio) => {
    if (made?.ratio !== ratio) made = { ratio, paints: paintsOf(look.style, ratio) };
    return made.paints;
  };
}
