import { Toast } from '@base-ui/react/toast';
import type { ReactNode } from 'react';
import { Button } from './controls.tsx';
import { CloseIcon } from './icons.tsx';
import styles from './toasts.module.css';

/** Where toasts are added, also from outside React; {@link Toaster} shows them. */
const toasts = Toast.createToastManager();

interface ToastText {
  readonly title: string;
  readonly description: string;
  /** One toast at a time with this id. */
  readonly id?: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** Long enough to read twice; pointing at a toast, or focusing it, stops its time. */
const FAILURE_MS = 12_000;
const DONE_MS = 5000;

/** Says that something failed. */
export function toastFailure({ title, description, id, action }: ToastText): void {
  if (id !== undefined) toasts.close(id);
  toasts.add({
    title,
    description,
    type: 'failure',
    timeout: FAILURE_MS,
    ...(id === undefined ? {} : { id }),
    ...(action === undefined
      ? {}
      : { actionProps: { children: action.label, onClick: action.run } }),
  });
}

/** Says in passing that something was done. */
export function toastDone(title: string): void {
  toasts.add({ title, type: 'done', timeout: DONE_MS });
}

/** Shows what {@link toasts} holds, at the lower right. */
export function Toaster(): ReactNode {
  return (
    <Toast.Provider toastManager={toasts} limit={3}>
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport} aria-label="Messages">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function ToastList(): ReactNode {
  const shown = Toast.useToastManager();
  return shown.toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={styles.toast} swipeDirection={[]}>
      <Toast.Content className={styles.content}>
        <div className={styles.text}>
          <Toast.Title className={styles.title} />
          <Toast.Description className={styles.description} />
          <Toast.Action render={<Button className={styles.action} />} />
        </div>
        <Toast.Close render={<Button look="icon" />} aria-label="Dismiss this message">
          <CloseIcon />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}
