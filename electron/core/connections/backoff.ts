/** When to try again: exponential, with jitter, within bounds. */

/** The first wait, before jitter: long enough for a server that restarts quickly. */
export const FIRST_DELAY_MS = 1000;

/** No wait is longer: a mailbox that is back should be noticed within minutes. */
export const LONGEST_DELAY_MS = 5 * 60_000;

/** A server may ask for more patience than that; this much is granted, at most. */
export const LONGEST_SERVER_DELAY_MS = 60 * 60_000;

/** A connection that was idle this long was a working one: the next failure counts as the first. */
export const STABLE_AFTER_MS = 60_000;

/**
 * How long to wait after the `failures`th failure in a row (1 for the first).
 *
 * Half of the wait is fixed and half is random ("equal jitter"): many connections that fell at once
 * do not come back at once, and none comes back at once after a failure.
 *
 * @param random in [0, 1)
 */
export function backoffDelayMs(failures: number, random: number): number {
  const doublings = Math.min(Math.max(failures, 1) - 1, 30);
  const ceiling = Math.min(FIRST_DELAY_MS * 2 ** doublings, LONGEST_DELAY_MS);
  return Math.round(ceiling / 2 + (random * ceiling) / 2);
}

/** The wait, where the server asked for one of its own: never shorter than either. */
export function patientDelayMs(delayMs: number, serverDelayMs: number | null): number {
  if (serverDelayMs === null) return delayMs;
  return Math.max(delayMs, Math.min(serverDelayMs, LONGEST_SERVER_DELAY_MS));
}
