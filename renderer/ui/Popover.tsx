import { Popover as BasePopover } from '@base-ui/react/popover';
import { useRef, type ReactNode } from 'react';
import { CloseIcon } from './icons.tsx';
import buttonStyles from './Button.module.css';
import styles from './Popover.module.css';

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
        className={`${buttonStyles.button} ${buttonStyles.icon}`}
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
            className={styles.popup}
            initialFocus={() => findChosen() ?? true}
          >
            <div className={styles.header}>
              <BasePopover.Title className={styles.title}>{title}</BasePopover.Title>
              <BasePopover.Close
                className={`${buttonStyles.button} ${buttonStyles.icon}`}
                aria-label="Close"
              >
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
