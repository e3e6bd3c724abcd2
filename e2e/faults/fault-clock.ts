import type { Clock, Timer } from '../../electron/core/clock.ts';
import { TestCalls } from '../../electron/core/testing/clock.ts';

/** What is shorter passes by itself: it belongs to the machine, as the batches of the engine do. */
const SHORT_MS = 200;

/**
 * Time for a whole engine: short waits pass by themselves, long ones when they are told to, and the
 * time of day can be changed under it.
 */
export class FaultClock implements Clock {
  readonly #calls = new TestCalls();
  #jumpedMs = 0;
  #isFree = false;

  now(): number {
    return Date.now() + this.#calls.advancedMs + this.#jumpedMs;
  }

  monotonic(): number {
    return performance.now() + this.#calls.advancedMs;
  }

  after(delayMs: number, run: () => void): Timer {
    if (delayMs < SHORT_MS || this.#isFree) {
      const timeout = setTimeout(run, Math.min(delayMs, SHORT_MS));
      return {
        cancel: () => {
          clearTimeout(timeout);
        },
      };
    }
    return this.#calls.after(delayMs, run);
  }

  /** Lets time pass, and makes the calls that fall due, in their order. */
  advance(spanMs: number): void {
    this.#calls.advance(spanMs);
  }

  /** Sets the time of day, as a user or a time server does; no span passes. */
  jump(spanMs: number): void {
    this.#jumpedMs += spanMs;
  }

  /** How many long waits are under way. */
  get pending(): number {
    return this.#calls.size;
  }

  /** For the end: nothing waits long any more. */
  letGo(): void {
    this.#isFree = true;
    for (const run of this.#calls.takeAll()) setTimeout(run, SHORT_MS);
  }
}
