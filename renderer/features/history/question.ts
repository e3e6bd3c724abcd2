/** What the History screen is asked, in the address and in words. Pure. */
import {
  HISTORY_RANGES,
  type HistoryAccount,
  type HistoryQuery,
  type HistoryRange,
} from '../../../shared/history.ts';
import type { AccountId } from '../../../shared/model.ts';
import type { Route } from '../../navigation.ts';

const HOUR_MS = 3_600_000;

/**
 * What is shown where the address does not say: a day, but not while all that was recorded would be
 * one bar at its end.
 *
 * @param since when the first figures were recorded
 */
export function usualRange(since: number, now: number): HistoryRange {
  return now - since < HOUR_MS ? '1h' : '24h';
}

/** How the choice of a range is labelled. */
export const RANGE_LABELS: Record<HistoryRange, string> = {
  '1h': '1 h',
  '24h': '24 h',
  '7d': '7 d',
  '30d': '30 d',
};

/** A range within a sentence: `No handshake was made in the last hour.` */
export const RANGE_WORDS: Record<HistoryRange, string> = {
  '1h': 'the last hour',
  '24h': 'the last 24 hours',
  '7d': 'the last 7 days',
  '30d': 'the last 30 days',
};

/** How the figures are looked at. */
export const LOOKS = ['chart', 'table'] as const;
export type Look = (typeof LOOKS)[number];

/** What is shown, and how. */
export interface Question extends HistoryQuery {
  readonly look: Look;
}

/** What the address asks for; anything unknown counts as not asked, and a range is `usual` then. */
export function readQuestion(query: Route['query'], usual: HistoryRange): Question {
  const account = query['account'] ?? '';
  return {
    range: HISTORY_RANGES.find((range) => range === query['range']) ?? usual,
    // The engine takes no other ids, see the contract.
    account: account === '' || account.length > 64 ? null : (account as AccountId),
    look: LOOKS.find((look) => look === query['look']) ?? 'chart',
  };
}

/** The part of an address that leads to it. */
export function questionQuery({ range, account, look }: Question): Route['query'] {
  return {
    range,
    ...(account === null ? {} : { account }),
    ...(look === 'chart' ? {} : { look }),
  };
}

/**
 * The accounts that are there, then those that were removed and have figures in the range, and the
 * one that is asked for in any case.
 */
export function accountOptions(
  accounts: readonly HistoryAccount[],
  recorded: readonly HistoryAccount[],
  chosen: AccountId | null,
): readonly HistoryAccount[] {
  const options = [...accounts];
  const known = new Set(options.map(({ id }) => id));
  for (const { id, label } of recorded) {
    if (!known.has(id)) options.push({ id, label: `${label} (removed)` });
    known.add(id);
  }
  if (chosen !== null && !known.has(chosen)) options.push({ id: chosen, label: 'Removed account' });
  return options;
}
