import type { ReactNode } from 'react';
import type { ShownCertificate, TestResult } from '../../../shared/model.ts';
import { isSameMailbox } from '../../../shared/mailbox-name.ts';
import { useNow } from '../../clock.ts';
import { formatMs } from '../../format.ts';
import { Button } from '../../ui/controls.tsx';
import { StateMark } from '../../ui/marks.tsx';
import { Foreign, ServerLine } from '../../ui/Text.tsx';
import { PHASE_WORDS, protocolName } from '../../words.ts';
import { COMPARE_ADVICE, judge, TRUST_LABEL } from '../certificate/certificate.ts';
import { CertificateTable } from '../certificate/CertificateTable.tsx';
import { parseMailboxes, pinOf, signInAt, sortedMailboxes, toggleMailbox } from './draft.ts';
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
      <Alerts of={result} />
      <MailboxPicker
        found={result}
        text={state.draft.mailboxes}
        onChange={(text) => {
          state.edit('mailboxes', text);
        }}
      />
    </div>
  );
}

/** What the server wants people to see; once, where it said that in its answer as well. */
function Alerts({ of }: { readonly of: TestResult }): ReactNode {
  const said = of.ok ? '' : (of.problem.serverLine ?? '');
  return of.alerts
    .filter((text) => !said.includes(text))
    .map((text) => <ServerLine key={text}>{text}</ServerLine>);
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
      <Alerts of={result} />
      {result.issuer !== null && state.draft.signIn.kind === 'password' && (
        <Suggestion issuer={result.issuer} state={state} />
      )}
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

/** The server has named where one signs in: RFC 7628 section 3.2.2. */
function Suggestion({
  issuer,
  state,
}: {
  readonly issuer: string;
  readonly state: AccountFormState;
}) {
  return (
    <>
      <p>
        This server says that one signs in at <Foreign>{issuer}</Foreign>, in the browser.
      </p>
      <div>
        <Button
          onClick={() => {
            state.edit('signIn', signInAt(issuer));
          }}
        >
          Sign in there instead
        </Button>
      </div>
    </>
  );
}

interface MailboxPickerProps {
  /** What the test found. */
  readonly found: Extract<TestResult, { ok: true }>;
  /** The field "Mailboxes to watch". */
  readonly text: string;
  readonly onChange: (text: string) => void;
}

/** Which of the mailboxes that were asked for are not there, and those that are, to choose from. */
function MailboxPicker({ found, text, onChange }: MailboxPickerProps): ReactNode {
  const { mailboxes: existing, hasMore, twice } = found;
  const asked = parseMailboxes(text);
  const again = twice.filter(({ name, own }) => asked.includes(name) && asked.includes(own));
  const missing = asked.filter(
    (name) =>
      !existing.some((other) => isSameMailbox(name, other)) &&
      !again.some((one) => one.name === name) &&
      (!hasMore || found.missing.includes(name)),
  );
  return (
    <>
      {again.map(({ name, own }) => (
        <p key={name} className={styles.missing}>
          <Foreign>{`“${name}”`}</Foreign> and <Foreign>{`“${own}”`}</Foreign> are one mailbox on
          this server. Take the first one out.
        </p>
      ))}
      {missing.length > 0 && (
        <p className={styles.missing}>
          {missing.length === 1 ? 'There is no mailbox ' : 'There are no mailboxes '}
          <Foreign>{missing.map((name) => `“${name}”`).join(', ')}</Foreign> on this account. Choose
          from those that exist:
        </p>
      )}
      <fieldset className={styles.mailboxes}>
        <legend className={styles.legend}>Mailboxes on the server</legend>
        {sortedMailboxes(existing).map((name) => (
          <label key={name} className={styles.mailbox}>
            <input
              type="checkbox"
              checked={asked.some((other) => isSameMailbox(name, other))}
              onChange={(event) => {
                onChange(toggleMailbox(text, name, event.target.checked));
              }}
            />
            <Foreign>{name}</Foreign>
          </label>
        ))}
        {hasMore && (
          <p className={styles.facts}>… and more, which are not listed. Type the names of those.</p>
        )}
      </fieldset>
    </>
  );
}
