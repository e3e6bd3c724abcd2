/** For tests: calls that are made when time is told to pass. */
import type { Timer } from '../../clock.ts';

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
