import type { ReactNode } from 'react';
import type { TestResult } from '../../../shared/model.ts';
import { formatDate, formatExactTime, formatMs } from '../../format.ts';
import { StateMark } from '../../ui/StateMark.tsx';
import { ServerLine } from '../../ui/Text.tsx';
import { PHASE_WORDS, protocolName } from '../../words.ts';
import { MailboxPicker } from './MailboxPicker.tsx';
import type { AccountFormState } from './use-account-form.ts';
import styles from './TestReport.module.css';

interface TestReportProps {
  readonly result: TestResult;
  readonly state: AccountFormState;
}

/** What a test of the connection found. */
export function TestReport({ result, state }: TestReportProps): ReactNode {
  return result.ok ? <Success result={result} state={state} /> : <Failure result={result} />;
}

function Success({
  result,
  state,
}: TestReportProps & { readonly result: Extract<TestResult, { ok: true }> }): ReactNode {
  const { protocol, cipher, group, totalMs } = result.handshake;
  const facts = [protocol === null ? null : protocolName(protocol), cipher, group].filter(
    (fact) => fact !== null,
  );
  return (
    <div className={styles.report} data-result="ok">
      <p className={styles.headline}>
        <StateMark kind="idle" />
        <strong>Connected and signed in</strong>
        {totalMs !== null && <span>in {formatMs(totalMs)}</span>}
      </p>
      <p className={styles.facts}>{facts.join(' · ')}</p>
      <MailboxPicker
        existing={result.mailboxes}
        text={state.draft.mailboxes}
        onChange={(text) => {
          state.edit('mailboxes', text);
        }}
      />
    </div>
  );
}

function Failure({ result }: { readonly result: Extract<TestResult, { ok: false }> }): ReactNode {
  const { problem, phase, certificate } = result;
  return (
    <div className={styles.report} data-result="failed">
      <p className={styles.headline}>
        <StateMark kind="failed" />
        <strong>The test failed</strong>
        <span>at {PHASE_WORDS[phase]}</span>
      </p>
      <p>{problem.message}</p>
      {problem.serverLine !== null && <ServerLine>{problem.serverLine}</ServerLine>}
      {certificate !== null && (
        <p className={styles.facts} title={certificate.fingerprint256}>
          Its certificate: issued to <bdi>{certificate.subject}</bdi> by{' '}
          <bdi>{certificate.issuer}</bdi>
          {certificate.names.length > 0 && <>, for {certificate.names.join(', ')}</>},{' '}
          <span title={formatExactTime(certificate.validToAt)}>
            valid from {formatDate(certificate.validFromAt)} to {formatDate(certificate.validToAt)}
          </span>
        </p>
      )}
    </div>
  );
}
