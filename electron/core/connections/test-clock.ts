/** For tests: time that passes when it is told to. */
import type { Clock, Timer } from '../clock.ts';

/**
 * A clock whose calls are made by {@link TestClock.advance} only. Spans are the machine's own, plus
 * what was advanced: they are compared with those that the transport measures.
 */
export class TestClock implements Clock {
  #advancedMs = 0;
  /** The time of day is ahead by so much of the time that only ever rises. */
  #setForwardMs = 0;
  readonly #startedAt = Date.UTC(2026, 0, 1);
  readonly #pending = new Set<{ readonly dueAt: number; readonly run: () => void }>();

  now(): number {
    return this.#startedAt + this.#advancedMs + this.#setForwardMs;
  }

  monotonic(): number {
    return performance.now() + this.#advancedMs;
  }

  after(delayMs: number, run: () => void): Timer {
    const call = { dueAt: this.#advancedMs + delayMs, run };
    this.#pending.add(call);
    return {
      cancel: () => {
        this.#pending.delete(call);
      },
    };
  }

  /** Lets time pass, and makes the calls that fall due, in their order. */
  advance(spanMs: number): void {
    const end = this.#advancedMs + spanMs;
    for (;;) {
      const [next] = [...this.#pending]
        .filter(({ dueAt }) => dueAt <= end)
        .sort((one, other) => one.dueAt - other.dueAt);
      if (next === undefined) break;
      this.#pending.delete(next);
      this.#advancedMs = Math.max(this.#advancedMs, next.dueAt);
      next.run();
    }
    this.#advancedMs = end;
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
    return this.#pending.size;
  }
}
