import { useEffect, useRef, type ReactNode } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { HistoryView } from '../../../../shared/history.ts';
import { useTheme } from '../../../theme.ts';
import { lookOf, type PlotLook } from './plot-frame.ts';
import styles from '../Charts.module.css';

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
