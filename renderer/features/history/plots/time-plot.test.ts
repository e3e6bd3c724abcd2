import type uPlot from 'uplot';
import { expect, it } from 'vitest';
import type { PlotLook } from './plot-frame.ts';
import { timed, viewOf } from '../testing/view.ts';
import { timePlot } from './time-plot.ts';

const LOOK: PlotLook = {
  style: { getPropertyValue: () => '' } as unknown as CSSStyleDeclaration,
  font: '12px sans-serif',
  text: '',
  line: '',
  surface: '',
};

it('every line of a logarithmic axis has its number, in a low window too', () => {
  const view = viewOf([{ resumed: 1, full: 1, resumedTimes: timed(1), fullTimes: timed(30) }]);
  const [, axis] = timePlot.options(LOOK, () => view).axes ?? [];
  if (typeof axis?.splits !== 'function' || typeof axis.values !== 'function') {
    throw new Error('The axis has no ticks of its own.');
  }
  // Nothing else of a plot is asked for.
  const plot = { height: 150 } as uPlot;
  const splits = axis.splits(plot, 1, 0, 0, 0, 0);
  expect(axis.values(plot, splits, 1, 0, 0)).toEqual(['0.5', '1', '2', '5', '10', '20']);
  // Without a filter of its own uPlot makes all but the powers of ten null.
  expect(axis.filter?.(plot, splits, 1, 0, 0)).toEqual(splits);
});
