import { Popover } from '@base-ui/react/popover';
import type { ReactNode } from 'react';
import type { EngineApi } from '../../../shared/contract.ts';
import { useNow } from '../../clock.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { store } from '../../engine/store.ts';
import { formatCount } from '../../format.ts';
import { toastIfFailed } from '../../ui/call.tsx';
import { Button } from '../../ui/controls.tsx';
import { toastFailure } from '../../ui/toasts.tsx';
import { Foreign } from '../../ui/Text.tsx';
import { openHelp, tryNow } from './act.ts';
import { attention, type AttentionItem, type TryAction } from './attention.ts';
import styles from './Attention.module.css';

const ACTION_WORDS = {
  edit: 'Edit',
  'sign-in': 'Sign in again',
  show: 'Show',
  check: 'Check server',
  try: 'Try now',
  insist: 'This is online',
} as const;

/** A quiet list behind a button, which is there only while something needs attention. */
export function Attention(): ReactNode {
  // Once a second is soon enough, whatever happens on a thousand connections.
  const now = useNow();
  const { engine } = store.getState();
  const items = engine === null ? [] : attention(engine, now);
  if (items.length === 0) return null;
  const count = formatCount(items.length);
  return (
    <Popover.Root>
      <Popover.Trigger
        render={<Button look="quiet" className={styles.trigger} />}
        aria-label={`Attention: ${count}`}
      >
        Attention <span className={styles.count}>{count}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner
          className={styles.place}
          align="end"
          sideOffset={8}
          collisionPadding={8}
        >
          <Popover.Popup className={styles.popup}>
            <Popover.Title className={styles.title}>Needs attention</Popover.Title>
            <ul className={styles.list}>
              {items.map((item) => (
                <Item key={item.id} item={item} />
              ))}
            </ul>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Item({ item: { label, text, action } }: { readonly item: AttentionItem }): ReactNode {
  return (
    <li className={styles.item}>
      <div className={styles.text}>
        <strong>
          <Foreign>{label}</Foreign>
        </strong>
        <p>{text}</p>
      </div>
      <Help action={action} label={label} />
    </li>
  );
}

interface HelpProps {
  readonly action: AttentionItem['action'];
  readonly label: string;
}

function Help({ action, label }: HelpProps): ReactNode {
  const api = useEngineApi();
  const words = ACTION_WORDS[action.kind];
  return (
    <Popover.Close
      render={<Button look="quiet" />}
      aria-label={`${words}: ${label}`}
      onClick={() => {
        if (action.kind === 'try') void tryAndTell(action, label, api);
        else if (action.kind === 'insist') {
          void toastIfFailed('Could not go online', api.takeForOnline());
        } else openHelp(action);
      }}
    >
      {words}
    </Popover.Close>
  );
}

async function tryAndTell(action: TryAction, label: string, api: EngineApi): Promise<void> {
  const failure = await tryNow(action, label, api);
  if (failure !== null) toastFailure({ ...failure, id: failure.title });
}
