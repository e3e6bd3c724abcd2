import type { ReactNode } from 'react';
import type { Account, Connection } from '../../../shared/model.ts';
import { formatCount, formatServer } from '../../format.ts';
import { otherName } from '../../server-name.ts';
import { openCertificate } from '../../engine/store.ts';
import { Button } from '../../ui/Button.tsx';
import { StateMark } from '../../ui/marks/StateMark.tsx';
import { OFFLINE_SENTENCE, SECURITY_WORDS, STATE_WORDS } from '../../words.ts';
import { ClockCell } from '../connections/ClockCell.tsx';
import { ProblemBox } from './ProblemBox.tsx';
import styles from './ConnectionDrawer.module.css';

interface StateSectionProps {
  readonly connection: Connection;
  readonly account: Account;
}

/** How the connection is, and what is wrong with it, in words. */
export function StateSection({ connection, account }: StateSectionProps): ReactNode {
  const { state, messages } = connection;
  const verifiedAs = otherName(account);
  const hasClock = ['idle', 'retrying', 'connecting'].includes(state.kind);
  return (
    <section className={styles.section} aria-label="State">
      <p className={styles.headline}>
        <StateMark kind={state.kind} />
        <strong>{STATE_WORDS[state.kind]}</strong>
        {hasClock && (
          <span className={styles.aside}>
            <ClockCell connection={connection} />
          </span>
        )}
        {messages !== null && (
          <span className={styles.aside}>
            {formatCount(messages)} {messages === 1 ? 'message' : 'messages'}
          </span>
        )}
      </p>
      <p className={styles.sentence}>
        <bdi>{account.user}</bdi> at {formatServer(account.host, account.port)},{' '}
        {SECURITY_WORDS[account.security]}
        {verifiedAs !== null && `, verified as ${verifiedAs}`}
      </p>
      {state.kind === 'offline' && <p className={styles.sentence}>{OFFLINE_SENTENCE}</p>}
      {'problem' in state && (
        <ProblemBox problem={state.problem} isStopped={state.kind !== 'retrying'} />
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
