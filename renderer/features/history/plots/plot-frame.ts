/** What both charts have in common: where they lie, their axes, their colours. */
import type uPlot from 'uplot';
import { timeTicks } from './ticks.ts';

/** Room left of the plot for the labels of its axis, in px; also in `Charts.module.css`. */
const LEFT = 48;
/** Room right of the plot, in px; also in `Charts.module.css`. */
const RIGHT = 24;
/** Room for the labels of the time axis, in px; also in `Charts.module.css`. */
const BOTTOM = 24;
/** Room for half a label of the topmost line. */
const TOP = 6;

/** From one label of the time axis to the next, at least, in px. */
const LABEL_WIDTH = 72;

/** The look of a plot at the moment, from the style tokens. */
export interface PlotLook {
  readonly style: CSSStyleDeclaration;
  readonly font: string;
  readonly text: string;
  readonly line: string;
  readonly surface: string;
}

export function lookOf(element: HTMLElement): PlotLook {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(name);
  return {
    style,
    font: axisFont(token('--size-small'), token('--font')),
    text: token('--muted'),
    line: token('--line'),
    surface: token('--surface'),
  };
}

/** Of whole px: uPlot cannot scale others for screens of a higher resolution. */
export function axisFont(size: string, family: string): string {
  return `${Math.round(Number.parseFloat(size))}px ${family}`;
}

/** The font of {@link PlotLook} for what is drawn in px of the canvas. */
export function scaledFont({ font }: Pick<PlotLook, 'font'>, ratio: number): string {
  return font.replace(/^\d+/, (size) => String(Number(size) * ratio));
}

/** Everything but the y axis and what is drawn. */
export function frameOptions(
  look: PlotLook,
  limits: () => uPlot.Range.MinMax,
): Pick<uPlot.Options, 'legend' | 'cursor' | 'padding' | 'ms'> & {
  readonly x: uPlot.Scale;
  readonly xAxis: uPlot.Axis;
  readonly yAxis: uPlot.Axis;
} {
  const ticks = (plot: uPlot, from: number, to: number) =>
    timeTicks(from, to, Math.max(2, (plot.width - LEFT - RIGHT) / LABEL_WIDTH));
  const line = { stroke: look.line, width: 1 };
  const axis = { font: look.font, stroke: look.text, ticks: { show: false }, grid: line };
  return {
    legend: { show: false },
    // The reader over the plot takes its place, see `Reader.tsx`.
    cursor: { show: false },
    padding: [TOP, RIGHT, 0, 0],
    ms: 1,
    x: { time: false, range: limits },
    xAxis: {
      ...axis,
      size: BOTTOM,
      gap: 6,
      border: { show: true, ...line },
      splits: (plot, _axis, min, max) => ticks(plot, min, max).map(({ at }) => at),
      values: (plot, splits) => {
        const { min = 0, max = 0 } = plot.scales['x'] ?? {};
        const labels = new Map(ticks(plot, min, max).map(({ at, label }) => [at, label]));
        return splits.map((at) => labels.get(at) ?? null);
      },
    },
    yAxis: { ...axis, size: LEFT, gap: 8, space: 28 },
  };
}
