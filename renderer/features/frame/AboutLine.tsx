import type { ReactNode } from 'react';
import { protectionSentence, protectionWords } from '../../protection.ts';
import { useEngine } from '../../engine/store.ts';
import styles from './AboutLine.module.css';

/** What runs here and how it keeps passwords. */
export function AboutLine(): ReactNode {
  const app = useEngine((state) => state.app);
  return (
    <footer className={styles.about}>
      <p title={protectionSentence(app.protection)}>{protectionWords(app.protection)}</p>
      <p title={`Data folder: ${app.dataDir}`}>Reprise {app.version}</p>
      <p>{app.engine}</p>
    </footer>
  );
}
