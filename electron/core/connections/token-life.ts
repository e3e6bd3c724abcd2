/**
 * Some servers end a connection when the access token ends that it signed in with: Gmail and Microsoft,
 * about once an hour. That is known before, so another connection is made ahead of it, and an end at that
 * moment is no failure. Pure decisions.
 */
import type { Clock } from '../clock.ts';
import type { Failure } from '../failures/index.ts';
import type { AccessToken } from '../oauth/index.ts';
import { STABLE_AFTER_MS } from './lifecycle.ts';

/** What connections live on; monotonic, in ms, but for its name. */
export interface TokenLife {
  /** When it ends by the time of day, which goes on while the machine sleeps. Each token has its own. */
  readonly expiresAt: number;
  readonly renewAt: number;
  readonly endsAt: number;
}

/** Not before the moment from which on there is another token, as whoever gives it tells the time. */
const RENEW_LATER_MS = 20;

/** Tokens that live shorter are no measure: connections would be made anew without end. */
const SHORTEST_MARGIN_MS = 2000;

/** `null` where nobody says when it ends, or it lives for seconds only: its end is a failure like another. */
export function lifeOf({ expiresAt, renewAt }: AccessToken, clock: Clock): TokenLife | null {
  if (expiresAt === null || renewAt === null) return null;
  if (expiresAt - renewAt < SHORTEST_MARGIN_MS) return null;
  const ahead = clock.monotonic() - clock.now();
  return { expiresAt, renewAt: renewAt + ahead + RENEW_LATER_MS, endsAt: expiresAt + ahead };
}

/** Servers are that late at most to end what another connection of the account signed in with. */
const LATE_MS = 15_000;

/** How many of an account's latest tokens connections may hang on. */
const TOKENS_KEPT = 3;

/** With one more token, newest first. */
export function withLife(lives: readonly TokenLife[], life: TokenLife): readonly TokenLife[] {
  const others = lives.filter(({ expiresAt }) => expiresAt !== life.expiresAt);
  return [life, ...others].slice(0, TOKENS_KEPT);
}

/** How a connection has ended that had its mailbox open. */
export interface End {
  readonly failure: Failure;
  /** For how long. */
  readonly lastedMs: number;
  /** Of the token that it signed in with. */
  readonly life: TokenLife;
  /** Of the account's latest ones: a server may end all connections of a user with one of them. */
  readonly lives: readonly TokenLife[];
  /** The tokens' ends by which its mailbox has lost a connection before: each explains one. */
  readonly explained: readonly number[];
}

/** Ends that a server makes, as far as it says why at all. */
const MADE_BY_SERVER: ReadonlySet<Failure['kind']> = new Set([
  'closed',
  'ended',
  'busy',
  'not-connected',
]);

/** Such as Microsoft's `Session invalidated - AccessTokenExpired`. */
const SAYS_EXPIRED = /(?:token|session).{0,20}expired|expired.{0,20}(?:token|session)/i;

/**
 * With which token's end a connection has ended, as was to be expected.
 *
 * @returns its `expiresAt`; `null` where that is a failure like another
 */
export function tokenEnded(end: End, clock: Clock): number | null {
  const { failure, lastedMs, life, lives, explained } = end;
  if (failure.phase !== 'idle' || !MADE_BY_SERVER.has(failure.kind)) return null;
  const now = clock.monotonic();
  // Before its time only of a connection that has lasted: else each new token could be the next.
  const isBelieved = lastedMs >= STABLE_AFTER_MS && saysExpired(failure);
  const isOver = (one: TokenLife): boolean => {
    if (one.expiresAt === life.expiresAt)
      return now >= one.renewAt || clock.now() >= one.expiresAt || isBelieved;
    return now >= one.renewAt && now <= one.endsAt + LATE_MS;
  };
  const candidates = withLife(lives, life).filter(isOver);
  return candidates.find(({ expiresAt }) => !explained.includes(expiresAt))?.expiresAt ?? null;
}

/** Whether the server ends the connection for its token, as it says. */
export function saysExpired({ problem }: Failure): boolean {
  return SAYS_EXPIRED.test(problem.serverLine ?? '');
}
