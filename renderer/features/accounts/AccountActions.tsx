import { memo, type ReactNode } from 'react';
import type { AccountId } from '../../../shared/model.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { formatSessions } from '../../format.ts';
import { isolate } from '../../engine/isolate.ts';
import { Button } from '../../ui/Button.tsx';
import { ForgetIcon } from '../../ui/icons.tsx';
import { toastDone, toastIfFailed } from '../../ui/toasts.ts';
import { AccountMenu } from './AccountMenu.tsx';
import styles from './AccountItem.module.css';

interface AccountActionsProps {
  readonly id: AccountId;
  readonly label: string;
  readonly user: string;
  readonly isPaused: boolean;
  readonly isDemo: boolean;
}

/** What can be done with the account; renders only when one of these changes. */
export const AccountActions = memo(function AccountActions(props: AccountActionsProps): ReactNode {
  const { id, label } = props;
  const api = useEngineApi();
  const forget = async () => {
    const { forgotten } = await api.forgetSessions(id);
    toastDone(
      forgotten === 0
        ? `No session of ${isolate(label)} was held`
        : `${formatSessions(forgotten)} of ${isolate(label)} forgotten`,
    );
  };
  return (
    <span className={styles.actions}>
      <Button
        look="icon"
        aria-label={`Forget sessions of ${label}`}
        title={`Forget sessions of ${label}`}
        onClick={() =>
          void toastIfFailed(`Could not forget the sessions of ${isolate(label)}`, forget())
        }
      >
        <ForgetIcon />
      </Button>
      <AccountMenu {...props} />
    </span>
  );
});
