import { Dialog } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import { CloseIcon } from './icons.tsx';
import buttonStyles from './Button.module.css';
import styles from './Drawer.module.css';

interface DrawerProps {
  readonly title: ReactNode;
  /** Stands in the head, beside the cross. */
  readonly actions: ReactNode;
  readonly onClose: () => void;
  /** What has the focus after it closed. */
  readonly returnFocus: () => HTMLElement | null;
  readonly children: ReactNode;
}

/** A panel at the right that leaves the rest of the page usable; rendered while it is open. */
export function Drawer({ title, actions, onClose, returnFocus, children }: DrawerProps): ReactNode {
  return (
    <Dialog.Root
      open
      modal={false}
      disablePointerDismissal
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Dialog.Portal>
        <Dialog.Popup className={styles.drawer} finalFocus={() => returnFocus() ?? true}>
          <div className={styles.header}>
            <Dialog.Title className={styles.title}>{title}</Dialog.Title>
            {actions}
            <Dialog.Close
              className={`${buttonStyles.button} ${buttonStyles.icon}`}
              aria-label="Close details"
            >
              <CloseIcon />
            </Dialog.Close>
          </div>
          <div className={styles.content}>{children}</div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
