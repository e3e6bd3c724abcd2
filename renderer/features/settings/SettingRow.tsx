import type { ReactNode } from 'react';
import type { Settings } from '../../../shared/settings.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { useEngine } from '../../engine/store.ts';
import { useChoice } from '../../ui/choice.ts';
import { Switch } from '../../ui/controls.tsx';
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

interface SwitchRowProps extends Omit<SettingRowProps, 'control'> {
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** A setting that is on or off. */
export function SwitchRow(props: SwitchRowProps): ReactNode {
  const { checked, disabled = false, onChange, ...row } = props;
  return (
    <SettingRow
      {...row}
      control={
        <Switch label={row.name} checked={checked} disabled={disabled} onChange={onChange} />
      }
    />
  );
}

/** A setting as it is shown, and what changes it; the proxy has a call of its own. Resolves with whether it was done. */
export function useSetting<Name extends Exclude<keyof Settings, 'proxy'>>(
  name: Name,
): readonly [Settings[Name], (value: Settings[Name]) => Promise<boolean>] {
  const api = useEngineApi();
  const [value, choose] = useChoice(
    useEngine(({ settings }) => settings[name]),
    ({ settings }) => settings,
  );
  return [
    value,
    (chosen) =>
      choose(chosen, 'Could not change the setting', () => api.changeSettings({ [name]: chosen })),
  ];
}
