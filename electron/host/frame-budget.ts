/** How much one WebSocket may send: enough for any page of ours, too little to keep the engine busy. */
import type { Clock } from '../core/clock.ts';

/**
 * A page answers at most twenty patches a second, and its user starts a handful of calls.
 * Everything that it sends at once when it connects again after sleep is far below this too.
 */
const MOST_AT_ONCE = 1000;
const REFILL_PER_SECOND = 200;

/** A large frame takes longer to parse, so it counts as several; a CA file of 1 MiB is 257. */
const BYTES_PER_UNIT = 4096;

/** Counts what a peer sends, as a bucket that refills over time. */
export class FrameBudget {
  readonly #clock: Clock;
  #left = MOST_AT_ONCE;
  #countedAt: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#countedAt = clock.monotonic();
  }

  /** Takes one frame of `bytes` into account. @returns whether it is still within the budget */
  spend(bytes: number): boolean {
    const now = this.#clock.monotonic();
    const refill = ((now - this.#countedAt) / 1000) * REFILL_PER_SECOND;
    this.#left = Math.min(MOST_AT_ONCE, this.#left + refill) - 1 - bytes / BYTES_PER_UNIT;
    this.#countedAt = now;
    return this.#left >= 0;
  }
}
