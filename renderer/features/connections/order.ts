/** The connections as rows, and their order. */
import { useEffect, useMemo, useState } from 'react';
import type { EngineState } from '../../engine/engine-state.ts';
import { store, useEngine } from '../../engine/store.ts';
import type { Sort } from '../../ui/table.tsx';
import { COLUMNS, type ColumnId, type ConnectionFacts } from './columns.tsx';

/** What pressing the head of a column leads to: up, down, and back to the engine's order. */
export function nextSort(sort: Sort<ColumnId>, by: ColumnId): Sort<ColumnId> {
  if (sort?.by !== by) return { by, direction: 'ascending' };
  return sort.direction === 'ascending' ? { by, direction: 'descending' } : null;
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** The rows in the order of a column; what has no key comes last, and equals keep their order. */
export function sortRows(
  rows: readonly ConnectionFacts[],
  sort: Sort<ColumnId>,
): readonly ConnectionFacts[] {
  const keyOf = COLUMNS.find(({ id }) => id === sort?.by)?.sortKey;
  if (sort === null || keyOf === undefined) return rows;
  const sign = sort.direction === 'ascending' ? 1 : -1;
  return rows
    .map((row) => ({ row, key: keyOf(row) }))
    .toSorted(({ key: a }, { key: b }) => {
      if (a === null || b === null) return Number(a === null) - Number(b === null);
      const order =
        typeof a === 'number' && typeof b === 'number'
          ? a - b
          : collator.compare(String(a), String(b));
      return sign * order;
    })
    .map(({ row }) => row);
}

/** How often rows may change places by themselves: more often, and nobody could click one. */
const REORDER_MS = 1000;

/**
 * All connections with their accounts, as they were when the last one came or went, or, while the
 * table is sorted or filtered, up to {@link REORDER_MS} ago. Rows show live values of their own accord.
 */
export function useSortableRows(isSortedOrFiltered: boolean): readonly ConnectionFacts[] {
  const ids = useEngine((state) => state.connectionIds);
  const accountIds = useEngine((state) => state.accountIds);
  const [round, setRound] = useState(0);

  useEffect(() => {
    if (!isSortedOrFiltered) return undefined;
    const timer = setInterval(() => {
      setRound((before) => before + 1);
    }, REORDER_MS);
    return () => {
      clearInterval(timer);
    };
  }, [isSortedOrFiltered]);

  // These stand for the state that is read: ids and round change when it is to be read again.
  return useMemo(
    () => readRows(store.getState().engine),
    // oxlint-disable-next-line react/exhaustive-deps -- see above
    [ids, accountIds, round, isSortedOrFiltered],
  );
}

function readRows(engine: EngineState | null): ConnectionFacts[] {
  const rows: ConnectionFacts[] = [];
  for (const connection of engine?.connections.values() ?? []) {
    const account = engine?.accounts.get(connection.accountId);
    if (account !== undefined) rows.push({ connection, account });
  }
  return rows;
}
