import { Toast } from '@base-ui/react/toast';
import type { ReactNode } from 'react';
import { CloseIcon } from './icons.tsx';
import { toasts } from './toasts.ts';
import buttonStyles from './Button.module.css';
import styles from './Toaster.module.css';

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
          <Toast.Action className={`${buttonStyles.button} ${styles.action}`} />
        </div>
        <Toast.Close
          className={`${buttonStyles.button} ${buttonStyles.icon}`}
          aria-label="Dismiss this message"
        >
          <CloseIcon />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}
