/** The columns of the connections table, from left to right: everything about one is its entry. */
import type { ReactNode } from 'react';
import type {
  Account,
  Connection,
  ConnectionId,
  ConnectionState,
  OutcomeKind,
} from '../../../shared/model.ts';
import { useNow } from '../../clock.ts';
import { useEngine } from '../../engine/store.ts';
import {
  formatCount,
  formatCountdown,
  formatDuration,
  formatExactMs,
  formatExactTime,
  formatMs,
  formatServer,
  NOTHING,
} from '../../format.ts';
import { ReuseText, StateMark } from '../../ui/marks.tsx';
import type { Column } from '../../ui/table.tsx';
import { Name } from '../../ui/Text.tsx';
import {
  outcomeDetail,
  PHASE_EXPLANATIONS,
  PHASE_WORDS,
  protocolName,
  protocolNumber,
  STATE_WORDS,
  stateSentence,
} from '../../words.ts';
import { canSignInAgain, SignInAgain } from '../sign-in/SignInAgain.tsx';
import styles from './Connections.module.css';

/** A connection with its account: what a row shows and is sorted by. */
export interface ConnectionFacts {
  readonly connection: Connection;
  readonly account: Account;
}

/** A connection with its account, kept up to date; `null` where one of them is gone. */
export function useConnectionFacts(id: ConnectionId | null): ConnectionFacts | null {
  const connection = useEngine((state) => (id === null ? undefined : state.connections.get(id)));
  const account = useEngine((state) =>
    connection === undefined ? undefined : state.accounts.get(connection.accountId),
  );
  return connection === undefined || account === undefined ? null : { connection, account };
}

interface ConnectionColumn<Id extends string> extends Column<Id, ConnectionFacts> {
  /** What it is called where columns are chosen; without it, it is always there. */
  readonly choice?: string;
  readonly sortKey: (row: ConnectionFacts) => string | number | null;
}

/** Ties the ids of the entries together as a type. */
function columnsOf<Id extends string>(columns: readonly ConnectionColumn<Id>[]) {
  return columns;
}

/** What needs attention first. */
const STATE_ORDER: Record<ConnectionState['kind'], number> = {
  'sign-in-failed': 0,
  'certificate-problem': 1,
  failed: 2,
  retrying: 3,
  offline: 4,
  connecting: 5,
  polling: 6,
  idle: 7,
  paused: 8,
};

const OUTCOME_ORDER: Record<OutcomeKind, number> = {
  resumed: 0,
  refused: 1,
  full: 2,
  off: 3,
  failed: 4,
};

export const COLUMNS = columnsOf([
  {
    id: 'state',
    heading: 'State',
    width: ['104px', '92px'],
    sortKey: ({ connection }) => STATE_ORDER[connection.state.kind],
    title: ({ connection }) => stateSentence(connection.state),
    cell: ({ connection: { state } }) => (
      <>
        <StateMark kind={state.kind} />
        <span className={styles.word}>{STATE_WORDS[state.kind]}</span>
      </>
    ),
  },
  {
    id: 'account',
    heading: 'Account',
    width: ['minmax(72px, 1.5fr)', 'minmax(60px, 1.2fr)'],
    sortKey: ({ account }) => account.label,
    cell: ({ account }) => <Name hasTwoLines>{account.label}</Name>,
  },
  {
    id: 'mailbox',
    heading: 'Mailbox',
    width: ['minmax(60px, 0.9fr)'],
    sortKey: ({ connection }) => connection.mailbox,
    cell: ({ connection }) => <Name hasTwoLines>{connection.mailbox}</Name>,
  },
  {
    id: 'messages',
    heading: 'Messages',
    choice: 'Messages',
    width: ['80px', '76px'],
    align: 'end',
    sortKey: ({ connection }) => connection.messages,
    cell: ({ connection: { messages } }) => (messages === null ? NOTHING : formatCount(messages)),
  },
  {
    id: 'server',
    heading: 'Server',
    choice: 'Server',
    // A narrower table does without: the account tells the server.
    from: 'wide',
    width: ['minmax(124px, 1.2fr)'],
    sortKey: serverOf,
    cell: (row) => <Name>{serverOf(row)}</Name>,
  },
  {
    id: 'version',
    heading: 'TLS',
    choice: 'TLS version',
    // A narrower table does without: the words for the reuse tell it mostly.
    from: 'wide',
    width: ['28px'],
    sortKey: ({ connection }) => connection.attempt?.handshake?.protocol ?? null,
    title: ({ connection }) => {
      const { protocol = null, cipher = null, group = null } = connection.attempt?.handshake ?? {};
      if (protocol === null) return null;
      return [protocolName(protocol), cipher, group].filter((part) => part !== null).join(', ');
    },
    cell: ({ connection }) => {
      const protocol = connection.attempt?.handshake?.protocol ?? null;
      return protocol === null ? NOTHING : protocolNumber(protocol);
    },
  },
  {
    id: 'reuse',
    heading: 'Reuse',
    width: ['minmax(220px, 1.7fr)', 'minmax(172px, 1.7fr)'],
    sortKey: ({ connection: { attempt } }) =>
      attempt === null
        ? null
        : `${OUTCOME_ORDER[attempt.outcome.kind]} ${outcomeDetail(attempt.outcome) ?? ''}`,
    cell: ({ connection }) => <ReuseText attempt={connection.attempt} />,
  },
  {
    id: 'total',
    heading: 'Total',
    choice: 'Total time',
    from: 'medium',
    width: ['68px', '60px'],
    align: 'end',
    sortKey: ({ connection }) => connection.attempt?.totalMs ?? null,
    title: ({ connection }) => {
      const totalMs = connection.attempt?.totalMs ?? null;
      return totalMs === null ? null : formatExactMs(totalMs);
    },
    cell: ({ connection }) => formatMs(connection.attempt?.totalMs ?? null),
  },
  {
    id: 'clock',
    heading: 'Uptime / retry',
    choice: 'Uptime / retry',
    width: ['104px', '98px'],
    sortKey: ({ connection }) => connection.since,
    cell: ({ connection, account }) =>
      connection.state.kind === 'sign-in-failed' && canSignInAgain(account) ? (
        // Nothing is counted there then. By keys it is in the drawer, as Tab has one stop in a row.
        <SignInAgain account={account} look="quiet" tabIndex={-1} />
      ) : (
        <Clock connection={connection} />
      ),
  },
]);

export type ConnectionColumns = typeof COLUMNS;
export type ColumnId = ConnectionColumns[number]['id'];

function serverOf({ account: { host, port } }: ConnectionFacts): string {
  return formatServer(host, port);
}

/** How long a connection has been up, when it retries, or which phase it is in. Ticks by itself. */
export function Clock({ connection }: { readonly connection: Connection }): ReactNode {
  const { state, since } = connection;
  switch (state.kind) {
    case 'idle':
    case 'polling':
      return <Uptime since={since} />;
    case 'retrying':
      return <Countdown retryAt={state.retryAt} />;
    case 'connecting':
      return <span title={PHASE_EXPLANATIONS[state.phase]}>{PHASE_WORDS[state.phase]}</span>;
    case 'offline':
    case 'paused':
    case 'sign-in-failed':
    case 'certificate-problem':
    case 'failed':
      return NOTHING;
  }
}

function Uptime({ since }: { readonly since: number }): ReactNode {
  const now = useNow();
  return <span title={`Since ${formatExactTime(since)}`}>{formatDuration(now - since)}</span>;
}

function Countdown({ retryAt }: { readonly retryAt: number }): ReactNode {
  const now = useNow();
  return (
    <span title={`At ${formatExactTime(retryAt)}`}>retry in {formatCountdown(retryAt - now)}</span>
  );
}
