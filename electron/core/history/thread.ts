import { Worker } from 'node:worker_threads';
import { createBirpc, type BirpcReturn } from 'birpc';
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
  // Options of the program around it, such as a test runner's loader, are not for this thread.
  const port = new Worker(WORKER_FILE, { name: 'history', workerData: settings, execArgv: [] });
  const store = createBirpc<StoreCalls, ThreadEvents>(
    { problem: onProblem },
    {
      post: (frame: unknown) => {
        port.postMessage(frame);
      },
      on: (receive) => port.on('message', receive),
      timeout: -1,
    },
  );
  let defect: unknown = null;
  port.once('error', (error) => {
    defect = error;
  });
  port.once('exit', () => {
    store.$close();
    onEnd(defect);
  });
  return {
    store,
    close: async () => {
      await store.close();
      await port.terminate();
    },
  };
}
