import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { ClientWatchId } from '../../../shared/ids.ts';
import type { ClientWatchInput } from '../../../shared/inputs.ts';
import type { ClientWatch } from '../../../shared/your-client.ts';
import { useEngine } from '../../engine/store.ts';
import { formatServer } from '../../format.ts';
import { showScreen, useRoute } from '../../navigation.ts';
import { Button } from '../../ui/controls.tsx';
import { Name } from '../../ui/Text.tsx';
import { Pointing } from './Pointing.tsx';
import { Seen } from './Seen.tsx';
import { WatchForm } from './WatchForm.tsx';
import { stateWord } from './watches.ts';
import styles from './YourClient.module.css';

const NOTHING_TYPED: ClientWatchInput = {
  server: '',
  starttls: false,
  listenPort: '',
  listenAddress: '',
  to: '',
};

/** Point a mail program at it, let it connect, and read what it does about TLS sessions. */
export function YourClient(): ReactNode {
  const { query } = useRoute();
  const watches = useEngine((state) => state.clientWatches);
  const [isAdding, setAdding] = useState(false);
  const shown =
    watches.get((query['watch'] ?? '') as ClientWatchId) ?? [...watches.values()].at(-1);
  const show = (id: ClientWatchId) => {
    setAdding(false);
    showScreen('client', { watch: id });
  };
  const isFormOpen = isAdding || shown === undefined;
  const left = useRef<HTMLDivElement>(null);
  const parts = `${shown?.id ?? ''} ${isFormOpen}`;
  const before = useRef(parts);
  useEffect(() => {
    if (before.current === parts) return;
    before.current = parts;
    // What was pressed to come here may be gone.
    if (document.activeElement !== document.body) return;
    left.current?.querySelector<HTMLElement>('input, button')?.focus();
  });
  return (
    <div className={styles.screen}>
      <div className={styles.left} ref={left}>
        {watches.size > 1 && (
          <WatchChoice watches={[...watches.values()]} shown={shown} onShow={show} />
        )}
        {shown !== undefined && shown.state.kind === 'listening' && (
          <Pointing server={shown.server} state={shown.state} />
        )}
        {isFormOpen ? (
          <WatchForm
            // It begins with what is shown, so that what was stopped is started again with a press.
            key={shown?.id}
            initial={shown?.state.kind === 'stopped' ? shown.typed : NOTHING_TYPED}
            onStarted={show}
            onCancel={
              shown === undefined
                ? null
                : () => {
                    setAdding(false);
                  }
            }
          />
        ) : (
          <Button
            className={styles.add}
            onClick={() => {
              setAdding(true);
            }}
          >
            {shown.state.kind === 'stopped'
              ? 'Watch again, or another server'
              : 'Watch another server'}
          </Button>
        )}
      </div>
      {shown === undefined ? <Introduction /> : <Seen key={shown.id} watch={shown} />}
    </div>
  );
}

function Introduction(): ReactNode {
  return (
    <div className={styles.none}>
      <p>
        Watches a mail program of yours, or one that you write, on its way to its own server: which
        TLS sessions it offers, and which of them the server takes up.
      </p>
      <p>
        What the two say is passed on as it is. Reprise holds no key, reads nothing that is
        encrypted and keeps nothing of what is said.
      </p>
    </div>
  );
}

interface WatchChoiceProps {
  readonly watches: readonly ClientWatch[];
  readonly shown: ClientWatch | undefined;
  readonly onShow: (id: ClientWatchId) => void;
}

function WatchChoice({ watches, shown, onShow }: WatchChoiceProps): ReactNode {
  return (
    <ul className={styles.watches} aria-label="Watched servers">
      {watches.map((watch) => (
        <li key={watch.id}>
          <button
            type="button"
            className={styles.watch}
            aria-current={watch === shown ? 'true' : undefined}
            onClick={() => {
              onShow(watch.id);
            }}
          >
            <Name>{formatServer(watch.server.host, watch.server.port)}</Name>
            <span className={styles.aside}>{stateWord(watch.state)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
