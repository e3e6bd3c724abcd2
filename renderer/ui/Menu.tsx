import { Menu as BaseMenu } from '@base-ui/react/menu';
import { useState, type ReactNode } from 'react';
import { MoreIcon } from './icons.tsx';
import buttonStyles from './Button.module.css';
import styles from './Menu.module.css';

/** One thing that can be done. */
interface MenuAction {
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
  // The list opens inside the part of the page that it belongs to, also for screen readers.
  const [landmark, setLandmark] = useState<HTMLElement | null>(null);
  return (
    <BaseMenu.Root>
      <BaseMenu.Trigger
        className={`${buttonStyles.button} ${buttonStyles.icon}`}
        ref={(trigger: HTMLElement | null) => {
          setLandmark(trigger?.closest<HTMLElement>('aside, main') ?? null);
        }}
        aria-label={label}
        title={label}
      >
        <MoreIcon />
      </BaseMenu.Trigger>
      <BaseMenu.Portal container={landmark}>
        <BaseMenu.Positioner className={styles.place} sideOffset={4} align="end">
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
