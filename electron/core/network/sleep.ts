/**
 * Whether the machine slept, found out by one who looks at the clocks every few seconds: for
 * programs whom the system does not tell. Pure.
 */

/** What the clocks say at one look. */
export interface Look {
  /** The time of day, in ms since the epoch. */
  readonly at: number;
  /** The time that only ever rises; on some systems it stands still while the machine sleeps. */
  readonly monotonic: number;
  /** See `Machine.busyMs`. */
  readonly busyMs: number;
}

/**
 * Shorter sleeps are not noticed, and need not be: connections outlive them. Longer than a crowded
 * machine keeps a program waiting.
 */
export const ASLEEP_MS = 10_000;

/**
 * Whether nothing ran between two looks that were to be `everyMs` apart.
 *
 * - The time of day ran ahead of the other one: it slept, or somebody set the clock forward. The
 *   two cannot be told apart, and connections that are made anew for nothing cost little.
 * - Both went on for too long, and this program was not busy meanwhile: it slept on a system whose
 *   clocks go on, or it was stopped, as virtual machines are. A program that was busy is merely
 *   late: its own work blocked it, and its connections are what they were.
 * - The time of day went back: somebody set the clock. That changes nothing for connections.
 */
export function hasSlept(last: Look, now: Look, everyMs: number): boolean {
  const monotonicMs = now.monotonic - last.monotonic;
  const wasPassed = now.at - last.at - monotonicMs;
  const idleMs = monotonicMs - (now.busyMs - last.busyMs);
  return wasPassed >= ASLEEP_MS || idleMs - everyMs >= ASLEEP_MS;
}
