import type { ReactNode } from 'react';
import type { Account, Attempt, PhaseTimes } from '../../../shared/model.ts';
import { useNow } from '../../clock.ts';
import {
  formatBytes,
  formatCount,
  formatExactBytes,
  formatExactTime,
  formatMoment,
} from '../../format.ts';
import { outcomeSentence, protocolName } from '../../words.ts';
import { RefusingLine } from '../accounts/RefusingLine.tsx';
import { ReuseText } from '../connections/ReuseText.tsx';
import { descentSentence } from './descent.ts';
import { Facts } from './Facts.tsx';
import { OpensslCommand } from './OpensslCommand.tsx';
import { ProblemBox } from './ProblemBox.tsx';
import { Waterfall } from './Waterfall.tsx';
import styles from './ConnectionDrawer.module.css';

interface HandshakeSectionProps {
  readonly account: Account;
  readonly attempt: Attempt;
  readonly lastFull: PhaseTimes | null;
  /** What went wrong stands above already. */
  readonly isProblemShown: boolean;
}

/** What came of the latest handshake, why, and where its time went. */
export function HandshakeSection({
  account,
  attempt,
  lastFull,
  isProblemShown,
}: HandshakeSectionProps): ReactNode {
  const { outcome, handshake, sentBytes, receivedBytes, ticketsReceived } = attempt;
  const { descent = null, protocol = null } = handshake ?? {};
  const now = useNow();
  const isHeldBack = outcome.kind === 'full' && outcome.reason === 'server-keeps-refusing';
  const refusing = isHeldBack ? account.refusing : null;
  const sentence = refusing === null ? outcomeSentence(outcome) : null;
  return (
    <section className={styles.section} aria-label="Handshake">
      <h3 className={styles.heading}>
        <ReuseText outcome={outcome} />
      </h3>
      {descent !== null && (
        <p className={styles.sentence} title={formatExactTime(descent.fullHandshakeAt)}>
          {descentSentence(descent, now)}
        </p>
      )}
      {sentence !== null && <p className={styles.sentence}>{sentence}</p>}
      {refusing !== null && (
        <RefusingLine accountId={account.id} label={account.label} refusing={refusing} />
      )}
      {outcome.kind === 'failed' && !isProblemShown && (
        <ProblemBox problem={outcome.problem} isStopped={false} />
      )}
      <Waterfall attempt={attempt} lastFull={lastFull} />
      <Facts
        facts={[
          {
            name: outcome.kind === 'failed' ? 'Tried' : 'Connected',
            value: formatMoment(attempt.startedAt, now),
            exact: formatExactTime(attempt.startedAt),
          },
          { name: 'Address', value: attempt.address },
          { name: 'Protocol', value: protocol === null ? null : protocolName(protocol) },
          { name: 'Cipher', value: handshake?.cipher ?? null },
          { name: 'Key exchange', value: handshake?.group ?? null },
          {
            name: 'Bytes on the wire',
            value:
              sentBytes === null || receivedBytes === null
                ? null
                : `${formatBytes(sentBytes)} sent, ${formatBytes(receivedBytes)} received`,
            exact:
              sentBytes === null || receivedBytes === null
                ? ''
                : `${formatExactBytes(sentBytes)} sent, ${formatExactBytes(receivedBytes)} received, from the first byte of TLS to the first line of IMAP`,
          },
          {
            name: 'Sessions received',
            value: outcome.kind === 'failed' ? null : formatCount(ticketsReceived),
          },
        ]}
      />
      <OpensslCommand
        key={attempt.id}
        connectionId={attempt.connectionId}
        outcome={attempt.outcome.kind}
      />
    </section>
  );
}
