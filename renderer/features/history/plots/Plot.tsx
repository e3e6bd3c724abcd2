/** What both charts have in common: where they lie, their axes, their colours. */
import { useEffect, useRef, type ReactNode } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { HistoryView } from '../../../../shared/history.ts';
import { useTheme } from '../../../theme.ts';
import { timeTicks } from './ticks.ts';
import styles from '../Charts.module.css';

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

function lookOf(element: HTMLElement): PlotLook {
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
    // The reader over the plot takes its place, see `Charts.tsx`.
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

/** What a plot shows of a view, and how. */
export interface PlotKind {
  readonly data: (view: HistoryView) => uPlot.AlignedData;
  /** `view` gives the one that is shown when it is called. */
  readonly options: (
    look: PlotLook,
    view: () => HistoryView,
  ) => Omit<uPlot.Options, 'width' | 'height'>;
  /** What needs a new plot when it changes. */
  readonly keyOf?: (view: HistoryView) => string;
}

interface PlotProps {
  readonly kind: PlotKind;
  readonly view: HistoryView;
}

/** A drawing that follows its data, the theme and the size of its place; for the eye alone. */
export function Plot({ kind, view }: PlotProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const shown = useRef(view);
  const theme = useTheme();
  const key = kind.keyOf?.(view) ?? '';

  useEffect(() => {
    shown.current = view;
    plot.current?.setData(kind.data(view));
  }, [kind, view]);

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const size = () => ({ width: element.clientWidth, height: element.clientHeight });
    const options = kind.options(lookOf(element), () => shown.current);
    const made = new uPlot({ ...options, ...size() }, kind.data(shown.current), element);
    plot.current = made;
    const watch = new ResizeObserver(() => {
      made.setSize(size());
    });
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = null;
    };
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- the theme gives the colours
  }, [kind, key, theme]);

  return <div ref={place} className={styles.plot} aria-hidden="true" />;
}
