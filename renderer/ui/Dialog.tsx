import { Dialog as BaseDialog } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import { CloseIcon } from './icons.tsx';
import buttonStyles from './Button.module.css';
import styles from './Dialog.module.css';

interface DialogProps {
  readonly title: string;
  /** Asked to close, by Esc, by the cross or by a press outside. */
  readonly onClose: () => void;
  /** What has the focus first. */
  readonly initialFocus: () => HTMLElement | null;
  /** What has the focus after it closed, where what opened it may be gone by then. */
  readonly returnFocus?: () => HTMLElement | null;
  readonly children: ReactNode;
}

/** A modal dialog; rendered while it is open. Its content scrolls, and {@link DialogActions} stay. */
export function Dialog({
  title,
  onClose,
  initialFocus,
  returnFocus,
  children,
}: DialogProps): ReactNode {
  return (
    <BaseDialog.Root
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className={styles.backdrop} />
        <BaseDialog.Popup
          className={styles.popup}
          initialFocus={() => initialFocus() ?? true}
          finalFocus={() => returnFocus?.() ?? true}
        >
          <div className={styles.header}>
            <BaseDialog.Title className={styles.title}>{title}</BaseDialog.Title>
            <BaseDialog.Close
              className={`${buttonStyles.button} ${buttonStyles.icon}`}
              aria-label="Close"
            >
              <CloseIcon />
            </BaseDialog.Close>
          </div>
          {children}
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}
