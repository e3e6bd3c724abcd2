/**
 * The program of the history's thread: its source beside this file, or, where the engine is built
 * into one file for Electron, the one that is built beside it.
 */
export const WORKER_FILE = new URL(
  import.meta.url.endsWith('.ts') ? './worker.ts' : './history-worker.cjs',
  import.meta.url,
);
