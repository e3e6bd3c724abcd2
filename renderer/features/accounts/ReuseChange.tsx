import type { ReactNode } from 'react';
import type { AccountId } from '../../../shared/model.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { formatSessions } from '../../format.ts';
import { useEngine } from '../../engine/store.ts';
import { Button } from '../../ui/Button.tsx';
import { focusOwnerOf } from '../../ui/focus.ts';
import { toastIfFailed } from '../../ui/toasts.ts';
import styles from './ReuseChange.module.css';

/** A change of an account's switch or policy. */
export interface Change {
  readonly at: number;
  /** Sessions that were forgotten by it; `null` where it forgets none: switched on, another policy. */
  readonly forgotten: number | null;
}

interface ReuseChangeProps {
  readonly accountId: AccountId;
  readonly change: Change | null;
}

/** Says that a change is yet to take effect, while there are older connections. */
export function ReuseChange({ accountId, change }: ReuseChangeProps): ReactNode {
  const api = useEngineApi();
  const isPending = useEngine(
    (state) =>
      change !== null &&
      (state.connectionIdsOf.get(accountId) ?? []).some(
        (id) => (state.connections.get(id)?.attempt?.startedAt ?? 0) < change.at,
      ),
  );
  return (
    <output className={styles.change}>
      {change !== null && isPending && (
        <span className={styles.line}>
          {change.forgotten !== null && (
            <>
              {change.forgotten === 0 ? 'no session' : formatSessions(change.forgotten)}{' '}
              forgotten;{' '}
            </>
          )}
          applies to the next connection{' '}
          <Button
            look="quiet"
            className={styles.now}
            onClick={({ currentTarget }) => {
              focusOwnerOf(currentTarget);
              void toastIfFailed('Could not reconnect', api.reconnectAccount(accountId));
            }}
          >
            Reconnect now
          </Button>
        </span>
      )}
    </output>
  );
}
