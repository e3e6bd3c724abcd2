/** What opens beside the button that was pressed: a panel, a list of actions. */
import { Menu as BaseMenu } from '@base-ui/react/menu';
import { Popover as BasePopover } from '@base-ui/react/popover';
import { useRef, useState, type ReactNode } from 'react';
import { Button } from './controls.tsx';
import { CloseIcon, MoreIcon } from './icons.tsx';
import styles from './popups.module.css';

interface PopoverProps {
  /** The accessible name of the button that opens it. */
  readonly label: string;
  readonly icon: ReactNode;
  readonly title: ReactNode;
  /** Where it opens; at the right of the item that the button belongs to unless given. */
  readonly side?: 'right' | 'bottom';
  /** Rendered while it is open only. */
  readonly children: ReactNode;
}

/**
 * A button with an icon, and a panel beside it that leaves the rest of the page usable. What is
 * chosen in it has the focus first.
 */
export function Popover({ label, icon, title, side = 'right', children }: PopoverProps): ReactNode {
  const trigger = useRef<HTMLButtonElement>(null);
  const popup = useRef<HTMLDivElement>(null);
  const findChosen = () => popup.current?.querySelector<HTMLElement>('input:checked:enabled');
  return (
    <BasePopover.Root>
      <BasePopover.Trigger
        ref={trigger}
        render={<Button look="icon" />}
        aria-label={label}
        title={label}
      >
        {icon}
      </BasePopover.Trigger>
      <BasePopover.Portal>
        <BasePopover.Positioner
          className={styles.place}
          // Beside the whole item, so that its other controls stay in sight.
          anchor={() => trigger.current?.closest('li') ?? trigger.current}
          side={side}
          align="start"
          sideOffset={8}
          collisionPadding={8}
        >
          <BasePopover.Popup
            ref={popup}
            className={styles.panel}
            initialFocus={() => findChosen() ?? true}
          >
            <div className={styles.header}>
              <BasePopover.Title className={styles.title}>{title}</BasePopover.Title>
              <BasePopover.Close render={<Button look="icon" />} aria-label="Close">
                <CloseIcon />
              </BasePopover.Close>
            </div>
            {children}
          </BasePopover.Popup>
        </BasePopover.Positioner>
      </BasePopover.Portal>
    </BasePopover.Root>
  );
}

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
        render={<Button look="icon" />}
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
          <BaseMenu.Popup className={styles.menu}>
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
