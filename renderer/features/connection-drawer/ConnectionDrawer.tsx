import { useEffect, type ReactNode } from 'react';
import type { CertificateText } from '../../../shared/model.ts';
import { isUp } from '../../account-summary.ts';
import { useNow } from '../../clock.ts';
import { closeDrawer, openCertificate, useInterface } from '../../engine/store.ts';
import {
  formatCount,
  formatDate,
  formatDaysLeft,
  formatDuration,
  formatExactTime,
  formatMoment,
  formatServer,
  isolate,
} from '../../format.ts';
import { CallButton } from '../../ui/call.tsx';
import { Button } from '../../ui/controls.tsx';
import { Drawer } from '../../ui/dialogs.tsx';
import { ReconnectIcon } from '../../ui/icons.tsx';
import { StateMark } from '../../ui/marks.tsx';
import { Facts, Foreign, ProblemBox } from '../../ui/Text.tsx';
import {
  heldUpSentence,
  otherName,
  SECURITY_WORDS,
  STATE_WORDS,
  stateSentence,
} from '../../words.ts';
import { SOON_MS } from '../attention/attention.ts';
import { namesText } from '../certificate/certificate.ts';
import { Fingerprint } from '../certificate/CertificateTable.tsx';
import { Clock, useConnectionFacts, type ConnectionFacts } from '../connections/columns.tsx';
import { findRow } from '../connections/ConnectionRows.tsx';
import { canSignInAgain, SignInAgain } from '../sign-in/SignInAgain.tsx';
import { HandshakeSection } from './HandshakeSection.tsx';
import { LogSection, useConnectionDetail } from './LogSection.tsx';
import styles from './ConnectionDrawer.module.css';

/** Everything about the connection that the user opened; nothing while none is. */
export function ConnectionDrawer(): ReactNode {
  const id = useInterface((state) => state.openConnection);
  const facts = useConnectionFacts(id);
  const isGone = id !== null && facts === null;
  useEffect(() => {
    if (isGone) closeDrawer();
  }, [isGone]);
  return facts === null ? null : <OpenDrawer {...facts} />;
}

function OpenDrawer({ connection, account }: ConnectionFacts): ReactNode {
  const detail = useConnectionDetail(connection);
  const { attempt, state } = connection;
  const certificate =
    state.kind === 'certificate-problem' && state.certificate !== null
      ? state.certificate
      : (attempt?.handshake?.certificate ?? null);
  return (
    <Drawer
      title={
        <>
          <Foreign>{connection.mailbox}</Foreign> on <Foreign>{account.label}</Foreign>
        </>
      }
      actions={
        <CallButton
          call={(api) => api.reconnect(connection.id)}
          failure={`Could not reconnect ${isolate(account.label)}`}
        >
          <ReconnectIcon />
          Reconnect
        </CallButton>
      }
      onClose={closeDrawer}
      returnFocus={() => findRow(document, connection.id)}
    >
      <div className={styles.sections}>
        <StateSection connection={connection} account={account} />
        {attempt === null ? (
          <p className={styles.none}>There has been no handshake on this connection yet.</p>
        ) : (
          <HandshakeSection
            account={account}
            attempt={attempt}
            lastFull={connection.lastFull}
            isProblemShown={'problem' in state}
          />
        )}
        {certificate !== null && (
          <CertificateSection
            certificate={certificate}
            verifiedAt={'verifiedAt' in certificate ? certificate.verifiedAt : null}
            isInherited={attempt?.outcome.kind === 'resumed'}
          />
        )}
        <LogSection detail={detail} />
      </div>
    </Drawer>
  );
}

/** How the connection is, and what is wrong with it, in words. */
function StateSection({ connection, account }: ConnectionFacts): ReactNode {
  const { state, messages, heardAt } = connection;
  const sentence = 'problem' in state ? null : stateSentence(state);
  const verifiedAs = otherName(account);
  const hasClock = isUp(state.kind) || state.kind === 'retrying' || state.kind === 'connecting';
  return (
    <section className={styles.section} aria-label="State">
      <p className={styles.headline}>
        <StateMark kind={state.kind} />
        <strong>{STATE_WORDS[state.kind]}</strong>
        {hasClock && (
          <span className={styles.aside}>
            <Clock connection={connection} />
          </span>
        )}
        {messages !== null && (
          <span className={styles.aside}>
            {formatCount(messages)} {messages === 1 ? 'message' : 'messages'}
          </span>
        )}
      </p>
      <p className={styles.sentence}>
        <Foreign>{account.user}</Foreign> at {formatServer(account.host, account.port)},{' '}
        {SECURITY_WORDS[account.security]}
        {verifiedAs !== null && `, verified as ${verifiedAs}`}
      </p>
      {heardAt !== null && <LastHeard at={heardAt} />}
      {sentence !== null && <p className={styles.sentence}>{sentence}</p>}
      {state.kind === 'retrying' && state.isHeldUp && (
        <p className={styles.sentence}>{heldUpSentence(state.retryAt)}</p>
      )}
      {'problem' in state && (
        <ProblemBox problem={state.problem} isStopped={state.kind !== 'retrying'} />
      )}
      {state.kind === 'sign-in-failed' && canSignInAgain(account) && (
        <div>
          <SignInAgain account={account} />
        </div>
      )}
      {state.kind === 'certificate-problem' && state.certificate !== null && (
        <div>
          <Button
            onClick={() => {
              openCertificate(account.id);
            }}
          >
            Show certificate
          </Button>
        </div>
      )}
    </section>
  );
}

/** When the server last said anything. Ticks by itself. */
function LastHeard({ at }: { readonly at: number }): ReactNode {
  const now = useNow();
  return (
    <p className={styles.sentence} title={formatExactTime(at)}>
      Last heard {formatDuration(now - at)} ago
    </p>
  );
}

interface CertificateSectionProps {
  readonly certificate: CertificateText;
  /** `null` where it was not found good. */
  readonly verifiedAt: number | null;
  /** It was shown in the full handshake that the session comes from, not in the latest one. */
  readonly isInherited: boolean;
}

/** The server's certificate with the time it has left. */
function CertificateSection({
  certificate,
  verifiedAt,
  isInherited,
}: CertificateSectionProps): ReactNode {
  const { subject, issuer, names, validFromAt, validToAt } = certificate;
  const now = useNow();
  const left = validToAt - now;
  const urgency = left <= 0 ? styles.past : left < SOON_MS ? styles.soon : undefined;
  return (
    <section className={styles.section} aria-label="Certificate">
      <h3 className={styles.heading}>Certificate</h3>
      <Facts
        facts={[
          { name: 'Issued to', value: <Foreign>{subject}</Foreign> },
          { name: 'Issued by', value: <Foreign>{issuer}</Foreign> },
          { name: 'Names', value: names.length === 0 ? null : namesText(names) },
          {
            name: 'Valid until',
            value: (
              <>
                {formatDate(validToAt)},{' '}
                <span className={urgency}>{formatDaysLeft(validToAt, now)}</span>
              </>
            ),
            exact: `${formatExactTime(validFromAt)} to ${formatExactTime(validToAt)}`,
          },
          verifiedAt === null
            ? { name: 'Verified', value: 'no: nothing was sent to this server' }
            : {
                name: 'Verified',
                value: `${isInherited ? 'in the full handshake at ' : ''}${formatMoment(verifiedAt, now)}`,
                exact: formatExactTime(verifiedAt),
              },
          {
            name: 'SHA-256',
            value: <Fingerprint of="the certificate">{certificate.fingerprint256}</Fingerprint>,
          },
        ]}
      />
    </section>
  );
}
