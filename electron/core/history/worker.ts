/** The history's thread: no disk and no query ever holds up the engine. */
import { parentPort, workerData } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import { HistoryStore } from './store.ts';
import type { WorkerCalls, WorkerEvents, WorkerSettings } from './worker-api.ts';

const port = parentPort;
if (port === null) throw new Error('worker.ts is the program of a thread');

const calls: WorkerCalls = {
  write: (batch) => store.write(batch),
  view: (query, now) => store.view(query, now),
  latest: (now) => store.latest(now),
  keep: (days) => {
    store.keep(days);
  },
  shorten: (now) => store.shorten(now),
  close: () => {
    store.close();
    // When the answer is on its way; nothing keeps the thread alive then.
    setImmediate(() => {
      port.close();
    });
  },
};
const rpc = createBirpc<WorkerEvents, WorkerCalls, false>(calls, {
  post: (frame: unknown) => {
    port.postMessage(frame);
  },
  on: (receive) => port.on('message', receive),
  timeout: -1,
  proxify: false,
});
const { path, now, keptDays } = workerData as WorkerSettings;
const store = new HistoryStore({
  path,
  now,
  keptDays,
  onProblem: (text) => {
    void rpc.$callEvent('problem', text);
  },
});
