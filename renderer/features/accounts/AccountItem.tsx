import { memo, useState, type ReactNode } from 'react';
import { STRIP_LENGTH_PER_ACCOUNT, type Account, type AccountId } from '../../../shared/model.ts';
import type { AccountSummary } from '../../account-summary.ts';
import { useEngineApi } from '../../engine-api.ts';
import { formatSessions } from '../../format.ts';
import { openEditForm, useEngine } from '../../store.ts';
import { Button } from '../../ui/Button.tsx';
import { ForgetIcon } from '../../ui/icons.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { Question } from '../../ui/Question.tsx';
import { StateMark } from '../../ui/StateMark.tsx';
import { Strip } from '../../ui/Strip.tsx';
import { Switch } from '../../ui/Switch.tsx';
import { Name, Unseen } from '../../ui/Text.tsx';
import { attempt, toastDone } from '../../ui/toasts.ts';
import { STATE_WORDS } from '../../words.ts';
import { AccountTrouble } from './AccountTrouble.tsx';
import { ReuseChange, type Change } from './ReuseChange.tsx';
import styles from './AccountItem.module.css';

/** One account of the list; renders only when that account or one of its connections changes. */
export const AccountItem = memo(function AccountItem({
  id,
}: {
  readonly id: AccountId;
}): ReactNode {
  const account = useEngine((state) => state.accounts.get(id));
  const summary = useEngine((state) => state.summaries.get(id));
  if (account === undefined || summary === undefined) return null;
  return <Item account={account} summary={summary} />;
});

interface ItemProps {
  readonly account: Account;
  readonly summary: AccountSummary;
}

function Item({ account, summary }: ItemProps): ReactNode {
  const { id, label, reuse } = account;
  const api = useEngineApi();
  const [change, setChange] = useState<Change | null>(null);
  const state = summary.state === null ? 'Not connected yet' : STATE_WORDS[summary.state];

  const switchReuse = async (on: boolean) => {
    const at = Date.now();
    const { forgotten } = await api.setReuse(id, on);
    setChange({ at, forgotten: on ? null : forgotten });
  };
  const forget = async () => {
    const { forgotten } = await api.forgetSessions(id);
    toastDone(`${formatSessions(forgotten)} of ${label} forgotten`);
  };

  return (
    <li className={styles.item} aria-label={label}>
      <div className={styles.line}>
        <span className={styles.state} title={state}>
          <StateMark kind={summary.state} />
          <Unseen>{state}</Unseen>
        </span>
        <span className={styles.name}>
          <Name>{label}</Name>
        </span>
        <Switch
          label={`Reuse TLS sessions for ${label}`}
          checked={reuse}
          onChange={(on) =>
            void attempt(
              `Could not switch reuse ${on ? 'on' : 'off'} for ${label}`,
              switchReuse(on),
            )
          }
        />
      </div>
      <div className={styles.line}>
        <Strip marks={account.strip} length={STRIP_LENGTH_PER_ACCOUNT} />
        <span className={styles.slots} title="Connections that are up, of those wanted">
          {summary.up} of {summary.wanted}
        </span>
        <span className={styles.actions}>
          <Button
            look="icon"
            aria-label={`Forget sessions of ${label}`}
            title={`Forget sessions of ${label}`}
            onClick={() => void attempt(`Could not forget the sessions of ${label}`, forget())}
          >
            <ForgetIcon />
          </Button>
          <ItemMenu account={account} />
        </span>
      </div>
      <AccountTrouble account={account} summary={summary} />
      <ReuseChange accountId={id} change={change} />
    </li>
  );
}

function ItemMenu({ account: { id, label, paused, user, demo } }: { readonly account: Account }) {
  const api = useEngineApi();
  const [isRemoving, setRemoving] = useState(false);
  const pause = paused ? 'Resume' : 'Pause';
  return (
    <>
      <Menu
        label={`More for ${label}`}
        actions={[
          {
            label: 'Edit…',
            run: () => {
              openEditForm(id);
            },
          },
          {
            label: pause,
            run: () =>
              void attempt(`Could not ${pause.toLowerCase()} ${label}`, api.setPaused(id, !paused)),
          },
          {
            label: 'Reconnect',
            run: () => void attempt(`Could not reconnect ${label}`, api.reconnectAccount(id)),
          },
          {
            label: 'Remove…',
            isDangerous: true,
            run: () => {
              setRemoving(true);
            },
          },
        ]}
      />
      {isRemoving && (
        <Question
          title={`Remove ${label}?`}
          description={
            demo
              ? 'Its connections are closed. It comes back when the demo servers are started again.'
              : `Its connections are closed, and its settings, its password and its sessions are deleted here. Nothing changes on the server, nor in the mailboxes of ${user}.`
          }
          confirm="Remove"
          cancel="Keep"
          onConfirm={() => {
            setRemoving(false);
            void attempt(`Could not remove ${label}`, api.removeAccount(id));
          }}
          onCancel={() => {
            setRemoving(false);
          }}
        />
      )}
    </>
  );
}
