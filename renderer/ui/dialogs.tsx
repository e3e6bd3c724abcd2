/** What opens above the page: dialogs, a question before something is lost, the drawer at the right. */
import { AlertDialog } from '@base-ui/react/alert-dialog';
import { Dialog as BaseDialog } from '@base-ui/react/dialog';
import { useRef, type ReactNode } from 'react';
import { Button } from './controls.tsx';
import { CloseIcon } from './icons.tsx';
import styles from './dialogs.module.css';

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

/** A modal dialog; rendered while it is open. */
export function Dialog(props: DialogProps): ReactNode {
  return (
    <BaseDialog.Root open onOpenChange={whenClosed(props.onClose)}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className={styles.backdrop} />
        <BaseDialog.Popup
          className={styles.popup}
          initialFocus={() => props.initialFocus() ?? true}
          finalFocus={() => props.returnFocus?.() ?? true}
        >
          <div className={styles.header}>
            <BaseDialog.Title className={styles.title}>{props.title}</BaseDialog.Title>
            <BaseDialog.Close render={<Button look="icon" />} aria-label="Close">
              <CloseIcon />
            </BaseDialog.Close>
          </div>
          {props.children}
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}

function whenClosed(onClose: () => void): (open: boolean) => void {
  return (open) => {
    if (!open) onClose();
  };
}

interface QuestionProps {
  readonly title: string;
  /** What would be lost. */
  readonly description: string;
  /** The label of the button that goes on. */
  readonly confirm: string;
  /** The label of the button that changes nothing. */
  readonly cancel: string;
  readonly onConfirm: () => void;
  /** What has the focus after that, where what asked may be gone by then. */
  readonly focusAfter?: () => HTMLElement | null;
  readonly onCancel: () => void;
}

/** Asks before something is lost; rendered while it is open. The harmless answer has the focus. */
export function Question(props: QuestionProps): ReactNode {
  const isConfirmed = useRef(false);
  return (
    <AlertDialog.Root open onOpenChange={whenClosed(props.onCancel)}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={styles.backdrop} forceRender />
        <AlertDialog.Popup
          className={`${styles.popup} ${styles.small}`}
          finalFocus={() => (isConfirmed.current ? props.focusAfter?.() : null) ?? true}
        >
          <AlertDialog.Title className={styles.title}>{props.title}</AlertDialog.Title>
          <AlertDialog.Description className={styles.description}>
            {props.description}
          </AlertDialog.Description>
          <div className={styles.actions}>
            <Button onClick={props.onCancel}>{props.cancel}</Button>
            <Button
              look="danger"
              onClick={() => {
                isConfirmed.current = true;
                props.onConfirm();
              }}
            >
              {props.confirm}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

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
export function Drawer(props: DrawerProps): ReactNode {
  return (
    <BaseDialog.Root
      open
      modal={false}
      disablePointerDismissal
      onOpenChange={whenClosed(props.onClose)}
    >
      <BaseDialog.Portal>
        <BaseDialog.Popup className={styles.drawer} finalFocus={() => props.returnFocus() ?? true}>
          <div className={styles.drawerHeader}>
            <BaseDialog.Title className={styles.drawerTitle}>{props.title}</BaseDialog.Title>
            {props.actions}
            <BaseDialog.Close render={<Button look="icon" />} aria-label="Close details">
              <CloseIcon />
            </BaseDialog.Close>
          </div>
          <div className={styles.content}>{props.children}</div>
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}
