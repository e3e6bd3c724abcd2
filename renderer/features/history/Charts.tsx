import type { ReactNode } from 'react';
import type { HistoryView } from '../../../shared/history.ts';
import { Unseen } from '../../ui/Text.tsx';
import { countPlot } from './plots/bars.ts';
import { useCursor } from './plots/cursor.ts';
import { timePlot } from './plots/lines.ts';
import { Plot } from './plots/Plot.tsx';
import { periodOf, rangeTitle, readAloud } from './readout.ts';
import { CountReadout, TimeReadout } from './Readout.tsx';
import styles from './Charts.module.css';

/** Both charts, one below the other, with one cursor. */
export function Charts({ view }: { readonly view: HistoryView }): ReactNode {
  const { index, isByKeys, pointing, reading } = useCursor(view);
  const count = view.buckets.length;
  const shown = index ?? count - 1;
  const bucket = view.buckets[shown];
  const hasTimes = view.totals.resumedTimes !== null || view.totals.fullTimes !== null;
  // Both plots are as wide as each other, and every bucket as wide as the next.
  const mark = index !== null && (
    <div
      className={styles.mark}
      style={{ left: `${(100 * index) / count}%`, width: `${100 / count}%` }}
    />
  );
  return (
    <div className={styles.charts}>
      <CountReadout view={view} index={index} />
      <div className={styles.counts}>
        <Plot kind={countPlot} view={view} />
        <div className={styles.cover}>{mark}</div>
        <div
          className={styles.reader}
          // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an input would have a thumb
          role="slider"
          aria-readonly="true"
          tabIndex={0}
          aria-label={`Figures over time, ${rangeTitle(view).toLowerCase()}`}
          aria-valuemin={1}
          aria-valuemax={count}
          aria-valuenow={shown + 1}
          aria-valuetext={bucket && periodOf(bucket, view.at)}
          {...pointing}
          {...reading}
        />
      </div>
      {/* The slider says when, this what. Only keys make it speak: a pointer passes too much. */}
      <output
        className={styles.spoken}
        aria-label="At the cursor"
        aria-live={isByKeys ? 'polite' : 'off'}
      >
        <Unseen>{isByKeys ? readAloud(view, shown) : ''}</Unseen>
      </output>
      <TimeReadout view={view} index={index} />
      <div className={styles.lines}>
        <Plot kind={timePlot} view={view} />
        <div className={styles.cover} {...pointing}>
          {mark}
        </div>
        {!hasTimes && <p className={styles.untimed}>No handshake was timed.</p>}
      </div>
    </div>
  );
}
