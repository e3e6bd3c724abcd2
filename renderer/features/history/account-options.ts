/** Which accounts the figures can be narrowed down to. Pure. */
import type { HistoryAccount } from '../../../shared/history.ts';
import type { AccountId } from '../../../shared/model.ts';

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
