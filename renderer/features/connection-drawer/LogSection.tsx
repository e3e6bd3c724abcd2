import { useRef, type ReactNode } from 'react';
import type { Attempt, LogLine } from '../../../shared/model.ts';
import { formatExactTime, formatMs, formatTime } from '../../format.ts';
import { Button } from '../../ui/Button.tsx';
import { copyText, selectForCopy } from '../../ui/copy.ts';
import { ReuseText } from '../connections/ReuseText.tsx';
import type { Detail } from './use-connection-detail.ts';
import styles from './ConnectionDrawer.module.css';

/** Earlier handshakes and the log of a connection, secrets removed by the engine. */
export function LogSection({ detail }: { readonly detail: Detail }): ReactNode {
  switch (detail.kind) {
    case 'loading':
      return <p className={styles.none}>Fetching the log…</p>;
    case 'failed':
      return <p className={styles.none}>The log could not be fetched. {detail.message}</p>;
    case 'there':
      return (
        <>
          <Earlier attempts={detail.detail.attempts} />
          <Log lines={detail.detail.log} />
        </>
      );
  }
}

function Earlier({ attempts }: { readonly attempts: readonly Attempt[] }): ReactNode {
  if (attempts.length < 2) return null;
  return (
    <section className={styles.section} aria-label="Latest handshakes">
      <h3 className={styles.heading}>Latest handshakes</h3>
      <ol className={styles.earlier}>
        {attempts.map(({ id, startedAt, outcome, totalMs }) => (
          <li key={id}>
            <span title={formatExactTime(startedAt)}>{formatTime(startedAt)}</span>
            <ReuseText outcome={outcome} />
            <span>{formatMs(totalMs)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Log({ lines }: { readonly lines: readonly LogLine[] }): ReactNode {
  const box = useRef<HTMLPreElement>(null);
  const text = lines.map(({ at, text }) => `${formatTime(at)}  ${text}`).join('\n');

  const copy = async () => {
    if (!(await copyText(text, 'Log'))) selectForCopy(box.current, 'Log');
  };
  return (
    <section className={styles.section} aria-label="Log">
      <div className={styles.title}>
        <h3 className={styles.heading}>Log</h3>
        {lines.length > 0 && <Button onClick={() => void copy()}>Copy</Button>}
      </div>
      {lines.length === 0 ? (
        <p className={styles.none}>Nothing yet.</p>
      ) : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls: keys must reach it
        <pre className={styles.log} ref={box} tabIndex={0} aria-label="Log lines">
          {text}
        </pre>
      )}
    </section>
  );
}
