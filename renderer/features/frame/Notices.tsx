import type { ReactNode } from 'react';
import { useEngine } from '../../engine/store.ts';
import { formatExactTime } from '../../format.ts';
import { CallButton } from '../../ui/call.tsx';
import { CloseIcon } from '../../ui/icons.tsx';
import { ServerLine } from '../../ui/Text.tsx';
import styles from './Notices.module.css';

const LEVEL_WORDS = { info: 'Note', warning: 'Warning', error: 'Error' } as const;

/** What the user should know that belongs to no single connection; stays until dismissed. */
export function Notices(): ReactNode {
  const notices = useEngine((state) => state.notices);
  return (
    <div role="log" aria-label="Notices">
      {[...notices.values()].map(({ id, at, level, message, action, serverLine }) => (
        <div key={id} className={styles.notice} data-level={level}>
          <div className={styles.text} title={formatExactTime(at)}>
            <p>
              <strong>{LEVEL_WORDS[level]}</strong> {message}
            </p>
            {serverLine !== undefined && <ServerLine>{serverLine}</ServerLine>}
          </div>
          {action === 'use-key-file' && (
            <CallButton
              call={(api) => api.agreeToKeyFile()}
              failure="Could not store the passwords"
            >
              Store under a key file
            </CallButton>
          )}
          <CallButton
            look="icon"
            aria-label="Dismiss this notice"
            call={(api) => api.dismissNotice(id)}
            failure="Could not dismiss the notice"
          >
            <CloseIcon />
          </CallButton>
        </div>
      ))}
    </div>
  );
}
