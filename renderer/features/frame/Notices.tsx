import type { ReactNode } from 'react';
import { useEngineApi } from '../../engine/engine-api.ts';
import { useEngine } from '../../engine/store.ts';
import { formatExactTime } from '../../format.ts';
import { toastIfFailed } from '../../ui/call.tsx';
import { Button } from '../../ui/controls.tsx';
import { CloseIcon } from '../../ui/icons.tsx';
import styles from './Notices.module.css';

const LEVEL_WORDS = { info: 'Note', warning: 'Warning', error: 'Error' } as const;

/** What the user should know that belongs to no single connection; stays until dismissed. */
export function Notices(): ReactNode {
  const api = useEngineApi();
  const notices = useEngine((state) => state.notices);
  return (
    <div role="log" aria-label="Notices">
      {[...notices.values()].map(({ id, at, level, message, action }) => (
        <div key={id} className={styles.notice} data-level={level}>
          <p className={styles.text} title={formatExactTime(at)}>
            <strong>{LEVEL_WORDS[level]}</strong> {message}
          </p>
          {action === 'use-key-file' && (
            <Button
              onClick={() =>
                void toastIfFailed('Could not store the passwords', api.agreeToKeyFile())
              }
            >
              Store under a key file
            </Button>
          )}
          <Button
            look="icon"
            aria-label="Dismiss this notice"
            onClick={() =>
              void toastIfFailed('Could not dismiss the notice', api.dismissNotice(id))
            }
          >
            <CloseIcon />
          </Button>
        </div>
      ))}
    </div>
  );
}
