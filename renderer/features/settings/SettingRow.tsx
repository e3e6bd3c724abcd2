import { useCallback, type ReactNode } from 'react';
import type { Settings } from '../../../shared/settings.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { toastIfFailed } from '../../ui/call.tsx';
import styles from './Settings.module.css';

interface SettingRowProps {
  readonly name: string;
  /** What it means, below its name. */
  readonly explanation: ReactNode;
  readonly control: ReactNode;
  /** What has to be said about it now. */
  readonly children?: ReactNode;
}

/** One setting: its name and meaning at the left, its control at the right. */
export function SettingRow({ name, explanation, control, children }: SettingRowProps): ReactNode {
  return (
    <div className={styles.row}>
      <div>
        <p className={styles.name}>{name}</p>
        <p className={styles.explanation}>{explanation}</p>
      </div>
      <div className={styles.control}>{control}</div>
      {/* There from the start, so that what appears in it is read out. */}
      <div className={styles.more} aria-live="polite">
        {children}
      </div>
    </div>
  );
}

/** Changes settings, and says so where that fails. Resolves with whether it was done. */
export function useChangeSettings(): (change: Partial<Settings>) => Promise<boolean> {
  const api = useEngineApi();
  return useCallback(
    (change) => toastIfFailed('Could not change the setting', api.changeSettings(change)),
    [api],
  );
}
