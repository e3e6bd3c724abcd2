import { Worker } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import type { HistoryQuery } from '../../../shared/history.ts';
import type { RecordedMark } from './latest.ts';
import type { StoredView } from './reader.ts';
import type { Written } from './store.ts';
import type { WorkerCalls, WorkerEvents, WorkerSettings } from './worker-api.ts';
import { WORKER_FILE } from './worker-file.ts';
import type { Batch } from './writer.ts';

/** The engine's end of the history's thread. Calls are answered in their order. */
export interface HistoryThread {
  write(batch: Batch): Promise<Written>;
  view(query: HistoryQuery, now: number): Promise<StoredView>;
  latest(now: number): Promise<RecordedMark[]>;
  keep(days: number): Promise<void>;
  /** Deletes a bounded part of what is too old. @returns whether nothing is left */
  shorten(now: number): Promise<boolean>;
  /** Resolves when everything is written and the thread has ended. */
  close(): Promise<void>;
}

/**
 * Starts it. Calls reject once it has ended, for whatever reason.
 *
 * @param onProblem hears sentences for the user
 * @param onEnd hears that it has ended, and of what where it was a defect
 */
export function startThread(
  settings: WorkerSettings,
  onProblem: (text: string) => void,
  onEnd: (error: unknown) => void,
): HistoryThread {
  // Options of the program around it, such as a test runner's loader, are not for this thread.
  const port = new Worker(WORKER_FILE, { name: 'history', workerData: settings, execArgv: [] });
  const rpc = createBirpc<WorkerCalls, WorkerEvents, false>(
    { problem: onProblem },
    {
      post: (frame: unknown) => {
        port.postMessage(frame);
      },
      on: (receive) => port.on('message', receive),
      timeout: -1,
      proxify: false,
    },
  );
  let defect: unknown = null;
  port.once('error', (error) => {
    defect = error;
  });
  const ended = Promise.withResolvers<void>();
  port.once('exit', () => {
    rpc.$close();
    onEnd(defect);
    ended.resolve();
  });
  return {
    write: (batch) => rpc.$call('write', batch),
    view: (query, now) => rpc.$call('view', query, now),
    latest: (now) => rpc.$call('latest', now),
    keep: (days) => rpc.$call('keep', days),
    shorten: (now) => rpc.$call('shorten', now),
    close: async () => {
      await rpc.$call('close');
      await ended.promise;
    },
  };
}
