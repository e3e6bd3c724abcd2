import type { BirpcReturn } from 'birpc';
import { startThread as start } from '../thread.ts';
import type { HistoryStore, StoreOptions } from './store/store.ts';

/**
 * The program of the history's thread: its source beside this file, or, where the engine is built
 * into one file for Electron, the one that is built beside it.
 */
const WORKER_FILE = new URL(
  import.meta.url.endsWith('.ts') ? './worker.ts' : './history-worker.cjs',
  import.meta.url,
);

/** How the thread is started. */
export type ThreadSettings = Pick<StoreOptions, 'path' | 'now' | 'keptDays'>;

/** What the thread says by itself. */
export interface ThreadEvents {
  problem(text: string): void;
}

/** What it is asked for: all of it is the store's. */
type StoreCalls = Pick<
  HistoryStore,
  'write' | 'view' | 'latest' | 'measured' | 'keep' | 'shorten' | 'close'
>;

/** The engine's end of the history's thread. */
export interface HistoryThread {
  /** Answers one after another; rejects once the thread has ended, for whatever reason. */
  readonly store: BirpcReturn<StoreCalls, ThreadEvents>;
  /** Resolves when everything is written and the thread has ended. */
  close(): Promise<void>;
}

/**
 * Starts it.
 *
 * @param onProblem hears sentences for the user
 * @param onEnd hears that it has ended, and of what where it was a defect
 */
export function startThread(
  settings: ThreadSettings,
  onProblem: (text: string) => void,
  onEnd: (error: unknown) => void,
): HistoryThread {
  const { calls, terminate } = start<StoreCalls, ThreadEvents>({
    name: 'history',
    file: WORKER_FILE,
    data: settings,
    said: { problem: onProblem },
    onEnd,
  });
  return {
    store: calls,
    close: async () => {
      await calls.close();
      await terminate();
    },
  };
}
