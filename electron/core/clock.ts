/** Time as a parameter, so that tests need no waiting. */
export interface Clock {
  /** Milliseconds since the epoch; may jump. */
  now(): number;
  /** Milliseconds that only ever rise; for spans. */
  monotonic(): number;
  /** Calls back once after `delayMs`. */
  after(delayMs: number, run: () => void): Timer;
}

/** A pending call; cancelling it twice, or after it ran, does nothing. */
export interface Timer {
  cancel(): void;
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (delayMs, run) => {
    const timeout = setTimeout(run, delayMs);
    return {
      cancel: () => {
        clearTimeout(timeout);
      },
    };
  },
};
