import type { ReactNode } from 'react';
import { useEngineApi } from '../../engine/engine-api.ts';
import { openAddForm, useEngine } from '../../engine/store.ts';
import { Button } from '../../ui/Button.tsx';
import { findAddButton } from '../../ui/focus.ts';
import { PlusIcon } from '../../ui/icons.tsx';
import { toastIfFailed } from '../../ui/toasts.ts';
import { AccountItem } from './AccountItem.tsx';
import styles from './AccountList.module.css';

/** The accounts, each with its switch, and the ways to more of them. */
export function AccountList(): ReactNode {
  const api = useEngineApi();
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
      <div className={styles.actions}>
        <Button data-add onClick={openAddForm}>
          <PlusIcon />
          Add account
        </Button>
        {!isDemoRunning && (
          <Button
            look="quiet"
            className={styles.demo}
            onClick={() => {
              // This button goes.
              findAddButton()?.focus();
              void toastIfFailed('Could not start the demo servers', api.startDemo());
            }}
          >
            Start demo servers
          </Button>
        )}
      </div>
    </>
  );
}
