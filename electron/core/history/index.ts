/**
 * What happened. `history.ts` records attempts (`row.ts`) and when the program was alive (`alive.ts`),
 * counts what is missing (`missing.ts`), and answers from the thread that `thread.ts` starts and
 * `worker.ts` is; on that, `store/` is the database, to be read from `store.ts` down. `totals.ts` are
 * the counters and strips of the last 24 hours, with `rolling-day.ts`. What time was saved follows from what
 * handshakes took lately (`measures.ts`), by the rule of `saved.ts`. `export.ts` makes a file of a view.
 */
export { History } from './history.ts';
export { rowOf } from './row.ts';
export { exportView } from './export.ts';
export { refreshTotals, Tally } from './totals.ts';
export { lineOf, Measures, measurementsOf } from './measures.ts';
export type { Counted } from './totals.ts';
