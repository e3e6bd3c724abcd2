/** What to do after a failure, and when: pure decisions. */
import type { ProblemCode } from '../../../shared/model.ts';
import type { Failure } from '../failures/index.ts';

/** What a watched mailbox does next. */
export type NextStep =
  /** Try again at once, and offer no session. */
  | { readonly kind: 'again' }
  | { readonly kind: 'wait'; readonly delayMs: number }
  /** Nothing happens by itself: it needs a change, or *Reconnect*. */
  | { readonly kind: 'stop'; readonly state: StoppedState };

/** What a connection is that does not try again. */
export type StoppedState = 'sign-in-failed' | 'certificate-problem' | 'failed';

/**
 * Problems that signing in again cannot solve. A wrong password tried again and again locks accounts. A
 * certificate that is not trusted may be an attacker's: nothing is sent until it is another one, see
 * `second-looks.ts`, or whoever looks at it decides.
 */
const STOPPING: ReadonlyMap<ProblemCode, StoppedState> = new Map([
  ['sign-in', 'sign-in-failed'],
  ['sign-in-again', 'sign-in-failed'],
  ['secret-missing', 'sign-in-failed'],
  ['certificate-expired', 'certificate-problem'],
  ['certificate-not-yet-valid', 'certificate-problem'],
  ['certificate-untrusted', 'certificate-problem'],
  ['certificate-name', 'certificate-problem'],
  ['certificate-changed', 'certificate-problem'],
  ['certificate-unfit', 'certificate-problem'],
  ['trust-unreadable', 'failed'],
  ['server-name', 'failed'],
  // A wrong password tried again and again locks people out of a proxy as well.
  ['proxy-sign-in', 'failed'],
  ['client-certificate', 'failed'],
  ['mailbox-missing', 'failed'],
  ['mailbox-twice', 'failed'],
]);

/** The past that matters to the decision. */
export interface Attempts {
  /**
   * Failures in a row, this one included. One with a session and the one that followed at once without
   * are two: the wait after them is that of two, so that nobody is asked twice as often.
   */
  readonly failures: number;
  /** This attempt was itself the immediate one after one that broke off with a session. */
  readonly again: boolean;
}

/** @param random in [0, 1) */
export function nextStep(failure: Failure, attempts: Attempts, random: number): NextStep {
  if (failure.sessionOffered && !attempts.again) return { kind: 'again' };
  const state = STOPPING.get(failure.problem.code);
  if (state !== undefined) return { kind: 'stop', state };
  const isSlow = SLOW.has(failure.problem.code) && failure.serverDelayMs === null;
  const delayMs = backoffDelayMs(attempts.failures, random, isSlow ? SLOW_PACE : PACE);
  return { kind: 'wait', delayMs: patientDelayMs(delayMs, failure.serverDelayMs) };
}

/** What may last for hours or for ever, and is no better for being asked often. */
const SLOW: ReadonlySet<ProblemCode> = new Set(['throttled', 'not-served']);

/** Whether a certificate was seen, and not trusted. */
export function isVerdict({ problem }: Failure): boolean {
  return STOPPING.get(problem.code) === 'certificate-problem';
}

const OF_NETWORK: ReadonlySet<ProblemCode> = new Set([
  'auth-server',
  'proxy',
  'dns',
  'unreachable',
  'timeout',
  'closed',
]);

/** Whether it may be gone on another network, so that there is no use in waiting there. */
export function isOfNetwork(code: ProblemCode): boolean {
  return OF_NETWORK.has(code);
}

const OUT_OF_REACH: ReadonlySet<ProblemCode> = new Set([
  'auth-server',
  'proxy',
  'dns',
  'refused',
  'unreachable',
  'timeout',
]);

/** What comes once TLS is there. */
const AFTER_TLS: ReadonlySet<Failure['phase']> = new Set(['greeting', 'login', 'select', 'idle']);

/** Whether it failed before TLS was there; what fails later is trouble of the server, whatever it looks like. */
export function isOnTheWay({ phase }: Failure): boolean {
  return !AFTER_TLS.has(phase);
}

/**
 * Whether the server was not reached at all, so that there is no use in waiting once another
 * connection has reached it. One that closes connections was reached: it is left alone.
 */
export function isOutOfReach(failure: Failure): boolean {
  return isOnTheWay(failure) && OUT_OF_REACH.has(failure.problem.code);
}

/**
 * Whether a sign-in, or what came of one, led nowhere. One whose mailbox was watched did not, where that
 * has not just happened before.
 *
 * @param failures after TLS in a row, this one included
 */
export function ledNowhere(failure: Failure, wasWatching: boolean, failures: number): boolean {
  return !isOnTheWay(failure) && !(wasWatching && failures === 1);
}

/** Whether a sign-in was refused, so that no other connection of the account tries the same. */
export function isRefusedSignIn(failure: Failure): boolean {
  return STOPPING.get(failure.problem.code) === 'sign-in-failed';
}

/** The first wait, before jitter: long enough for a server that restarts quickly. */
export const FIRST_DELAY_MS = 1000;

/** No wait is longer: a mailbox that is back should be noticed within minutes. */
export const LONGEST_DELAY_MS = 5 * 60_000;

/** A server may ask for more patience than that; this much is granted, at most. */
export const LONGEST_SERVER_DELAY_MS = 60 * 60_000;

/** A connection that was idle this long was a working one: the next failure counts as the first. */
export const STABLE_AFTER_MS = 60_000;

/** How a wait grows from failure to failure, before jitter. */
interface Pace {
  readonly firstMs: number;
  readonly longestMs: number;
}

const PACE: Pace = { firstMs: FIRST_DELAY_MS, longestMs: LONGEST_DELAY_MS };

/** It ends with one attempt an hour. */
const SLOW_PACE: Pace = { firstMs: 5 * 60_000, longestMs: 60 * 60_000 };

/**
 * How long to wait after the `failures`th failure in a row (1 for the first).
 *
 * Half of the wait is fixed and half is random ("equal jitter"): many connections that fell at once
 * do not come back at once, and none comes back at once after a failure.
 *
 * @param random in [0, 1)
 */
export function backoffDelayMs(failures: number, random: number, pace = PACE): number {
  const doublings = Math.min(Math.max(failures, 1) - 1, 30);
  const ceiling = Math.min(pace.firstMs * 2 ** doublings, pace.longestMs);
  return Math.round(ceiling / 2 + (random * ceiling) / 2);
}

/** The wait, where the server asked for one of its own: never shorter than either. */
export function patientDelayMs(delayMs: number, serverDelayMs: number | null): number {
  if (serverDelayMs === null) return delayMs;
  return Math.max(delayMs, Math.min(serverDelayMs, LONGEST_SERVER_DELAY_MS));
}
