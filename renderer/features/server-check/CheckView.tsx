import type { ReactNode } from 'react';
import type { CheckReport } from '../../../shared/check.ts';
import type { CheckId, ServerCheck } from '../../../shared/model.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { formatExactTime, formatServer, formatTime } from '../../format.ts';
import { Button } from '../../ui/Button.tsx';
import { OutcomeMark } from '../../ui/marks/OutcomeMark.tsx';
import { Name, ServerLine } from '../../ui/Text.tsx';
import { toastIfFailed } from '../../ui/toasts.ts';
import { Evidence } from './Evidence.tsx';
import { NoteList } from './NoteList.tsx';
import { ResultTable } from './ResultTable.tsx';
import { saveReport } from './save-report.ts';
import { changesSince, VERDICT_WORDS } from './words.ts';
import styles from './ServerCheck.module.css';

interface CheckViewProps {
  readonly check: ServerCheck;
  /** Shows another one. */
  readonly onStarted: (id: CheckId) => void;
}

/** One check: what it is doing, and what it has found. */
export function CheckView({ check, onStarted }: CheckViewProps): ReactNode {
  const api = useEngineApi();
  const { target, state, report, previous, startedAt } = check;
  const isRunning = state.kind === 'running';
  const repeat = async () => {
    const { id } = await api.repeatCheck(check.id);
    onStarted(id);
  };
  const press = () =>
    isRunning
      ? toastIfFailed('Could not cancel', api.cancelCheck(check.id))
      : toastIfFailed('Could not check again', repeat());
  return (
    <section className={styles.view} aria-label={`Check of ${target.host}`}>
      <div className={styles.title}>
        <h2 className={styles.heading}>
          <Name>{formatServer(target.host, target.port)}</Name>
        </h2>
        <span className={styles.aside} title={formatExactTime(startedAt)}>
          {target.protocol.toUpperCase()}, {target.security === 'tls' ? 'TLS' : 'STARTTLS'}
          {typeof report?.software === 'string' && `, ${report.software}`}, {formatTime(startedAt)}
        </span>
        <span className={styles.actions}>
          {/* One button for both, so that it keeps the focus when the check ends. */}
          <Button onClick={() => void press()}>{isRunning ? 'Cancel' : 'Check again'}</Button>
          {!isRunning && report !== null && (
            <Button
              onClick={() => {
                saveReport(report);
              }}
            >
              Export JSON
            </Button>
          )}
        </span>
      </div>
      <StateLine check={check} />
      {report !== null && report.results.length > 0 && report.problem === null && (
        <ResultTable report={report} />
      )}
      {state.kind === 'done' && report !== null && previous !== null && (
        <Changes report={report} previous={previous} />
      )}
      {report !== null && (
        <>
          <NoteList key={`notes of ${check.id}`} notes={report.notes} />
          <Evidence key={`evidence of ${check.id}`} report={report} />
        </>
      )}
    </section>
  );
}

function StateLine({ check: { state, report } }: { readonly check: ServerCheck }): ReactNode {
  return (
    // Steps change several times a second: only the end is said aloud.
    <section
      aria-live={state.kind === 'running' ? 'off' : 'polite'}
      aria-label="Verdict"
      className={styles.state}
    >
      {state.kind === 'running' && <p className={styles.step}>Checking: {state.step}</p>}
      {state.kind === 'cancelled' && <p>Cancelled. Every connection is closed.</p>}
      {state.kind === 'failed' && <p>The check failed: {state.message}</p>}
      {state.kind === 'done' && report !== null && <Verdict report={report} />}
    </section>
  );
}

function Verdict({ report }: { readonly report: CheckReport }): ReactNode {
  const { verdict, summary, stopped, problem } = report;
  return (
    <>
      <p className={styles.verdict}>
        <OutcomeMark kind={verdict === null ? 'failed' : VERDICT_WORDS[verdict].mark} />
        <strong>{verdict === null ? 'Could not be tested' : VERDICT_WORDS[verdict].word}</strong>
      </p>
      <p>{summary}</p>
      {stopped !== null && <p>{stopped}</p>}
      {problem !== null && problem.serverLine !== null && (
        <ServerLine>{problem.serverLine}</ServerLine>
      )}
      {problem !== null && problem.certificate !== null && (
        <p className={styles.aside}>
          Certificate: {problem.certificate.subject}, issued by {problem.certificate.issuer},
          SHA-256 {problem.certificate.fingerprint256}
        </p>
      )}
    </>
  );
}

interface ChangesProps {
  readonly report: CheckReport;
  readonly previous: CheckReport;
}

function Changes({ report, previous }: ChangesProps): ReactNode {
  const changes = changesSince(report, previous);
  return (
    <section aria-label="Compared with last time" className={styles.changes}>
      <h3 className={styles.heading}>Compared with {formatTime(previous.startedAt)}</h3>
      {changes.length === 0 ? (
        <p>Every verdict is the same.</p>
      ) : (
        <ul>
          {changes.map((change) => (
            <li key={change}>{change}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
