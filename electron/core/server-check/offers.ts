/** Which session a check offers next. Pure. */

/** A session that a check holds. */
export interface HeldSession {
  readonly bytes: Buffer;
  /** The connection that it came with, by its number. */
  readonly connection: number;
  /** Until when it is offered, on a monotonic clock; `null` where its server states no lifetime. */
  readonly endsAt: number | null;
  offered: number;
  resumed: number;
}

/** Where and when the next session is to be offered. */
export interface Occasion {
  /** The number of the connection. */
  readonly connection: number;
  readonly now: number;
  /** A session is good for more than one offer (TLS 1.2). */
  readonly isReusable: boolean;
  /** A connection without an offer may be put in between. */
  readonly mayWait: boolean;
}

/** How many backends may stand behind one address and be met in turn. */
const ROUNDS = [2, 3, 4, 5] as const;

/**
 * Chooses so that sessions are of all ages when they are offered, counted in connections. Where
 * backends with a key each are met in turn, a client whose sessions are always of one age meets the
 * right one every time, or never. Evenly spread over every such round, the share that resumes is
 * near that of a client among others.
 */
export class Offers {
  /** How many offers had each place in each round. */
  readonly #made = ROUNDS.map((round) => Array<number>(round).fill(0));

  /** `null` where nothing can be offered, `'wait'` for a connection without an offer first. */
  choose(held: readonly HeldSession[], occasion: Occasion): HeldSession | 'wait' | null {
    const { connection, now, isReusable, mayWait } = occasion;
    const good = held.filter(({ endsAt }) => endsAt === null || endsAt > now);
    const fresh = good.filter(({ offered }) => offered === 0);
    const choice = fresh.length === 0 && isReusable ? good : fresh;
    const best = leastOf(choice, (session) => this.#surplus(connection - session.connection));
    if (best === null || !mayWait) return best?.session ?? null;
    const later = leastOf(choice, (session) => this.#surplus(connection + 1 - session.connection));
    return later !== null && later.value + 1 < best.value ? 'wait' : best.session;
  }

  /** Takes note of an offer. */
  made(session: HeldSession, connection: number): void {
    session.offered += 1;
    const age = connection - session.connection;
    for (const counts of this.#made) {
      const place = age % counts.length;
      counts[place] = (counts[place] ?? 0) + 1;
    }
  }

  /** How much more often an age was had than it should, over all rounds. */
  #surplus(age: number): number {
    return this.#made.reduce(
      (sum, counts) => sum + (counts[age % counts.length] ?? 0) - Math.min(...counts),
      0,
    );
  }
}

/** The first of those whose value is least. */
function leastOf(
  sessions: readonly HeldSession[],
  valueOf: (session: HeldSession) => number,
): { readonly session: HeldSession; readonly value: number } | null {
  let least: { readonly session: HeldSession; readonly value: number } | null = null;
  for (const session of sessions) {
    const value = valueOf(session);
    if (least === null || value < least.value) least = { session, value };
  }
  return least;
}
