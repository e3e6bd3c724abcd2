import { memo, useState, type ReactNode } from 'react';
import type { AccountId } from '../../../shared/model.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { openDuplicateForm, openEditForm, openSignIn } from '../../engine/store.ts';
import { formatSessions, isolate } from '../../format.ts';
import { showScreen } from '../../navigation.ts';
import { CallButton, toastIfFailed } from '../../ui/call.tsx';
import { Question } from '../../ui/dialogs.tsx';
import { findAddButton } from '../../ui/focus.ts';
import { ForgetIcon } from '../../ui/icons.tsx';
import { Menu } from '../../ui/popups.tsx';
import { toastDone } from '../../ui/toasts.tsx';
import styles from './AccountList.module.css';

interface AccountActionsProps {
  readonly id: AccountId;
  readonly label: string;
  readonly user: string;
  readonly isPaused: boolean;
  readonly isDemo: boolean;
  /** It signs in in the browser, by OAuth. */
  readonly isInBrowser: boolean;
}

/** What can be done with the account; renders only when one of these changes. */
export const AccountActions = memo(function AccountActions(props: AccountActionsProps): ReactNode {
  const { id, label, user, isPaused, isDemo, isInBrowser } = props;
  const api = useEngineApi();
  const [isRemoving, setRemoving] = useState(false);
  const check = async () => {
    const started = await api.checkAccountServer(id);
    showScreen('check', { check: started.id });
  };
  const forget = async () => {
    const { forgotten } = await api.forgetSessions(id);
    toastDone(
      forgotten === 0
        ? `No session of ${isolate(label)} was held`
        : `${formatSessions(forgotten)} of ${isolate(label)} forgotten`,
    );
  };
  const pause = isPaused ? 'Resume' : 'Pause';
  return (
    <span className={styles.actions}>
      <CallButton
        look="icon"
        aria-label={`Forget sessions of ${label}`}
        title={`Forget sessions of ${label}`}
        call={forget}
        failure={`Could not forget the sessions of ${isolate(label)}`}
      >
        <ForgetIcon />
      </CallButton>
      <Menu
        label={`More for ${label}`}
        actions={[
          {
            label: 'Edit…',
            run: () => {
              openEditForm(id);
            },
          },
          // A demo's servers go with it, and their passwords are nobody's to type.
          ...(isDemo
            ? []
            : [
                {
                  label: 'Duplicate…',
                  run: () => {
                    openDuplicateForm(id);
                  },
                },
              ]),
          ...(isInBrowser
            ? [
                {
                  label: 'Sign in again…',
                  run: () => {
                    openSignIn(id);
                  },
                },
              ]
            : []),
          {
            label: pause,
            run: () =>
              void toastIfFailed(
                `Could not ${pause.toLowerCase()} ${isolate(label)}`,
                api.setPaused(id, !isPaused),
              ),
          },
          {
            label: 'Reconnect',
            run: () =>
              void toastIfFailed(`Could not reconnect ${isolate(label)}`, api.reconnectAccount(id)),
          },
          {
            label: 'Check server',
            run: () =>
              void toastIfFailed(`Could not check the server of ${isolate(label)}`, check()),
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
          title={`Remove ${isolate(label)}?`}
          description={
            isDemo
              ? 'Its connections are closed. It comes back when the demo servers are started again.'
              : `Its connections are closed, and its settings, its ${isInBrowser ? 'sign-in' : 'password'} and its sessions are deleted here. Nothing changes on the server, nor in the mailboxes of ${isolate(user)}${isInBrowser ? '; where the sign-in can be taken back, it is' : ''}.`
          }
          confirm="Remove"
          cancel="Keep"
          focusAfter={findAddButton}
          onConfirm={() => {
            setRemoving(false);
            void toastIfFailed(`Could not remove ${isolate(label)}`, api.removeAccount(id));
          }}
          onCancel={() => {
            setRemoving(false);
          }}
        />
      )}
    </span>
  );
});
