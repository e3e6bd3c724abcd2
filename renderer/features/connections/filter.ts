/** Which connections the table is narrowed down to; part of the screen's address. Pure. */
import { OUTCOME_WORDS } from '../../../shared/attempt.ts';
import type { ConnectionState, OutcomeKind } from '../../../shared/model.ts';
import { formatServer } from '../../format.ts';
import type { Route } from '../../navigation.ts';
import { STATE_WORDS } from '../../words.ts';
import type { ConnectionFacts } from './columns.tsx';

/** `null` where it may be any. */
export interface ConnectionFilter {
  /** Words that account, user, mailbox or server must contain, in any order. */
  readonly text: string;
  readonly state: ConnectionState['kind'] | null;
  readonly outcome: OutcomeKind | null;
}

/** In the order of the lists that they are chosen from. */
export const STATES = Object.keys(STATE_WORDS) as readonly ConnectionState['kind'][];
export const OUTCOMES = Object.keys(OUTCOME_WORDS) as readonly OutcomeKind[];

/** The filter that an address names; what it does not know is none. */
export function readFilter({ find, state, outcome }: Route['query']): ConnectionFilter {
  return {
    text: find ?? '',
    state: STATES.find((kind) => kind === state) ?? null,
    outcome: OUTCOMES.find((kind) => kind === outcome) ?? null,
  };
}

/** What an address says of it. */
export function writeFilter({ text, state, outcome }: ConnectionFilter): Route['query'] {
  return { find: text, state: state ?? '', outcome: outcome ?? '' };
}

/** Whether it lets every connection through. */
export function isOpen({ text, state, outcome }: ConnectionFilter): boolean {
  return text.trim() === '' && state === null && outcome === null;
}

/** The rows that it lets through, in their order. */
export function filterRows(
  rows: readonly ConnectionFacts[],
  filter: ConnectionFilter,
): readonly ConnectionFacts[] {
  if (isOpen(filter)) return rows;
  const words = fold(filter.text).split(/\s+/);
  return rows.filter(({ connection: { mailbox, state, attempt }, account }) => {
    if (filter.state !== null && state.kind !== filter.state) return false;
    if (filter.outcome !== null && attempt?.outcome.kind !== filter.outcome) return false;
    const { label, user, host, port } = account;
    const text = fold(`${label}\n${user}\n${mailbox}\n${formatServer(host, port)}`);
    return words.every((word) => text.includes(word));
  });
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim();
}
