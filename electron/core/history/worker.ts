/** The history's thread: no disk and no query ever holds up the engine. */
import { parentPort, workerData } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import { HistoryStore } from './store/store.ts';
import type { ThreadEvents, ThreadSettings } from './thread.ts';

const port = parentPort;
if (port === null) throw new Error('worker.ts is the program of a thread');

const store = new HistoryStore({
  ...(workerData as ThreadSettings),
  onProblem: (text) => {
    // Some are known before anybody could be told.
    queueMicrotask(() => void rpc.$callEvent('problem', text));
  },
});
const rpc = createBirpc<ThreadEvents, HistoryStore, false>(store, {
  post: (frame: unknown) => {
    port.postMessage(frame);
  },
  on: (receive) => port.on('message', receive),
  bind: 'functions',
  timeout: -1,
  proxify: false,
});
