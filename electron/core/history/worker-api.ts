/** What the engine and the history's thread say to each other, over birpc. */
import type { HistoryQuery } from '../../../shared/history.ts';
import type { RecordedMark } from './latest.ts';
import type { StoredView } from './reader.ts';
import type { Written } from './store.ts';
import type { Batch } from './writer.ts';

/** How the thread is started. */
export interface WorkerSettings {
  /** The file; `null` for memory. */
  readonly path: string | null;
  readonly now: number;
  readonly keptDays: number;
}

/** Answered by the thread, one after another. */
export interface WorkerCalls {
  write(batch: Batch): Written;
  view(query: HistoryQuery, now: number): StoredView;
  latest(now: number): RecordedMark[];
  keep(days: number): void;
  /** Deletes a bounded part of what is too old. @returns whether nothing is left */
  shorten(now: number): boolean;
  /** Closes the file; the thread ends then. */
  close(): void;
}

/** Answered by the engine. */
export interface WorkerEvents {
  problem(text: string): void;
}
