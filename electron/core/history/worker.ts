/** The history's thread: no disk and no query ever holds up the engine. */
import { workerData } from 'node:worker_threads';
import { serveThread } from '../thread.ts';
import { HistoryStore } from './store/store.ts';
import type { ThreadEvents, ThreadSettings } from './thread.ts';

serveThread<HistoryStore, ThreadEvents>(
  (engine) =>
    new HistoryStore({
      ...(workerData as ThreadSettings),
      onProblem: (text) => {
        // Some are known before anybody could be told.
        queueMicrotask(() => void engine().$callEvent('problem', text));
      },
    }),
);
