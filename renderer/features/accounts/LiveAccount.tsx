import { useCallback, type ReactNode } from 'react';
import {
  STRIP_LENGTH_PER_ACCOUNT,
  type Account,
  type AccountId,
  type ReusePolicy,
} from '../../../shared/model.ts';
import type { AccountSummary } from '../../account-summary.ts';
import { useEngineApi } from '../../engine-api.ts';
import { formatSessions } from '../../format.ts';
import { isolate } from '../../isolate.ts';
import { useEngine } from '../../store.ts';
import { Button } from '../../ui/Button.tsx';
import { ForgetIcon } from '../../ui/icons.tsx';
import { StateMark } from '../../ui/StateMark.tsx';
import { Strip } from '../../ui/Strip.tsx';
import { Switch } from '../../ui/Switch.tsx';
import { Name, Unseen } from '../../ui/Text.tsx';
import { attempt, toastDone } from '../../ui/toasts.ts';
import { STATE_WORDS } from '../../words.ts';
import { AccountMenu } from './AccountMenu.tsx';
import { AccountTrouble } from './AccountTrouble.tsx';
import { policySummary } from './policy-words.ts';
import { RefusingLine } from './RefusingLine.tsx';
import { ReuseChange, type Change } from './ReuseChange.tsx';
import { ReusePolicyButton } from './ReusePolicyButton.tsx';
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
  const api = useEngineApi();
  const unusual = unusualPolicy(account);
  const state = summary.state === null ? 'Not connected yet' : STATE_WORDS[summary.state];

  const switchReuse = async (on: boolean) => {
    const at = Date.now();
    const { forgotten } = await api.setReuse(id, on);
    setChange({ at, forgotten: on ? null : forgotten });
  };
  const changePolicy = useCallback(
    async (chosen: ReusePolicy) => {
      const at = Date.now();
      const isTaken = await attempt(
        `Could not change the reuse policy of ${isolate(label)}`,
        api.setPolicy(id, chosen),
      );
      if (isTaken) setChange({ at, forgotten: null });
      return isTaken;
    },
    [api, id, label, setChange],
  );
  const forget = async () => {
    const { forgotten } = await api.forgetSessions(id);
    toastDone(
      forgotten === 0
        ? `No session of ${isolate(label)} was held`
        : `${formatSessions(forgotten)} of ${isolate(label)} forgotten`,
    );
  };

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
        <span className={styles.reuse}>
          <ReusePolicyButton
            label={label}
            sharing={policy.sharing}
            longestAge={policy.longestAge}
            isReusing={reuse}
            onChange={changePolicy}
          />
          <Switch
            label={`Reuse TLS sessions for ${label}`}
            checked={reuse}
            onChange={(on) =>
              void attempt(
                `Could not switch reuse ${on ? 'on' : 'off'} for ${isolate(label)}`,
                switchReuse(on),
              )
            }
          />
        </span>
      </div>
      <div className={styles.line}>
        <Strip of={label} marks={account.strip} length={STRIP_LENGTH_PER_ACCOUNT} />
        <span className={styles.slots} title="Connections that are up, of those wanted">
          {summary.up} of {summary.wanted}
        </span>
        <span className={styles.actions}>
          <Button
            look="icon"
            aria-label={`Forget sessions of ${label}`}
            title={`Forget sessions of ${label}`}
            onClick={() =>
              void attempt(`Could not forget the sessions of ${isolate(label)}`, forget())
            }
          >
            <ForgetIcon />
          </Button>
          <AccountMenu
            id={id}
            label={label}
            user={account.user}
            isPaused={account.paused}
            isDemo={account.demo}
          />
        </span>
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
