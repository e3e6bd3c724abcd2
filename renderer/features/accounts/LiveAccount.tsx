import type { ReactNode } from 'react';
import { STRIP_LENGTH_PER_ACCOUNT, type Account, type AccountId } from '../../../shared/model.ts';
import type { AccountSummary } from '../../account-summary.ts';
import { useEngine } from '../../engine/store.ts';
import { StateMark } from '../../ui/marks/StateMark.tsx';
import { Strip } from '../../ui/marks/Strip.tsx';
import { Name, Unseen } from '../../ui/Text.tsx';
import { STATE_WORDS } from '../../words.ts';
import { AccountActions } from './AccountActions.tsx';
import { AccountTrouble } from './AccountTrouble.tsx';
import { policySummary } from './policy-words.ts';
import { RefusingLine } from './RefusingLine.tsx';
import { ReuseChange, type Change } from './ReuseChange.tsx';
import { ReuseControls } from './ReuseControls.tsx';
import styles from './AccountItem.module.css';

/** The policy in a line, where reuse is on and its policy is not the usual one. */
export function unusualPolicy(account: Account | undefined): string | null {
  return account?.reuse === true ? policySummary(account.policy) : null;
}

interface LiveAccountProps {
  readonly id: AccountId;
  /** The last one made here. */
  readonly change: Change | null;
  readonly setChange: (change: Change) => void;
}

/** What an item of the list holds; renders when that account or one of its connections changes. */
export function LiveAccount({ id, ...rest }: LiveAccountProps): ReactNode {
  const account = useEngine((state) => state.accounts.get(id));
  const summary = useEngine((state) => state.summaries.get(id));
  if (account === undefined || summary === undefined) return null;
  return <Item account={account} summary={summary} {...rest} />;
}

interface ItemProps extends Omit<LiveAccountProps, 'id'> {
  readonly account: Account;
  readonly summary: AccountSummary;
}

function Item({ account, summary, change, setChange }: ItemProps): ReactNode {
  const { id, label, reuse, policy, refusing } = account;
  const unusual = unusualPolicy(account);
  const state = summary.state === null ? 'Not connected yet' : STATE_WORDS[summary.state];

  return (
    <>
      <div className={styles.line}>
        <span className={styles.state} title={state}>
          <StateMark kind={summary.state} />
          <Unseen>{state}</Unseen>
        </span>
        <span className={styles.name}>
          <Name>{label}</Name>
        </span>
        <ReuseControls
          id={id}
          label={label}
          sharing={policy.sharing}
          longestAge={policy.longestAge}
          isReusing={reuse}
          setChange={setChange}
        />
      </div>
      <div className={styles.line}>
        <Strip of={label} marks={account.strip} length={STRIP_LENGTH_PER_ACCOUNT} />
        <span className={styles.slots} title="Connections that are up, of those wanted">
          {summary.up} of {summary.wanted}
        </span>
        <AccountActions
          id={id}
          label={label}
          user={account.user}
          isPaused={account.paused}
          isDemo={account.demo}
        />
      </div>
      {unusual !== null && (
        <p className={styles.policy} title={`Reuse policy: ${unusual}`}>
          {unusual}
        </p>
      )}
      <AccountTrouble account={account} summary={summary} />
      {refusing !== null && !account.paused && (
        <div className={styles.refusing}>
          <RefusingLine accountId={id} label={label} refusing={refusing} />
        </div>
      )}
      <ReuseChange accountId={id} change={change} />
    </>
  );
}
