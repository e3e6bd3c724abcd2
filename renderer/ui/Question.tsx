import { AlertDialog } from '@base-ui/react/alert-dialog';
import { useRef, type ReactNode } from 'react';
import { Button } from './Button.tsx';
import styles from './Dialog.module.css';

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
    <AlertDialog.Root
      open
      onOpenChange={(open) => {
        if (!open) props.onCancel();
      }}
    >
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
