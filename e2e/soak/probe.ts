/**
 * Measures a program that is started with it, by `node --expose-gc --import`: at each SIGUSR2 one
 * line of JSON ({@link Probe}) is added to the file of `SOAK_PROBE_FILE`.
 */
import { appendFileSync } from 'node:fs';

/** What a program holds at one moment, after a garbage collection. */
export interface Probe {
  readonly heapBytes: number;
  /** Buffers and what else lies outside of the heap. */
  readonly externalBytes: number;
  readonly residentBytes: number;
  /** Listeners on `process`. */
  readonly listeners: number;
  /** How many there are of each kind of handle and request. */
  readonly handles: Readonly<Record<string, number>>;
}

const path = process.env['SOAK_PROBE_FILE'];
if (path !== undefined) {
  process.on('SIGUSR2', () => {
    // The second one collects what finalizers of the first let go.
    void (async () => {
      globalThis.gc?.();
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      globalThis.gc?.();
      appendFileSync(path, `${JSON.stringify(measure())}\n`);
    })();
  });
}

function measure(): Probe {
  const { heapUsed, external, rss } = process.memoryUsage();
  const handles: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1;
  const events = process.eventNames();
  return {
    heapBytes: heapUsed,
    externalBytes: external,
    residentBytes: rss,
    listeners: events.reduce((sum, name) => sum + process.listenerCount(name), 0),
    handles,
  };
}
