/** The end of a program: Ctrl-C and its kin as a promise, and closing in time. */
import type { EventEmitter } from 'node:events';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log/index.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * npm passes a Ctrl-C on that the terminal has sent to everyone already: what comes twice so soon
 * was pressed once.
 */
const SAME_PRESS_MS = 300;

/**
 * After a signal everything has to have ended within 3 s. The engine takes less by itself; this
 * is for an engine that hangs, and leaves the process some time to end in.
 */
const STOP_WITHIN_MS = 2700;

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

/**
 * Closes one after the other, but never waits longer than it may.
 *
 * @param insisted the user's wish to wait no longer
 */
export async function closeInTurn(
  closers: readonly (() => Promise<void>)[],
  log: Log,
  clock: Clock,
  insisted?: Promise<void>,
): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = clock.after(STOP_WITHIN_MS, late.resolve);
  const inTurn = async () => {
    for (const close of closers) {
      try {
        await close();
      } catch (error) {
        // What cannot be closed must not keep the rest from being closed.
        log.error('Something could not be closed', error);
      }
    }
  };
  await Promise.race([inTurn(), late.promise, ...(insisted === undefined ? [] : [insisted])]);
  timer.cancel();
}
