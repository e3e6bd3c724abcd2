import type { Clock, Timer } from '../../electron/core/clock.ts';

/** What is shorter passes by itself: it belongs to the machine, as the batches of the engine do. */
const SHORT_MS = 200;

/** A long wait that is under way. */
interface Call {
  readonly dueAt: number;
  readonly run: () => void;
}

/**
 * Time for a whole engine: short waits pass by themselves, long ones when they are told to, and the
 * time of day can be changed under it.
 */
export class FaultClock implements Clock {
  readonly #pending = new Set<Call>();
  #advancedMs = 0;
  #jumpedMs = 0;
  #isFree = false;

  now(): number {
    return Date.now() + this.#advancedMs + this.#jumpedMs;
  }

  monotonic(): number {
    return performance.now() + this.#advancedMs;
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

  #firstUntil(end: number): Call | undefined {
    let first: Call | undefined;
    for (const call of this.#pending) {
      if (call.dueAt <= end && (first === undefined || call.dueAt < first.dueAt)) first = call;
    }
    return first;
  }

  /** Sets the time of day, as a user or a time server does; no span passes. */
  jump(spanMs: number): void {
    this.#jumpedMs += spanMs;
  }

  /** How many long waits are under way. */
  get pending(): number {
    return this.#pending.size;
  }

  /** For the end: nothing waits long any more. */
  letGo(): void {
    this.#isFree = true;
    const calls = [...this.#pending];
    this.#pending.clear();
    for (const { run } of calls) setTimeout(run, SHORT_MS);
  }
}
