/** Which columns of the connections table are left out; remembered. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

/** Those that can be left out: the others say what a row is and how it stands. */
export const OPTIONAL_COLUMNS = ['messages', 'server', 'tls', 'total', 'clock'] as const;
export type OptionalColumn = (typeof OPTIONAL_COLUMNS)[number];

const KEY = 'reprise:hidden-columns';

/** A remembered choice: names with spaces between them. Anything unknown counts as none. */
export function parseHidden(stored: string | null): readonly OptionalColumn[] {
  const names = (stored ?? '').split(' ');
  return OPTIONAL_COLUMNS.filter((column) => names.includes(column));
}

const hiddenColumns = createStore<{ readonly hidden: readonly OptionalColumn[] }>(() => ({
  hidden: parseHidden(localStorage.getItem(KEY)),
}));

/** Shows a column or leaves it out, from now on. */
export function showColumn(column: OptionalColumn, isShown: boolean): void {
  const others = hiddenColumns.getState().hidden.filter((hidden) => hidden !== column);
  const hidden = isShown ? others : [...others, column];
  localStorage.setItem(KEY, hidden.join(' '));
  hiddenColumns.setState({ hidden });
}

/** The columns that are left out. */
export function useHiddenColumns(): readonly OptionalColumn[] {
  return useStore(hiddenColumns, ({ hidden }) => hidden);
}
