import type uPlot from 'uplot';
import { describe, expect, it } from 'vitest';
import { FROM, GAP, timed, viewOf } from '../testing/view.ts';
import { lineOf, lonelyAt, middles, timePlot, timesIn, valuesAt } from './lines.ts';
import type { PlotLook } from './Plot.tsx';

const MEDIAN = { of: 'resumed', figure: 'medianMs' } as const;
const five = { resumedTimes: timed(5, 9) };
/** Enough for a line to reach over one or two of them. */
const nothing = Array.from({ length: 24 }, () => ({}));

describe('a line of handshake times', () => {
  it('stands in the middle of each bucket', () => {
    expect(middles(viewOf([{}, {}]))).toEqual([FROM + 450_000, FROM + 1_350_000]);
  });

  it('goes on over a bucket in which nothing was timed', () => {
    const line = lineOf(viewOf([five, {}, five, ...nothing]), MEDIAN);
    expect(line.slice(0, 3)).toEqual([5, undefined, 5]);
  });

  it('is broken over a gap from the last value to the next, never drawn into it', () => {
    const line = lineOf(viewOf([five, GAP, five, ...nothing]), MEDIAN);
    expect(line.slice(0, 3)).toEqual([5, null, 5]);
    const wider = lineOf(viewOf([five, {}, GAP, five, ...nothing, ...nothing]), MEDIAN);
    expect(wider.slice(0, 4)).toEqual([5, null, null, 5]);
  });

  it('is broken where nothing was timed for long', () => {
    const line = lineOf(viewOf([five, {}, {}, {}, five, ...nothing]), MEDIAN);
    expect(line.slice(0, 5)).toEqual([5, null, null, null, 5]);
  });

  it('ends at its last value', () => {
    const line = lineOf(viewOf([five, GAP, {}, ...nothing]), MEDIAN);
    expect(valuesAt(line)).toEqual([0]);
    expect(line[1]).toBeNull();
  });

  it('knows resumed from full, and the median from the 95th percentile', () => {
    const view = viewOf([{ resumedTimes: timed(1, 2), fullTimes: timed(3, 4) }]);
    expect(lineOf(view, { of: 'resumed', figure: 'p95Ms' })).toEqual([2]);
    expect(lineOf(view, { of: 'full', figure: 'medianMs' })).toEqual([3]);
    expect(timesIn(view).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4]);
  });

  it('has lonely values where no line leads to a neighbour', () => {
    expect(lonelyAt([1, null, 2, undefined, 3, null, 4])).toEqual([0, 6]);
    expect(lonelyAt([undefined, 1])).toEqual([1]);
  });
});

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
