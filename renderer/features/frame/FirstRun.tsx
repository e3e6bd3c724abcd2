import type { ReactNode } from 'react';
import { openAddForm, useEngine } from '../../engine/store.ts';
import { showScreen } from '../../navigation.ts';
import { CallButton } from '../../ui/call.tsx';
import { Button } from '../../ui/controls.tsx';
import { OutcomeMark } from '../../ui/marks.tsx';
import styles from './FirstRun.module.css';

/** What the program does, and the ways to begin. */
export function FirstRun(): ReactNode {
  const isDemoRunning = useEngine((state) => state.app.demo);
  return (
    <section className={styles.first}>
      <div className={styles.marks} aria-hidden="true">
        <OutcomeMark kind="full" />
        <OutcomeMark kind="resumed" />
        <OutcomeMark kind="resumed" />
        <OutcomeMark kind="resumed" />
      </div>
      <h2 className={styles.title}>See your mail connections, and make each new one cheaper</h2>
      <p className={styles.text}>
        Reprise keeps one connection open for every mailbox you watch, and takes up the earlier TLS
        session when one has to be made again. For each connection it shows whether that worked,
        how, what it saved, and where it did not, why not.
      </p>
      <div className={styles.actions}>
        <Button look="primary" onClick={openAddForm}>
          Add account
        </Button>
        <CallButton
          disabled={isDemoRunning}
          call={(api) => api.startDemo()}
          failure="Could not start the demo servers"
        >
          Start demo servers
        </CallButton>
        <Button
          look="quiet"
          onClick={() => {
            showScreen('check');
          }}
        >
          Check a server
        </Button>
        <Button
          look="quiet"
          onClick={() => {
            showScreen('client');
          }}
        >
          Watch a mail program
        </Button>
      </div>
      <p className={styles.note}>
        The demo servers are real TLS servers inside this program, one for every outcome, each
        behind a line of 20 ms round trip and 1 Mbit/s and with a chain of two certificates. They
        reach nothing outside this computer.
      </p>
    </section>
  );
}
