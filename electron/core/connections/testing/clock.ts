/** For tests: time that passes when it is told to. */
import type { Clock, Timer } from '../../clock.ts';
import { TestCalls } from './calls.ts';

/**
 * A clock whose calls are made by {@link TestClock.advance} only. Spans are the machine's own, plus
 * what was advanced: they are compared with those that the transport measures.
 */
export class TestClock implements Clock {
  /** The time of day is ahead by so much of the time that only ever rises. */
  #setForwardMs = 0;
  readonly #startedAt = Date.UTC(2026, 0, 1);
  readonly #calls = new TestCalls();

  now(): number {
    return this.#startedAt + this.#calls.advancedMs + this.#setForwardMs;
  }

  monotonic(): number {
    return performance.now() + this.#calls.advancedMs;
  }

  after(delayMs: number, run: () => void): Timer {
    return this.#calls.after(delayMs, run);
  }

  /** Lets time pass, and makes the calls that fall due, in their order. */
  advance(spanMs: number): void {
    this.#calls.advance(spanMs);
  }

  /**
   * The time of day moves on alone, and no call falls due: the machine sleeps, or its clock is set,
   * back with a negative span.
   */
  sleep(spanMs: number): void {
    this.#setForwardMs += spanMs;
  }

  /** How many calls are still to come. */
  get pending(): number {
    return this.#calls.size;
  }
}
