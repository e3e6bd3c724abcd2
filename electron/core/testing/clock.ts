/** For tests: time that passes when it is told to. */
import { systemClock, type Clock, type Timer } from '../clock.ts';

interface Call {
  readonly dueAt: number;
  readonly run: () => void;
}

/** What clocks for tests have in common: the waits under way, and by how much time was advanced. */
export class TestCalls {
  readonly #pending = new Set<Call>();
  #advancedMs = 0;

  /** By how much it has been advanced so far; during a call, up to when that was due. */
  get advancedMs(): number {
    return this.#advancedMs;
  }

  /** How many calls are still to come. */
  get size(): number {
    return this.#pending.size;
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
      const next = this.#firstUntil(end);
      if (next === undefined) break;
      this.#pending.delete(next);
      this.#advancedMs = Math.max(this.#advancedMs, next.dueAt);
      next.run();
    }
    this.#advancedMs = end;
  }

  /** Gives up every wait, for the caller to make the calls. */
  takeAll(): readonly (() => void)[] {
    const runs = [...this.#pending].map(({ run }) => run);
    this.#pending.clear();
    return runs;
  }

  #firstUntil(end: number): Call | undefined {
    let first: Call | undefined;
    for (const call of this.#pending) {
      if (call.dueAt <= end && (first === undefined || call.dueAt < first.dueAt)) first = call;
    }
    return first;
  }
}

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

/** The machine's own time, and so much more: its clock is wrong, or was put right. */
export class LaterClock implements Clock {
  aheadMs = 0;

  now(): number {
    return systemClock.now() + this.aheadMs;
  }

  monotonic(): number {
    return systemClock.monotonic();
  }

  after(delayMs: number, run: () => void): Timer {
    return systemClock.after(delayMs, run);
  }
}
