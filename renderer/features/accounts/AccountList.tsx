import { memo, useEffect, useRef, useState, type ReactNode } from 'react';
import { STRIP_LENGTH_PER_ACCOUNT, type Account, type AccountId } from '../../../shared/model.ts';
import { openAddForm, useEngine } from '../../engine/store.ts';
import { CallButton } from '../../ui/call.tsx';
import { Button } from '../../ui/controls.tsx';
import { findAddButton } from '../../ui/focus.ts';
import { PlusIcon } from '../../ui/icons.tsx';
import { StateMark } from '../../ui/marks.tsx';
import { Strip } from '../../ui/Strip.tsx';
import { Name, Unseen } from '../../ui/Text.tsx';
import { STATE_WORDS } from '../../words.ts';
import { AccountActions } from './AccountActions.tsx';
import { AccountTrouble, RefusingLine } from './AccountTrouble.tsx';
import {
  policySummary,
  ReuseChange,
  ReuseControls,
  type Change,
  type ReuseControlsProps,
} from './Reuse.tsx';
import type { GroupChoice } from './SameServer.tsx';
import { useNearness } from './use-nearness.ts';
import styles from './AccountList.module.css';

/** The accounts, each with its switch, and the ways to more of them. */
export function AccountList(): ReactNode {
  const accountIds = useEngine((state) => state.accountIds);
  const isDemoRunning = useEngine((state) => state.app.demo);
  return (
    <>
      <div className={styles.heading}>
        <h2 className={styles.title}>Accounts</h2>
        <span className={styles.switches} aria-hidden="true">
          Reuse TLS sessions
        </span>
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-redundant-roles -- Safari drops it with the bullets */}
      <ul role="list" className={styles.list} aria-label="Accounts">
        {accountIds.map((id, index) => (
          <AccountItem key={id} id={id} index={index} />
        ))}
      </ul>
      <div className={styles.more}>
        <Button data-add onClick={openAddForm}>
          <PlusIcon />
          Add account
        </Button>
        {!isDemoRunning && (
          <CallButton
            look="quiet"
            className={styles.demo}
            before={() => findAddButton()?.focus()}
            call={(api) => api.startDemo()}
            failure="Could not start the demo servers"
          >
            Start demo servers
          </CallButton>
        )}
      </div>
    </>
  );
}

/** How high an account mostly is, in px: until it has been seen, it takes up so much room. */
const USUAL_HEIGHT = 63;
/** As many as a high window shows; these are there from the start. */
const SHOWN_AT_FIRST = 16;

interface AccountItemProps {
  readonly id: AccountId;
  /** Its place, from 0. */
  readonly index: number;
}

/** One account of the list; far out of sight, it is its name and follows nothing. */
const AccountItem = memo(function AccountItem({ id, index }: AccountItemProps): ReactNode {
  const label = useEngine((state) => state.accounts.get(id)?.label);
  const item = useRef<HTMLLIElement>(null);
  const nearness = useNearness(
    item,
    index < SHOWN_AT_FIRST ? { isNear: true } : { isNear: false, height: USUAL_HEIGHT },
  );
  // Here, so that it is still said when the account comes back into sight.
  const [change, setChange] = useState<Change | null>(null);
  // And so that it can be taken back then.
  const [groupChoice, setGroupChoice] = useState<GroupChoice | null>(null);
  const unusual = useEngine((state) => unusualPolicy(state.accounts.get(id)));
  useEffect(() => {
    // What is said below the last account in sight would go unnoticed.
    if (change !== null) item.current?.scrollIntoView({ block: 'nearest' });
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- the summary adds a line
  }, [change, unusual]);
  if (label === undefined) return null;
  return (
    <li
      ref={item}
      className={styles.item}
      aria-label={label}
      style={nearness.isNear ? undefined : { height: nearness.height }}
    >
      {nearness.isNear ? (
        <LiveAccount
          id={id}
          change={change}
          setChange={setChange}
          groupChoice={groupChoice}
          setGroupChoice={setGroupChoice}
        />
      ) : (
        <p className={styles.line}>
          <Name>{label}</Name>
        </p>
      )}
    </li>
  );
});

/** The policy in a line, where reuse is on and its policy is not the usual one. */
function unusualPolicy(account: Account | undefined): string | null {
  return account?.reuse === true ? policySummary(account.policy) : null;
}

interface LiveAccountProps extends Pick<
  ReuseControlsProps,
  'id' | 'setChange' | 'groupChoice' | 'setGroupChoice'
> {
  /** The last one made here. */
  readonly change: Change | null;
}

/** What an item of the list holds; renders when that account or one of its connections changes. */
function LiveAccount({ id, change, setChange, ...group }: LiveAccountProps): ReactNode {
  const account = useEngine((state) => state.accounts.get(id));
  const summary = useEngine((state) => state.summaries.get(id));
  if (account === undefined || summary === undefined) return null;
  const { label, reuse, policy, refusing } = account;
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
          {...group}
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
          isInBrowser={account.signIn.kind === 'oauth'}
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
