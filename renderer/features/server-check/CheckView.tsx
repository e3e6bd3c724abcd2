import type { ReactNode } from 'react';
import type { CheckReport, CheckResult } from '../../../shared/check.ts';
import type { EngineApi } from '../../../shared/contract.ts';
import type { ServerCheck } from '../../../shared/model.ts';
import {
  formatBytes,
  formatDuration,
  formatExactTime,
  formatMs,
  formatServer,
  formatTime,
  isolate,
  NOTHING,
} from '../../format.ts';
import { showScreen } from '../../navigation.ts';
import { CallButton } from '../../ui/call.tsx';
import { Button } from '../../ui/controls.tsx';
import { saveFile } from '../../ui/hand-over.ts';
import { OutcomeMark } from '../../ui/marks.tsx';
import { Name, ServerLine } from '../../ui/Text.tsx';
import { Evidence, NoteList } from './Findings.tsx';
import { changesSince, rowName, VERDICT_WORDS } from './words.ts';
import styles from './ServerCheck.module.css';

interface CheckViewProps {
  readonly check: ServerCheck;
}

/** One check: what it is doing, and what it has found. */
export function CheckView({ check }: CheckViewProps): ReactNode {
  const { target, state, report, previous, startedAt } = check;
  const isRunning = state.kind === 'running';
  const repeat = async (api: EngineApi) => {
    const { id } = await api.repeatCheck(check.id);
    showScreen('check', { check: id });
  };
  return (
    <section className={styles.view} aria-label={`Check of ${isolate(target.host)}`}>
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
          <CallButton
            call={(api) => (isRunning ? api.cancelCheck(check.id) : repeat(api))}
            failure={isRunning ? 'Could not cancel' : 'Could not check again'}
          >
            {isRunning ? 'Cancel' : 'Check again'}
          </CallButton>
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

function StateLine({ check: { state, report } }: CheckViewProps): ReactNode {
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

/** Version and mechanism against what came of them, by address. */
function ResultTable({ report }: { readonly report: CheckReport }): ReactNode {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls: keys must reach it
    <section className={styles.scroller} tabIndex={0} aria-label="Results">
      <table className={styles.table} aria-label="Server check results">
        <thead>
          <tr>
            <th scope="col">Address</th>
            <th scope="col">Mechanism</th>
            <th scope="col">Verdict</th>
            <th scope="col">Resumed</th>
            <th scope="col">Issued</th>
            <th scope="col">Lifetime</th>
            <th scope="col">Full</th>
            <th scope="col">Resumption</th>
          </tr>
        </thead>
        <tbody>
          {report.results.map((result) => (
            <ResultRow
              key={`${result.address} ${result.protocol} ${result.mechanism}`}
              result={result}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function ResultRow({ result }: { readonly result: CheckResult }): ReactNode {
  const { verdict, attempts, resumed, issuedOnFull, issuedOnResumption, lifetimeSeconds } = result;
  const { word, mark } = VERDICT_WORDS[verdict];
  return (
    <tr>
      <td>{result.address}</td>
      <th scope="row">{rowName(result)}</th>
      <td>
        <span className={styles.verdict}>
          <OutcomeMark kind={mark} />
          {word}
        </span>
      </td>
      <td>{attempts === 0 ? NOTHING : `${resumed} of ${attempts}`}</td>
      <td title="With a full handshake, and with a resumed one">
        {issuedOnFull === null ? NOTHING : `${issuedOnFull}, then ${issuedOnResumption ?? NOTHING}`}
      </td>
      <td title={lifetimeSeconds === null ? undefined : `${lifetimeSeconds} s`}>
        {lifetimeSeconds === null ? NOTHING : formatDuration(lifetimeSeconds * 1000)}
      </td>
      <Cost cost={result.full} />
      <Cost cost={result.resumption} />
    </tr>
  );
}

function Cost({ cost }: { readonly cost: CheckResult['full'] }): ReactNode {
  return (
    <td>
      {cost === null
        ? NOTHING
        : `${formatMs(cost.ms.median)}, ${formatBytes(cost.receivedBytes.median)}`}
    </td>
  );
}

/** Hands the report to the browser as a file. */
function saveReport(report: CheckReport): void {
  const host = report.target.host.replaceAll(/[^\w.-]/g, '_');
  const fileName = `server-check-${host}-${report.target.port}.json`;
  saveFile(fileName, 'application/json', `${JSON.stringify(report, null, 2)}\n`);
}
