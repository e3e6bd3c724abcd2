import type { ReactNode } from 'react';
import { Button } from '../../ui/Button.tsx';
import styles from './AwayBanner.module.css';

/** Says that the engine is away, so that what stands below is not taken for its present state. */
export function AwayBanner({ retryNow }: { readonly retryNow: () => void }): ReactNode {
  return (
    <div className={styles.banner} role="alert">
      <span>Reprise is not answering. Reconnecting…</span>
      <span className={styles.note}>What you see below is how it was.</span>
      <Button look="quiet" onClick={retryNow}>
        Try now
      </Button>
    </div>
  );
}
