/**
 * What is remembered of a server that does not take its own sessions up, or of a way to it that breaks
 * when one is offered. Pure: a value in, a value out, the time by parameter.
 */

/** Refusals in a row after which nothing is offered for a while; a burst counts as one. */
export const REFUSALS_UNTIL_PAUSE = 3;
/** A server that took up one in five of so many latest offers resumes now and then: offering pays. */
const LATEST_OFFERS = 20;
const RESUMES_NOW_AND_THEN = 1 / 5;
const MINUTE = 60_000;
const FIRST_PAUSE_MS = 10 * MINUTE;
/** A server that was mended is noticed within this time at the latest. */
const LONGEST_PAUSE_MS = 60 * MINUTE;

/** The memory of one server. */
export interface Refusals {
  /** Sessions refused in a row, since the last resumption. */
  readonly inARow: number;
  /** How many of these broke the handshake off. */
  readonly broken: number;
  /** {@link Refusals.inARow}, where those that were offered side by side count as one: one trial. */
  readonly trials: number;
  /** Nothing is offered before this time; `null` while offering goes on. */
  readonly pausedUntil: number | null;
  /** The latest pause; the next one is twice as long. */
  readonly pauseMs: number;
  /** What became of the latest offers, oldest first: whether the session was taken up. */
  readonly latest: readonly boolean[];
  /** Sessions offered in all, and how many of them were taken up. */
  readonly offered: number;
  readonly resumed: number;
  /** Handshakes are known to bring nothing that could be resumed. */
  readonly issuesNothing: boolean;
}

export const NO_REFUSALS: Refusals = {
  inARow: 0,
  broken: 0,
  trials: 0,
  pausedUntil: null,
  pauseMs: 0,
  latest: [],
  offered: 0,
  resumed: 0,
  issuesNothing: false,
};

/** A session was offered and taken up: the server is not refusing. */
export function takenUp(before: Refusals): Refusals {
  const { latest, offered, resumed } = counted(before, true);
  return { ...NO_REFUSALS, latest, offered, resumed };
}

/**
 * A session was offered and refused.
 *
 * @param how in a full handshake, or by breaking it off: each of these costs a connection, and the
 *   silence before it, so that three in a row are enough whatever resumed before
 * @param trial {@link Refusals.trials} as it was when that connection began
 */
export function refused(
  before: Refusals,
  how: 'full' | 'broke-off',
  trial: number,
  now: number,
): Refusals {
  const after = {
    ...counted(before, false),
    inARow: before.inARow + 1,
    broken: before.broken + (how === 'broke-off' ? 1 : 0),
  };
  if (trial < before.trials) return after;
  const trials = before.trials + 1;
  const share = after.latest.filter(Boolean).length / after.latest.length;
  const isWorthIt = share >= RESUMES_NOW_AND_THEN && after.broken < after.inARow;
  if (trials < REFUSALS_UNTIL_PAUSE || isWorthIt) return { ...after, trials };
  const pauseMs =
    before.pauseMs === 0 ? FIRST_PAUSE_MS : Math.min(before.pauseMs * 2, LONGEST_PAUSE_MS);
  return { ...after, trials, pausedUntil: now + pauseMs, pauseMs };
}

/** One more offer is known of. */
function counted(before: Refusals, isTakenUp: boolean): Refusals {
  return {
    ...before,
    latest: [...before.latest, isTakenUp].slice(-LATEST_OFFERS),
    offered: before.offered + 1,
    resumed: before.resumed + (isTakenUp ? 1 : 0),
  };
}

/** Whether offering is paused; a clock that was set back by more than the pause ends it. */
export function isPaused(refusals: Refusals, now: number): boolean {
  const { pausedUntil, pauseMs } = refusals;
  return pausedUntil !== null && now < pausedUntil && now >= pausedUntil - pauseMs;
}

/** The machine is on another network: what broke the handshakes may have stayed on the one before. */
export function elsewhere(before: Refusals): Refusals {
  if (before.broken === 0) return before;
  const { latest, offered, resumed, issuesNothing } = before;
  return { ...NO_REFUSALS, latest, offered, resumed, issuesNothing };
}

/** The pause is over by the user's wish; one more refusal starts the next, longer one. */
export function tryNow(before: Refusals): Refusals {
  return { ...before, pausedUntil: null };
}
