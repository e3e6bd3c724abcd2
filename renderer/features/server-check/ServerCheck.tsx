import type { ReactNode } from 'react';
import type { CheckId } from '../../../shared/model.ts';
import { showScreen, useRoute } from '../../navigation.ts';
import { useEngine } from '../../engine/store.ts';
import { CheckForm } from './CheckForm.tsx';
import { CheckView } from './CheckView.tsx';
import styles from './ServerCheck.module.css';

function show(id: CheckId): void {
  showScreen('check', { check: id });
}

/** Type a server, get a verdict with its evidence and what to change on the server. */
export function ServerCheck(): ReactNode {
  const { query } = useRoute();
  const checks = useEngine((state) => state.checks);
  const asked = checks.get((query['check'] ?? '') as CheckId);
  const shown = asked ?? [...checks.values()].at(-1);
  return (
    <div className={styles.screen}>
      <CheckForm onStarted={show} />
      {shown === undefined ? (
        <p className={styles.none}>
          Connects to a mail server some thirty times, one connection after another, and offers it
          its own TLS sessions. It never signs in.
        </p>
      ) : (
        <CheckView check={shown} onStarted={show} />
      )}
    </div>
  );
}
