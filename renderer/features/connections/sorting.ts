/** What the columns of the connections table are sorted by. Pure. */
import type { Account, Connection, ConnectionState, OutcomeKind } from '../../../shared/model.ts';
import { formatServer } from '../../format.ts';
import { outcomeDetail } from '../../words.ts';

/** A connection with its account: what a row is sorted by. */
export interface ConnectionRow {
  readonly connection: Connection;
  readonly account: Account;
}

/** What needs attention first. */
const STATE_ORDER: Record<ConnectionState['kind'], number> = {
  'sign-in-failed': 0,
  'certificate-problem': 1,
  failed: 2,
  retrying: 3,
  offline: 4,
  connecting: 5,
  idle: 6,
  paused: 7,
};

const OUTCOME_ORDER: Record<OutcomeKind, number> = {
  resumed: 0,
  refused: 1,
  full: 2,
  off: 3,
  failed: 4,
};

/** Sort keys by column id; `null` is sorted last, whatever the direction. */
export const SORT_KEYS: Record<string, (row: ConnectionRow) => string | number | null> = {
  state: ({ connection }) => STATE_ORDER[connection.state.kind],
  account: ({ account }) => account.label,
  mailbox: ({ connection }) => connection.mailbox,
  messages: ({ connection }) => connection.messages,
  server: ({ account }) => formatServer(account.host, account.port),
  tls: ({ connection }) => connection.attempt?.handshake?.protocol ?? null,
  reuse: ({ connection: { attempt } }) =>
    attempt === null
      ? null
      : `${OUTCOME_ORDER[attempt.outcome.kind]} ${outcomeDetail(attempt.outcome) ?? ''}`,
  total: ({ connection }) => connection.attempt?.totalMs ?? null,
  clock: ({ connection }) => connection.since,
};

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Compares two keys of the same column, ascending. */
export function compareKeys(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return collator.compare(String(a), String(b));
}
