import type { ReactNode } from 'react';
import type { AccountId, Refusing } from '../../../shared/model.ts';
import { useNow } from '../../clock.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { formatExactTime } from '../../format.ts';
import { isolate } from '../../engine/isolate.ts';
import { nextTry, refusedSoFar } from '../../engine/refusal.ts';
import { Button } from '../../ui/Button.tsx';
import { focusOwnerOf } from '../../ui/focus.ts';
import { toastIfFailed } from '../../ui/toasts.ts';
import styles from './RefusingLine.module.css';

interface RefusingLineProps {
  readonly accountId: AccountId;
  readonly label: string;
  readonly refusing: Refusing;
}

/** Says that nothing is offered to a server, why and until when, and ends that. Ticks by itself. */
export function RefusingLine({ accountId, label, refusing }: RefusingLineProps): ReactNode {
  const api = useEngineApi();
  const now = useNow();
  return (
    <p className={styles.line}>
      <span title={`Next try at ${formatExactTime(refusing.nextTryAt)}`}>
        {refusedSoFar(refusing)}, <span className={styles.next}>{nextTry(refusing, now)}.</span>
      </span>{' '}
      <Button
        look="quiet"
        className={styles.button}
        aria-label={`Try now: offer sessions to ${label} again`}
        onClick={({ currentTarget }) => {
          focusOwnerOf(currentTarget);
          void toastIfFailed(
            `Could not offer sessions on ${isolate(label)}`,
            api.tryOffering(accountId),
          );
        }}
      >
        Try now
      </Button>
    </p>
  );
}
