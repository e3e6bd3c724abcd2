import { useEffect, useMemo, useState } from 'react';
import type { EngineState } from '../../engine/engine-state.ts';
import { store, useEngine } from '../../engine/store.ts';
import type { ConnectionRow } from './sorting.ts';

/** How often rows may change places by themselves: more often, and nobody could click one. */
const REORDER_MS = 1000;

/**
 * All connections with their accounts, as they were when the last one came or went, or, while the
 * table is sorted or filtered, up to {@link REORDER_MS} ago. Rows show live values of their own accord.
 */
export function useSortableRows(isSortedOrFiltered: boolean): readonly ConnectionRow[] {
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

function readRows(engine: EngineState | null): ConnectionRow[] {
  const rows: ConnectionRow[] = [];
  for (const connection of engine?.connections.values() ?? []) {
    const account = engine?.accounts.get(connection.accountId);
    if (account !== undefined) rows.push({ connection, account });
  }
  return rows;
}
