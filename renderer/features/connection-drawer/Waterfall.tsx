import type { ReactNode } from 'react';
import type { Attempt, PhaseTimes } from '../../../shared/model.ts';
import { formatExactMs, formatMs } from '../../format.ts';
import { PHASE_EXPLANATIONS, PHASE_WORDS } from '../../words.ts';
import { layOut, type Span } from './waterfall.ts';
import textStyles from '../../ui/Text.module.css';
import styles from './Waterfall.module.css';

interface WaterfallProps {
  readonly attempt: Attempt;
  /** Phases of the latest full handshake with the same server. */
  readonly lastFull: PhaseTimes | null;
}

/** The phases of a connect as bars; behind those of a resumed one stands the last full attempt. */
export function Waterfall({ attempt, lastFull }: WaterfallProps): ReactNode {
  const ghost = attempt.outcome.kind === 'resumed' ? lastFull : null;
  const { rows, ghostMs, scaleMs } = layOut(attempt.phases, ghost);
  // It failed before anything could be timed.
  if (rows.length === 0) return null;
  const place = ({ startMs, ms }: Span) => ({
    left: `${(100 * startMs) / scaleMs}%`,
    width: `max(2px, ${(100 * ms) / scaleMs}%)`,
  });
  return (
    <table className={styles.waterfall}>
      <caption className={styles.caption}>
        {ghost === null ? 'Time by phase' : 'Time by phase; the outline is the last full handshake'}
        {rows.map(({ phase }) => {
          const explanation = PHASE_EXPLANATIONS[phase];
          return explanation !== undefined && `. ${PHASE_WORDS[phase]}: ${explanation}`;
        })}
      </caption>
      <thead className={textStyles.unseen}>
        <tr>
          <th scope="col">Phase</th>
          <th scope="col">Bar</th>
          <th scope="col">Time</th>
          {ghost !== null && <th scope="col">Last full handshake</th>}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.phase}>
            <th scope="row" className={styles.phase} title={PHASE_EXPLANATIONS[row.phase]}>
              {PHASE_WORDS[row.phase]}
            </th>
            <td>
              <div className={styles.line}>
                {row.ghost !== null && <div className={styles.ghost} style={place(row.ghost)} />}
                {row.span !== null && (
                  <div
                    className={styles.bar}
                    data-phase={row.phase}
                    data-outcome={attempt.outcome.kind}
                    style={place(row.span)}
                  />
                )}
              </div>
            </td>
            <td
              className={styles.time}
              title={row.span === null ? undefined : formatExactMs(row.span.ms)}
            >
              {formatMs(row.span?.ms ?? null)}
            </td>
            {ghost !== null && (
              <td
                className={styles.before}
                title={row.ghost === null ? undefined : `${formatExactMs(row.ghost.ms)} then`}
              >
                {formatMs(row.ghost?.ms ?? null)}
              </td>
            )}
          </tr>
        ))}
      </tbody>
      {attempt.outcome.kind !== 'failed' && (
        <tfoot>
          <tr>
            <th scope="row" colSpan={2} className={styles.phase}>
              Total
            </th>
            <td
              className={styles.time}
              title={attempt.totalMs === null ? undefined : formatExactMs(attempt.totalMs)}
            >
              {formatMs(attempt.totalMs)}
            </td>
            {ghostMs !== null && <td className={styles.before}>{formatMs(ghostMs)}</td>}
          </tr>
        </tfoot>
      )}
    </table>
  );
}
