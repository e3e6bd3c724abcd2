import type { ReactNode } from 'react';
import type { ShownCertificate, TestResult } from '../../../shared/model.ts';
import { useNow } from '../../clock.ts';
import { formatMs } from '../../format.ts';
import { Button } from '../../ui/Button.tsx';
import { StateMark } from '../../ui/marks/StateMark.tsx';
import { ServerLine } from '../../ui/Text.tsx';
import { PHASE_WORDS, protocolName } from '../../words.ts';
import { COMPARE_ADVICE, TRUST_LABEL } from '../certificate/advice.ts';
import { CertificateTable } from '../certificate/CertificateTable.tsx';
import { judge } from '../certificate/judgement.ts';
import { pinOf } from './draft.ts';
import { MailboxPicker } from './MailboxPicker.tsx';
import type { AccountFormState } from './use-account-form.ts';
import styles from './TestReport.module.css';

interface TestReportProps {
  readonly result: TestResult;
  readonly state: AccountFormState;
  /** The user agrees to what was shown. */
  readonly onTrust: (certificate: ShownCertificate) => void;
}

/** What a test of the connection found. */
export function TestReport({ result, state, onTrust }: TestReportProps): ReactNode {
  return result.ok ? (
    <Success result={result} state={state} />
  ) : (
    <Failure result={result} state={state} onTrust={onTrust} />
  );
}

function Success({
  result,
  state,
}: Pick<TestReportProps, 'state'> & {
  readonly result: Extract<TestResult, { ok: true }>;
}): ReactNode {
  const { handshake, totalMs } = result.attempt;
  const { protocol = null, cipher = null, group = null } = handshake ?? {};
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

function Failure({
  result,
  state,
  onTrust,
}: TestReportProps & { readonly result: Extract<TestResult, { ok: false }> }): ReactNode {
  const now = useNow();
  const { problem, phase, certificate } = result;
  const judgement = judge(problem.code, certificate, now);
  const trusted = pinOf(state.draft)?.certificate ?? null;
  const isChange = problem.code === 'certificate-changed';
  // One that was found good has no part in what failed later.
  const isOfCertificate = problem.code.startsWith('certificate-');
  return (
    <div className={styles.report} data-result="failed">
      <p className={styles.headline}>
        <StateMark kind="failed" />
        <strong>The test failed</strong>
        <span>at {PHASE_WORDS[phase]}</span>
      </p>
      <p>{problem.message}</p>
      {problem.serverLine !== null && <ServerLine>{problem.serverLine}</ServerLine>}
      {certificate !== null && isOfCertificate && (
        <CertificateTable certificate={certificate} before={isChange ? trusted : null} />
      )}
      {judgement.kind === 'not' && judgement.sentence !== null && (
        <p className={styles.facts}>{judgement.sentence}</p>
      )}
      {judgement.kind === 'trustable' && certificate !== null && (
        <>
          <p className={styles.facts}>{COMPARE_ADVICE}</p>
          <div>
            <Button
              onClick={() => {
                onTrust(certificate);
              }}
            >
              {isChange ? 'Trust only the new certificate' : TRUST_LABEL}
            </Button>
          </div>
        </>
      )}
    </div>
  );
}
