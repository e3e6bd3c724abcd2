import type { ReactNode } from 'react';
import { OUTCOME_WORDS } from '../../../shared/attempt.ts';
import type { HistoryFigures, HistoryView } from '../../../shared/history.ts';
import {
  formatBytes,
  formatCount,
  formatExactBytes,
  formatExactMs,
  formatMs,
  NOTHING,
} from '../../format.ts';
import { PLANNED_SENTENCE } from '../../words.ts';
import { basisSentence, savedTimeWords } from '../counters/saved-time.ts';
import { STACK } from './plots/bars.ts';
import { GAP_SENTENCE, rowsOf } from './plots/gaps.ts';
import { periodOf, rangeTitle, spanWords } from './readout.ts';
import styles from './HistoryTable.module.css';

const TIMES = [
  'Resumed, median',
  'Resumed, 95\u00a0%',
  'Full, median',
  'Full, 95\u00a0%',
  'Bytes saved',
  'Time saved',
];
const FIGURES = [...STACK.map((kind) => OUTCOME_WORDS[kind]), 'Planned', ...TIMES];

/** The same figures as the charts, as a table. */
export function HistoryTable({ view }: { readonly view: HistoryView }): ReactNode {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- keys scroll it
    <section className={styles.scroller} aria-label="Figures over time" tabIndex={0}>
      <table className={styles.table} aria-label={`History of ${rangeTitle(view).toLowerCase()}`}>
        <thead>
          <tr>
            <th scope="col" className={styles.period}>
              Time
            </th>
            {FIGURES.map((name) => (
              <th key={name} scope="col" className={styles.figure}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rowsOf(view).map((row) =>
            row.kind === 'gap' ? (
              <tr key={row.gap.fromAt} className={styles.gap}>
                <th scope="row" className={styles.period}>
                  {spanWords(row.gap.fromAt, row.gap.toAt, view.at)}
                </th>
                <td colSpan={FIGURES.length}>{GAP_SENTENCE}</td>
              </tr>
            ) : (
              <tr key={row.bucket.startAt}>
                <th scope="row" className={styles.period}>
                  {periodOf(row.bucket, view.at)}
                </th>
                <Figures figures={row.bucket} />
              </tr>
            ),
          )}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" className={styles.period}>
              {rangeTitle(view)}
            </th>
            <Figures figures={view.totals} />
          </tr>
        </tfoot>
      </table>
    </section>
  );
}

function Figures({ figures }: { readonly figures: HistoryFigures }): ReactNode {
  const { resumedTimes, fullTimes, savedMs, savedBytes } = figures;
  return (
    <>
      {STACK.map((kind) => (
        <td key={kind} className={styles.figure} data-none={figures[kind] === 0}>
          {formatCount(figures[kind])}
        </td>
      ))}
      <td className={styles.figure} data-none={figures.planned === 0} title={PLANNED_SENTENCE}>
        {formatCount(figures.planned)}
      </td>
      <Time ms={resumedTimes?.medianMs} />
      <Time ms={resumedTimes?.p95Ms} />
      <Time ms={fullTimes?.medianMs} />
      <Time ms={fullTimes?.p95Ms} />
      <td
        className={styles.figure}
        data-none={savedBytes === 0}
        title={formatExactBytes(savedBytes)}
      >
        {savedBytes === 0 ? NOTHING : formatBytes(savedBytes)}
      </td>
      <td className={styles.figure} data-none={savedMs === 0} title={basisSentence(figures)}>
        {figures.resumed === 0 ? NOTHING : savedTimeWords(figures)}
      </td>
    </>
  );
}

function Time({ ms }: { readonly ms: number | undefined }): ReactNode {
  return (
    <td
      className={styles.figure}
      data-none={ms === undefined}
      title={ms === undefined ? undefined : formatExactMs(ms)}
    >
      {formatMs(ms ?? null)}
    </td>
  );
}
