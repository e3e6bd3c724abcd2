import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useRef, type ReactNode } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { HeldSessions, HeldSessionsId } from '../../../shared/model.ts';
import { useNow } from '../../clock.ts';
import type { EngineState } from '../../engine/engine-state.ts';
import { useEngine } from '../../engine/store.ts';
import { formatCount, formatExactTime, formatMoment, NOTHING } from '../../format.ts';
import { Button } from '../../ui/controls.tsx';
import { ForgetIcon } from '../../ui/icons.tsx';
import { Name, Unseen } from '../../ui/Text.tsx';
import { MECHANISM_WORDS } from '../../words.ts';
import { countLeft, serverName, serverNote, timeLeft } from './held.ts';
import styles from './Sessions.module.css';

/** Height of a row, in px; `--row` of the style tokens. */
const ROW_HEIGHT = 32;

const COLUMNS: readonly { readonly name: string; readonly isFigure?: true }[] = [
  { name: 'Account' },
  { name: 'Server' },
  { name: 'Mechanism' },
  { name: 'Left', isFigure: true },
  { name: 'Issued to' },
  { name: 'Expires in', isFigure: true },
  { name: 'Uses', isFigure: true },
];

interface SessionTableProps {
  readonly ids: readonly HeldSessionsId[];
  readonly onForget: (id: HeldSessionsId) => void;
}

/** What is held, a row for each server. Only the rows in sight exist. */
export function SessionTable({ ids, onForget }: SessionTableProps): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- its functions are only used in this render
  const virtualizer = useVirtualizer({
    count: ids.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => ids[index] ?? index,
    overscan: 8,
  });
  return (
    <div className={styles.scroller} ref={scroller}>
      <table aria-label="Sessions" aria-rowcount={ids.length + 1} className={styles.table}>
        <thead className={styles.head}>
          <tr aria-rowindex={1} className={styles.row}>
            {COLUMNS.map(({ name, isFigure }) => (
              <th
                key={name}
                scope="col"
                className={isFigure ? `${styles.cell} ${styles.figure}` : styles.cell}
              >
                {name}
              </th>
            ))}
            <th scope="col" className={styles.cell}>
              <Unseen>Action</Unseen>
            </th>
          </tr>
        </thead>
        <tbody className={styles.body} style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const id = ids[index];
            return (
              id !== undefined && (
                <SessionRow key={id} id={id} index={index} start={start} onForget={onForget} />
              )
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

interface SessionRowProps {
  readonly id: HeldSessionsId;
  /** Its place, from 0. */
  readonly index: number;
  /** Distance from the first row's top, in px. */
  readonly start: number;
  readonly onForget: (id: HeldSessionsId) => void;
}

/** What is held for one server; renders only when that changes. Its clocks tick by themselves. */
const SessionRow = memo(function SessionRow({
  id,
  index,
  start,
  onForget,
}: SessionRowProps): ReactNode {
  const held = useEngine((state) => state.heldSessions.get(id));
  // Words, not the account: that one changes with every handshake.
  const words = useEngine(useShallow((state) => wordsOf(held, state.accounts)));
  if (held === undefined || words === null) return null;
  const [label, server, note] = words;
  const forget = `Forget sessions of ${label} for ${server}`;
  return (
    <tr
      aria-rowindex={index + 2}
      data-held={id}
      className={styles.row}
      style={{ transform: `translateY(${start}px)` }}
    >
      <td className={styles.cell}>
        <Name hasTwoLines>{label}</Name>
      </td>
      <td
        className={`${styles.cell} ${styles.server}`}
        title={note === '' ? undefined : `${server}, ${note}`}
      >
        <Name>{server}</Name>
        {note !== '' && <span className={styles.note}>{note}</span>}
      </td>
      <td className={styles.cell}>{MECHANISM_WORDS[held.mechanism]}</td>
      <td className={`${styles.cell} ${styles.figure}`}>
        <Left held={held} />
      </td>
      <td className={styles.cell} title={`Issued at ${formatExactTime(held.issuedAt)}`}>
        {held.issuedTo === null ? NOTHING : <Name>{held.issuedTo}</Name>}
        <Issued at={held.issuedAt} />
      </td>
      <td className={`${styles.cell} ${styles.figure}`}>
        <TimeLeft held={held} />
      </td>
      <td
        className={`${styles.cell} ${styles.figure}`}
        title={`Resumptions from the full handshake at ${formatExactTime(held.fullHandshakeAt)}`}
      >
        {formatCount(held.resumptions)}
      </td>
      <td className={`${styles.cell} ${styles.action}`}>
        <Button
          look="icon"
          aria-label={forget}
          title={forget}
          onClick={() => {
            onForget(id);
          }}
        >
          <ForgetIcon />
        </Button>
      </td>
    </tr>
  );
});

function wordsOf(
  held: HeldSessions | undefined,
  accounts: EngineState['accounts'],
): readonly [label: string, server: string, note: string] | null {
  const account = held === undefined ? undefined : accounts.get(held.accountId);
  if (held === undefined || account === undefined) return null;
  return [account.label, serverName(held, account), serverNote(held, account)];
}

interface HeldProps {
  readonly held: HeldSessions;
}

function Left({ held }: HeldProps): ReactNode {
  return formatCount(countLeft(held, useNow()));
}

function Issued({ at }: { readonly at: number }): ReactNode {
  return <span className={styles.when}>{formatMoment(at, useNow())}</span>;
}

function TimeLeft({ held }: HeldProps): ReactNode {
  const now = useNow();
  const ends = held.endsAt.map(formatExactTime).join('\n');
  return <span title={ends === '' ? undefined : ends}>{timeLeft(held, now)}</span>;
}
