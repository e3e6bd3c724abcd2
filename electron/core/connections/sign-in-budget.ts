/** How many sign-ins of an account may lead nowhere in a minute. Once they are used up, it is half of that. */
export const MOST_IN_VAIN = 20;

/** What is used up comes back after so long a time; a mailbox watched for as long is no more in question. */
export const MINUTE_MS = 60_000;

/** A sign-in that counts. */
export interface Charge {
  readonly madeAt: number;
  /** Its mailbox has failed before, and has not been a working one since. */
  readonly hasFailed: boolean;
  /** Since when its mailbox is open and the server has taken up the watch; `null` before. */
  watchingAt: number | null;
}

/**
 * How many sign-ins of one account may lead nowhere. Those under way count as long as nobody knows, so
 * that there are never more; those that come to watch their mailbox do not, and the next ones follow at
 * once, however many there are.
 *
 * Used up, it is empty for a minute, and half as large from then on, down to one a minute. Until it has
 * its old size again, a mailbox that had failed and watches goes on counting for its first minute of
 * that; each that lasts so long adds one. All times are monotonic, in ms.
 */
export class SignInBudget {
  #most = MOST_IN_VAIN;
  /** Of the last minute, but for those that led nowhere. */
  readonly #charges = new Set<Charge>();
  /** When others led nowhere, in the last minute. */
  #inVain: readonly number[] = [];
  #emptyUntil = -Infinity;

  /** @returns `null` where nothing is left */
  take(now: number, hasFailed: boolean): Charge | null {
    if (this.leftAt(now) > now) return null;
    const charge: Charge = { madeAt: now, hasFailed, watchingAt: null };
    this.#charges.add(charge);
    return charge;
  }

  /** It led nowhere; where it was made longer ago, or before all was used up, that is no news. */
  spend(charge: Charge, now: number): void {
    this.#settle(now);
    if (this.#charges.delete(charge)) this.#count(now);
  }

  /** It came to no sign-in, or was ended here. */
  giveBack(charge: Charge): void {
    this.#charges.delete(charge);
  }

  /** When something will be left, as far as is known: `now` where it is. */
  leftAt(now: number): number {
    this.#settle(now);
    if (now < this.#emptyUntil) return this.#emptyUntil;
    const times = [...this.#counted().map(since), ...this.#inVain];
    return times.length < this.#most ? now : Math.min(...times) + MINUTE_MS;
  }

  /** Whether something may be left sooner: what is under way may come to watch its mailbox. */
  isUndecided(now: number): boolean {
    return now >= this.#emptyUntil && this.#counted().some(({ watchingAt }) => watchingAt === null);
  }

  #counted(): readonly Charge[] {
    const isFull = this.#most === MOST_IN_VAIN;
    return [...this.#charges].filter(
      ({ watchingAt, hasFailed }) => watchingAt === null || (hasFailed && !isFull),
    );
  }

  #settle(now: number): void {
    this.#inVain = this.#inVain.filter((at) => now - at < MINUTE_MS);
    for (const charge of this.#charges) {
      if (now - since(charge) < MINUTE_MS) continue;
      this.#charges.delete(charge);
      if (charge.watchingAt !== null) this.#most = Math.min(MOST_IN_VAIN, this.#most + 1);
      else this.#count(now);
    }
  }

  #count(now: number): void {
    this.#inVain = [...this.#inVain, now];
    if (this.#inVain.length < this.#most) return;
    this.#inVain = [];
    this.#charges.clear();
    this.#emptyUntil = now + MINUTE_MS;
    this.#most = Math.max(1, Math.floor(this.#most / 2));
  }
}

/** What its minute is counted from. */
function since({ madeAt, watchingAt }: Charge): number {
  return watchingAt ?? madeAt;
}
