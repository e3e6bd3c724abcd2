/** For tests: rows and stores of the history. */
import { DatabaseSync } from 'node:sqlite';
import type { AccountId } from '../../../../shared/model.ts';
import type { AliveSpan } from '../alive.ts';
import type { AttemptRow } from '../row.ts';
import { HistoryStore, type StoreOptions } from '../store/store.ts';
import type { Batch } from '../store/writer.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** A Thursday, 12:34:56.789 UTC. */
export const NOON = Date.UTC(2026, 9, 15, 12, 34, 56, 789);

export function row(at: number, changes: Partial<AttemptRow> = {}): AttemptRow {
  return {
    at,
    account: 'work' as AccountId,
    label: 'Work',
    kind: 'resumed',
    detail: 'tls13-ticket',
    protocol: 'TLSv1.3',
    tlsUs: 5000,
    totalMs: 42,
    sentBytes: 700,
    receivedBytes: 300,
    line: null,
    savedBytes: 0,
    planned: false,
    ...changes,
  };
}

/** A batch that is written at the end of the last span. */
export function batch(rows: readonly AttemptRow[], ...alive: readonly AliveSpan[]): Batch {
  return { rows, alive, measured: [], now: alive.at(-1)?.endAt ?? NOON };
}

/** A store, and what it said; closed at the end of the scope. */
export function openStore(options: Partial<StoreOptions> = {}) {
  const problems: string[] = [];
  const store = new HistoryStore({
    path: null,
    now: NOON,
    onProblem: (problem) => problems.push(problem),
    ...options,
  });
  return {
    store,
    problems,
    [Symbol.dispose]: () => {
      store.close();
    },
  };
}

/** One value from the file, read by a connection of its own. */
export function askFile(path: string, sql: string): unknown {
  const db = new DatabaseSync(path);
  try {
    return Object.values(db.prepare(sql).get() ?? {})[0];
  } finally {
    db.close();
  }
}
