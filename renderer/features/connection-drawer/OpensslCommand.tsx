import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { ConnectionId, OutcomeKind } from '../../../shared/model.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { Button } from '../../ui/Button.tsx';
import { copyText, selectForCopy } from '../../ui/copy.ts';
import { toastIfFailed } from '../../ui/toasts.ts';
import styles from './ConnectionDrawer.module.css';

const WHAT = 'openssl command';

interface OpensslCommandProps {
  readonly connectionId: ConnectionId;
  /** Of the handshake that the lines repeat. */
  readonly outcome: OutcomeKind;
}

/** Copies lines that repeat the handshake in a shell, and shows what was copied. */
export function OpensslCommand({ connectionId, outcome }: OpensslCommandProps): ReactNode {
  const api = useEngineApi();
  const [command, setCommand] = useState<string | null>(null);
  const [isRefused, setRefused] = useState(false);
  const box = useRef<HTMLPreElement>(null);
  useEffect(() => {
    if (command !== null && isRefused) selectForCopy(box.current, WHAT);
  }, [command, isRefused]);

  const copy = async () => {
    const text = await api.getOpensslCommand(connectionId);
    setRefused(!(await copyText(text, WHAT)));
    setCommand(text);
  };
  return (
    <>
      <div>
        <Button onClick={() => void toastIfFailed(`Could not copy the ${WHAT}`, copy())}>
          Copy as openssl command
        </Button>
      </div>
      {command !== null && (
        <>
          <p className={styles.sentence}>
            Paste it into a shell with OpenSSL 3: it repeats this handshake and prints what came of
            it. Nothing but the server and the certificates that are trusted is in it.
          </p>
          {outcome === 'refused' && (
            <p className={styles.sentence}>
              The session that was refused is a secret: a new one is offered in its place. Where the
              server has changed since it issued the old one, as by a restart, this prints Reused.
            </p>
          )}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls: keys must reach it */}
          <pre className={styles.log} ref={box} tabIndex={0} aria-label="openssl command">
            {command}
          </pre>
        </>
      )}
    </>
  );
}
