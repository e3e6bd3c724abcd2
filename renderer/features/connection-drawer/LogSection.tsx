import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { EngineApi } from '../../../shared/contract.ts';
import type {
  Attempt,
  Connection,
  ConnectionDetail,
  ConnectionId,
  LogLine,
} from '../../../shared/model.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { formatExactTime, formatMs, formatTime } from '../../format.ts';
import { errorMessage } from '../../ui/call.tsx';
import { Button } from '../../ui/controls.tsx';
import { copyOrSelect } from '../../ui/hand-over.ts';
import { ReuseText } from '../../ui/marks.tsx';
import { Lines } from '../../ui/Text.tsx';
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
        {attempts.map((attempt) => (
          <li key={attempt.id}>
            <span title={formatExactTime(attempt.startedAt)}>{formatTime(attempt.startedAt)}</span>
            <ReuseText attempt={attempt} />
            <span>{formatMs(attempt.totalMs)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Log({ lines }: { readonly lines: readonly LogLine[] }): ReactNode {
  const box = useRef<HTMLPreElement>(null);
  const text = lines.map(({ at, text }) => `${formatTime(at)}  ${text}`).join('\n');
  return (
    <section className={styles.section} aria-label="Log">
      <div className={styles.title}>
        <h3 className={styles.heading}>Log</h3>
        {lines.length > 0 && (
          <Button onClick={() => void copyOrSelect(text, 'Log', box.current)}>Copy</Button>
        )}
      </div>
      {lines.length === 0 ? (
        <p className={styles.none}>Nothing yet.</p>
      ) : (
        <Lines label="Log lines" ref={box}>
          {text}
        </Lines>
      )}
    </section>
  );
}

/** What is fetched on demand, and where that stands. */
type Detail =
  | { readonly kind: 'loading' }
  | { readonly kind: 'there'; readonly detail: ConnectionDetail }
  | { readonly kind: 'failed'; readonly message: string };

/** Fetches log and earlier handshakes, again whenever the connection has changed. */
export function useConnectionDetail(connection: Connection): Detail {
  const api = useEngineApi();
  const [state, setState] = useState<{ readonly of: Connection['id']; readonly detail: Detail }>();

  useEffect(() => {
    let isCurrent = true;
    const fetch = async () => {
      const detail = await fetchDetail(api, connection.id);
      if (isCurrent) setState({ of: connection.id, detail });
    };
    void fetch();
    return () => {
      isCurrent = false;
    };
  }, [api, connection]);

  return state?.of === connection.id ? state.detail : { kind: 'loading' };
}

async function fetchDetail(api: EngineApi, id: ConnectionId): Promise<Detail> {
  try {
    return { kind: 'there', detail: await api.getConnection(id) };
  } catch (error) {
    return { kind: 'failed', message: errorMessage(error) };
  }
}
