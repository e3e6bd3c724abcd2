import { memo, type ReactNode } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { MECHANISM_WORDS } from '../../../shared/attempt.ts';
import type { HeldSessions, HeldSessionsId } from '../../../shared/model.ts';
import { useNow } from '../../clock.ts';
import type { EngineState } from '../../engine/engine-state.ts';
import { useEngine } from '../../engine/store.ts';
import { formatCount, formatExactTime, formatMoment, NOTHING } from '../../format.ts';
import { Button } from '../../ui/controls.tsx';
import { ForgetIcon } from '../../ui/icons.tsx';
import { Table, TableRow, useRowsInSight, type Column, type RowPlace } from '../../ui/table.tsx';
import { Foreign, Name } from '../../ui/Text.tsx';
import { countLeft, serverName, serverNote, sharingWords, timeLeft, usersOf } from './held.ts';
import styles from './Sessions.module.css';

/** What is held for a server, and how it is called. */
interface HeldFacts {
  readonly held: HeldSessions;
  /** Of the account that the newest one is of. */
  readonly label: string;
  /** All that may use them, where they are shared. */
  readonly sharing: string | null;
  readonly server: string;
  /** What else sets the server apart; empty for most. */
  readonly note: string;
}

const COLUMNS: readonly Column<string, HeldFacts>[] = [
  {
    id: 'account',
    heading: 'Account',
    width: ['minmax(72px, 1.2fr)', 'minmax(64px, 1.2fr)'],
    title: ({ sharing }) => sharing,
    cell: ({ label, sharing }) =>
      sharing === null ? (
        <Name hasTwoLines>{label}</Name>
      ) : (
        <span className={styles.sharing}>{sharing}</span>
      ),
  },
  {
    id: 'server',
    heading: 'Server',
    width: ['minmax(120px, 1.6fr)', 'minmax(104px, 1.6fr)'],
    title: ({ server, note }) => (note === '' ? null : `${server}, ${note}`),
    cell: ({ server, note }) => (
      <span className={styles.server}>
        <Name>{server}</Name>
        {note !== '' && <span className={styles.note}>{note}</span>}
      </span>
    ),
  },
  {
    id: 'mechanism',
    heading: 'Mechanism',
    width: ['104px', '96px'],
    cell: ({ held }) => MECHANISM_WORDS[held.mechanism],
  },
  {
    id: 'left',
    heading: 'Left',
    width: ['48px', '40px'],
    align: 'end',
    cell: ({ held }) => <Left held={held} />,
  },
  {
    id: 'issued',
    heading: 'Issued to',
    width: ['minmax(96px, 1fr)', 'minmax(92px, 1fr)'],
    title: ({ held }) => `Issued at ${formatExactTime(held.issuedAt)}`,
    cell: ({ held, label, sharing }) => (
      <>
        {held.issuedTo === null ? NOTHING : <Name>{held.issuedTo}</Name>}
        {sharing !== null && (
          <span className={styles.note}>
            of <Foreign>{label}</Foreign>
          </span>
        )}
        <Issued held={held} />
      </>
    ),
  },
  {
    id: 'ends',
    heading: 'Expires in',
    width: ['84px', '76px'],
    align: 'end',
    cell: ({ held }) => <TimeLeft held={held} />,
  },
  {
    id: 'uses',
    heading: 'Uses',
    width: ['52px', '44px'],
    align: 'end',
    title: ({ held }) =>
      `Resumptions from the full handshake at ${formatExactTime(held.fullHandshakeAt)}`,
    cell: ({ held }) => formatCount(held.resumptions),
  },
];

interface HeldProps {
  readonly held: HeldSessions;
}

function Left({ held }: HeldProps): ReactNode {
  return formatCount(countLeft(held, useNow()));
}

function Issued({ held }: HeldProps): ReactNode {
  return <span className={styles.when}>{formatMoment(held.issuedAt, useNow())}</span>;
}

function TimeLeft({ held }: HeldProps): ReactNode {
  const now = useNow();
  const ends = held.endsAt.map(formatExactTime).join('\n');
  return <span title={ends === '' ? undefined : ends}>{timeLeft(held, now)}</span>;
}

interface SessionTableProps {
  readonly ids: readonly HeldSessionsId[];
  readonly onForget: (id: HeldSessionsId) => void;
}

/** What is held, a row for each server. */
export function SessionTable({ ids, onForget }: SessionTableProps): ReactNode {
  return (
    <Table label="Sessions" columns={COLUMNS} rowCount={ids.length}>
      {(scroller) => <SessionRows ids={ids} scroller={scroller} onForget={onForget} />}
    </Table>
  );
}

function SessionRows({
  ids,
  scroller,
  onForget,
}: SessionTableProps & { readonly scroller: HTMLElement | null }): ReactNode {
  const { inSight, body } = useRowsInSight(ids, scroller);
  return (
    <tbody {...body}>
      {inSight.map(({ id, index, top }) => (
        <SessionRow key={id} id={id} index={index} top={top} onForget={onForget} />
      ))}
    </tbody>
  );
}

interface SessionRowProps extends RowPlace {
  readonly id: HeldSessionsId;
  readonly onForget: (id: HeldSessionsId) => void;
}

/** What is held for one server; renders only when that changes. Its clocks tick by themselves. */
const SessionRow = memo(function SessionRow(props: SessionRowProps): ReactNode {
  const { id, index, top, onForget } = props;
  const held = useEngine((state) => state.heldSessions.get(id));
  // Words, not the account: that one changes with every handshake.
  const words = useEngine(useShallow((state) => wordsOf(held, state.accounts)));
  if (held === undefined || words === null) return null;
  const [label, sharing, server, note] = words;
  const whose = sharing === null ? label : `${formatCount(usersOf(held).length)} accounts`;
  const forget = `Forget sessions of ${whose} for ${server}`;
  return (
    <TableRow
      columns={COLUMNS}
      row={{ held, label, sharing, server, note }}
      index={index}
      top={top}
      data-held={id}
      action={
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
      }
    />
  );
});

function wordsOf(
  held: HeldSessions | undefined,
  accounts: EngineState['accounts'],
): readonly [label: string, sharing: string | null, server: string, note: string] | null {
  const account = held === undefined ? undefined : accounts.get(held.accountId);
  if (held === undefined || account === undefined) return null;
  return [
    account.label,
    sharingWords(held, accounts),
    serverName(held, account),
    serverNote(held, account),
  ];
}
