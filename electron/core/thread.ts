/** A thread of the engine: a program of its own, and calls both ways. */
import { parentPort, Worker } from 'node:worker_threads';
import { createBirpc, type BirpcReturn } from 'birpc';

/** How a thread is started, and who hears what. */
export interface ThreadOptions<Said extends object> {
  readonly name: string;
  /** Its program: a source, or what is built of it. */
  readonly file: URL;
  /** What it is given to begin with. */
  readonly data?: unknown;
  /** What it may call here. */
  readonly said: Said;
  /** It has ended, and of what where it was a defect. */
  readonly onEnd: (error: unknown) => void;
}

/** The engine's end of a thread. */
export interface Thread<Calls extends object, Said extends object> {
  /** Rejects once the thread has ended, for whatever reason. */
  readonly calls: BirpcReturn<Calls, Said>;
  /** Ends it at once. */
  readonly terminate: () => Promise<unknown>;
}

export function startThread<Calls extends object, Said extends object>({
  name,
  file,
  data,
  said,
  onEnd,
}: ThreadOptions<Said>): Thread<Calls, Said> {
  // Options of the program around it, such as a test runner's loader, are not for this thread.
  const port = new Worker(file, { name, workerData: data, execArgv: [] });
  const calls = createBirpc<Calls, Said>(said, {
    post: (frame: unknown) => {
      port.postMessage(frame);
    },
    on: (receive) => port.on('message', receive),
    timeout: -1,
  });
  let defect: unknown = null;
  port.once('error', (error) => {
    defect = error;
  });
  port.once('exit', () => {
    calls.$close();
    onEnd(defect);
  });
  return { calls, terminate: () => port.terminate() };
}

/**
 * The thread's own end, called by its program.
 *
 * @param answers makes what the engine may call; what it is given says what may be called there, from
 *   the turn after this one on
 */
export function serveThread<Calls extends object, Said extends object>(
  answers: (engine: () => BirpcReturn<Said, Calls>) => Calls,
): void {
  const port = parentPort;
  if (port === null) throw new Error('This is the program of a thread.');
  const calls = answers(() => engine);
  const engine = createBirpc<Said, Calls>(calls, {
    post: (frame: unknown) => {
      port.postMessage(frame);
    },
    on: (receive) => port.on('message', receive),
    bind: 'functions',
    timeout: -1,
  });
}
