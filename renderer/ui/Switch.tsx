import { Switch as BaseSwitch } from '@base-ui/react/switch';
import type { ReactNode } from 'react';
import styles from './Switch.module.css';

interface SwitchProps {
  /** What it switches; its accessible name. */
  readonly label: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** An on/off switch that takes effect at once. */
export function Switch({ label, checked, disabled = false, onChange }: SwitchProps): ReactNode {
  return (
    <BaseSwitch.Root
      className={styles.track}
      aria-label={label}
      title={`${label}: ${checked ? 'on' : 'off'}`}
      checked={checked}
      disabled={disabled}
      onCheckedChange={onChange}
    >
      <BaseSwitch.Thumb className={styles.thumb} />
    </BaseSwitch.Root>
  );
}
