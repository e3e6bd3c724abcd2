import { Menu as BaseMenu } from '@base-ui/react/menu';
import type { ReactNode } from 'react';
import { MoreIcon } from './icons.tsx';
import buttonStyles from './Button.module.css';
import styles from './Menu.module.css';

/** One thing that can be done. */
export interface MenuAction {
  readonly label: string;
  readonly run: () => void;
  readonly isDangerous?: boolean;
}

interface MenuProps {
  /** The accessible name of the button that opens it. */
  readonly label: string;
  readonly actions: readonly MenuAction[];
}

/** A button with three dots that opens a list of actions. */
export function Menu({ label, actions }: MenuProps): ReactNode {
  return (
    <BaseMenu.Root modal={false}>
      <BaseMenu.Trigger
        className={`${buttonStyles.button} ${buttonStyles.icon}`}
        aria-label={label}
        title={label}
      >
        <MoreIcon />
      </BaseMenu.Trigger>
      <BaseMenu.Portal>
        <BaseMenu.Positioner sideOffset={4} align="end">
          <BaseMenu.Popup className={styles.popup}>
            {actions.map(({ label, run, isDangerous = false }) => (
              <BaseMenu.Item
                key={label}
                className={isDangerous ? `${styles.item} ${styles.dangerous}` : styles.item}
                onClick={run}
              >
                {label}
              </BaseMenu.Item>
            ))}
          </BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  );
}
