/** Ctrl-C and its kin, as a promise. */
import type { EventEmitter } from 'node:events';
import type { Clock } from '../core/clock.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * npm passes a Ctrl-C on that the terminal has sent to everyone already: what comes twice so soon
 * was pressed once.
 */
const SAME_PRESS_MS = 300;

/** Waits for the user's wish to stop. */
export interface StopSignal {
  /** Resolves at the first signal. */
  readonly requested: Promise<void>;
  /** Resolves at a second one: whoever presses twice wants out at once. */
  readonly insisted: Promise<void>;
  /** Gives the signals back to the system. */
  release(): void;
}

/** Listens for signals on `source`, which is `process` outside of tests. */
export function stopSignal(source: EventEmitter, clock: Clock): StopSignal {
  const requested = Promise.withResolvers<void>();
  const insisted = Promise.withResolvers<void>();
  let firstAt: number | null = null;
  const onSignal = () => {
    if (firstAt === null) {
      firstAt = clock.monotonic();
      requested.resolve();
    } else if (clock.monotonic() - firstAt > SAME_PRESS_MS) {
      insisted.resolve();
    }
  };
  for (const signal of SIGNALS) source.on(signal, onSignal);
  return {
    requested: requested.promise,
    insisted: insisted.promise,
    release: () => {
      for (const signal of SIGNALS) source.off(signal, onSignal);
    },
  };
}
