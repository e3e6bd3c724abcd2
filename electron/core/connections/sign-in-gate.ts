import type { Problem } from '../../../shared/model.ts';
import type { Clock, Timer } from '../clock.ts';
import type { Failure } from '../failures/index.ts';
import { isRefusedSignIn, ledNowhere } from './lifecycle.ts';
import { type Charge, SignInBudget } from './sign-in-budget.ts';

/** Leave to sign in, good for one attempt. */
export interface SignInPermit {
  /** Of the credentials that it is for. */
  readonly generation: number;
  readonly charge: Charge;
}

export type Admission =
  | { readonly kind: 'go'; readonly permit: SignInPermit }
  /** Another connection of the account tried first and failed, and so would this one. */
  | { readonly kind: 'held-back'; readonly failure: Failure }
  /** Too many sign-ins of the account led nowhere; for so long, as far as is known. */
  | { readonly kind: 'held-up'; readonly waitMs: number; readonly problem: Problem };

/** Who wants to sign in. */
export interface Applicant {
  /** Its failures after TLS in a row: those with fewer go first. */
  readonly failures: number;
  /** A person wants it now. */
  readonly isAsked: boolean;
}

interface Waiting extends Applicant {
  readonly resolve: (admission: Admission) => void;
}

/** Where those that were let in wait, and nothing has failed. */
const UNANSWERED: Problem = {
  code: 'timeout',
  message:
    'The server has let other connections of this account in, and has not answered them since.',
  serverLine: null,
};

/**
 * Lets one connection of an account try the password before all others do, because servers lock
 * accounts after a few wrong ones. Once a sign-in has succeeded all may go at once, until a signed-in
 * connection is lost: the password may have been changed at the server since. After a refused one
 * none may, until the credentials change or a person asks for it.
 *
 * Those that lead nowhere are bounded, see {@link SignInBudget}; what a person asks for has a budget of
 * its own.
 */
export class SignInGate {
  readonly #clock: Clock;
  #budget = new SignInBudget();
  #askedFor = new SignInBudget();
  #generation = 0;
  /** A sign-in has succeeded, and no signed-in connection was lost since. */
  #isProven = false;
  #refusal: Failure | null = null;
  #leader: SignInPermit | null = null;
  /** Why the latest one led nowhere. */
  #inVain: Problem | null = null;
  /** In the order of their turns. */
  readonly #waiting: Waiting[] = [];
  #limit: Timer | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when it is this one's turn. A permit is to be given back by one of the calls below. */
  enter(applicant: Applicant): Promise<Admission> {
    if (this.#refusal !== null) {
      return Promise.resolve({ kind: 'held-back', failure: this.#refusal });
    }
    const { promise, resolve } = Promise.withResolvers<Admission>();
    const turn = this.#waiting.findIndex((other) => goesBefore(applicant, other));
    this.#waiting.splice(turn < 0 ? this.#waiting.length : turn, 0, { ...applicant, resolve });
    this.#admit();
    return promise;
  }

  /** How long none is let in that nobody asks for, as far as is known. */
  get waitMs(): number {
    const now = this.#clock.monotonic();
    return this.#budget.isUndecided(now) ? 0 : this.#budget.leftAt(now) - now;
  }

  /** The password was accepted. */
  signedIn(permit: SignInPermit): void {
    if (permit.generation !== this.#generation) return;
    this.#isProven = true;
    this.#leader = null;
    this.#admit();
  }

  /** The mailbox is open, and watched. */
  watches({ charge }: SignInPermit): void {
    charge.watchingAt ??= this.#clock.monotonic();
    this.#admit();
  }

  /**
   * A connection that had signed in is gone, for whatever reason: the next one leads again. Those
   * that were let in before go on.
   */
  lost(): void {
    this.#isProven = false;
  }

  /**
   * The attempt failed, or the connection did later on. Where it led, those that wait fail with it:
   * they would meet the same server.
   *
   * @param failures of its mailbox after TLS in a row, this one included
   * @returns `false` when credentials were refused that are no longer the account's
   */
  failed(permit: SignInPermit, failure: Failure, failures: number): boolean {
    if (ledNowhere(failure, permit.charge.watchingAt !== null, failures)) {
      this.#inVain = failure.problem;
      const now = this.#clock.monotonic();
      for (const budget of [this.#budget, this.#askedFor]) budget.spend(permit.charge, now);
    } else {
      this.#giveBack(permit);
    }
    const isRefused = isRefusedSignIn(failure);
    if (permit.generation !== this.#generation) {
      this.#admit();
      return !isRefused;
    }
    if (isRefused) {
      this.#refusal = failure;
      this.#isProven = false;
    } else if (this.#leader !== permit) {
      this.#admit();
      return true;
    }
    this.#leader = null;
    this.#turnAway({ kind: 'held-back', failure });
    return true;
  }

  /** The attempt was given up here; the next one leads. */
  leave(permit: SignInPermit): void {
    this.#giveBack(permit);
    if (this.#leader === permit) this.#leader = null;
    this.#admit();
  }

  /** The credentials are others now, or a person wants another try. */
  reset(): void {
    this.#generation += 1;
    this.#isProven = false;
    this.#refusal = null;
    this.#leader = null;
    this.#budget = new SignInBudget();
    this.#askedFor = new SignInBudget();
    this.#admit();
  }

  get isRefused(): boolean {
    return this.#refusal !== null;
  }

  #giveBack({ charge }: SignInPermit): void {
    for (const budget of [this.#budget, this.#askedFor]) budget.giveBack(charge);
  }

  /** Lets in those whose turn it is. */
  #admit(): void {
    this.#limit?.cancel();
    this.#limit = null;
    const now = this.#clock.monotonic();
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined || (!this.#isProven && this.#leader !== null)) return;
      const hasFailed = next.failures > 0;
      const asked = next.isAsked ? this.#askedFor.take(now, hasFailed) : null;
      const charge = asked ?? this.#budget.take(now, hasFailed);
      if (charge === null) break;
      this.#waiting.shift();
      const permit = { generation: this.#generation, charge };
      if (!this.#isProven) this.#leader = permit;
      next.resolve({ kind: 'go', permit });
    }
    const waitMs = this.#budget.leftAt(now) - now;
    if (this.#budget.isUndecided(now)) {
      this.#limit = this.#clock.after(waitMs, () => {
        this.#admit();
      });
    } else {
      this.#turnAway({ kind: 'held-up', waitMs, problem: this.#inVain ?? UNANSWERED });
    }
  }

  #turnAway(admission: Admission): void {
    this.#limit?.cancel();
    for (const { resolve } of this.#waiting.splice(0)) resolve(admission);
  }
}

function goesBefore(one: Applicant, other: Applicant): boolean {
  return one.isAsked === other.isAsked ? one.failures < other.failures : one.isAsked;
}
