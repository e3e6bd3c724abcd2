/**
 * Makes the next connection of a mailbox before the access token of the present one ends, so that the
 * mailbox is never without one.
 */
import type { Clock } from '../clock.ts';
import { ConnectionEnded, type Failure } from '../failures/index.ts';
import { secretOf, type Credentials } from './credentials.ts';
import type { ConnectionLog } from './imap/connection-log.ts';
import type { ImapConnection } from './imap/imap-connection.ts';
import type { Watching } from './imap/mailbox-watch.ts';
import { backoffDelayMs, nextStep } from './lifecycle.ts';
import type { SignInGate, SignInPermit } from './sign-in-gate.ts';
import type { Leave, StartGate } from './start-gate.ts';
import type { TokenLife } from './token-life.ts';

/** A connection that has its mailbox open. */
export interface Held {
  readonly connection: ImapConnection;
  readonly credentials: Credentials;
  /** `null` where it may go on for ever, as far as its sign-in is concerned. */
  readonly life: TokenLife | null;
  /** As the server has told last. */
  messages: number | null;
  watching: Watching | null;
  /** When its mailbox was opened, monotonic. */
  openedAt: number;
  /** Resolves when the server has taken up the watch. */
  readonly isWatched: Promise<void>;
}

/** What the mailboxes of one account share for it. */
export interface SharedRenewals {
  readonly signIn: SignInGate;
  /** One after another; one that takes long does not hold up the others. */
  readonly renewals: StartGate;
  /** Until then the server allows no connection more than there are: each ends before the next one. */
  endsFirstUntil: number;
}

/** What a renewal works with. */
export interface RenewalDeps {
  readonly shared: SharedRenewals;
  readonly clock: Clock;
  /** In [0, 1); spreads the retries. */
  readonly random: () => number;
  readonly log: ConnectionLog;
  /** Gives another token where there is one. */
  readonly credentials: (signal: AbortSignal) => Promise<Credentials>;
  /** Makes a connection of which nothing is shown yet. @throws ConnectionEnded */
  readonly establish: (permit: SignInPermit, how: How) => Promise<Held>;
  /** What was thrown by one of these; `null` where the mailbox is not to be connected any more. */
  readonly failureOf: (error: unknown) => Failure | null;
}

/** How a connection is to be made. */
export interface How {
  /** Whether a session may be offered in it; not where it follows one that broke off so. */
  readonly offers: boolean;
  /** It takes the place of one whose access token ends. */
  readonly isPlanned: boolean;
  /** That one is there yet, and this is what to sign in with in the next. */
  readonly ahead?: Credentials;
}

/** What has come of a renewal. */
export type Renewed =
  | { readonly kind: 'ahead'; readonly next: Held }
  /** The connection has to end before the next one can be made, which leaves its turn then. */
  | { readonly kind: 'in-place'; readonly leave: Leave }
  | { readonly kind: 'given-up' };

/** How one try has ended. */
type Tried = Renewed | { readonly kind: 'later'; readonly delayMs: number };

const GIVEN_UP = { kind: 'given-up' } as const;

const DAY_MS = 24 * 3_600_000;

/** How long a server may take to answer IDLE before the connection before ends all the same. */
const WATCH_LIMIT_MS = 2000;

/** The renewal of one connection; it is given up when that is gone. */
export class Renewal {
  readonly #deps: RenewalDeps;
  readonly #held: Held;
  readonly #signal: AbortSignal;
  #failures = 0;
  /** A try has broken off with a session offered. */
  #isAgain = false;

  constructor(deps: RenewalDeps, held: Held, signal: AbortSignal) {
    this.#deps = deps;
    this.#held = held;
    this.#signal = signal;
  }

  /** Resolves when there is another connection, or when this one is to make room for it. */
  async done(): Promise<Renewed> {
    const { shared, clock, log } = this.#deps;
    const { life } = this.#held;
    if (life === null) return NEVER;
    const leftMs = (): number => Math.max(0, life.renewAt - clock.monotonic());
    for (let left = leftMs(); left > 0 && !this.#signal.aborted; left = leftMs())
      await this.#passes(Math.min(left, DAY_MS));
    if (!this.#signal.aborted)
      log.add('— The access token ends soon: connecting anew before that, as planned');
    while (!this.#signal.aborted) {
      const leave = await shared.renewals.enter('');
      const tried = this.#signal.aborted ? GIVEN_UP : await this.#try(leave);
      if (tried.kind !== 'in-place') leave();
      if (tried.kind !== 'later') return tried;
      await this.#passes(tried.delayMs);
    }
    return GIVEN_UP;
  }

  async #try(leave: Leave): Promise<Tried> {
    const { shared, clock, credentials, establish, failureOf } = this.#deps;
    let permit: SignInPermit | null = null;
    try {
      const fresh = await credentials(this.#signal);
      if (this.#signal.aborted) return GIVEN_UP;
      if (secretOf(fresh) === secretOf(this.#held.credentials)) return this.#later();
      if (shared.endsFirstUntil > clock.monotonic()) return { kind: 'in-place', leave };
      const admission = await shared.signIn.enter({ failures: 0, isAsked: false });
      if (admission.kind === 'held-up') return { kind: 'later', delayMs: admission.waitMs };
      if (admission.kind === 'held-back') return this.#failed(admission.failure, leave);
      ({ permit } = admission);
      const how = { offers: !this.#isAgain, isPlanned: true, ahead: fresh };
      const next = await establish(permit, how);
      next.watching = next.connection.watch();
      await this.#watched(next);
      shared.signIn.leave(permit);
      return { kind: 'ahead', next };
    } catch (error) {
      const failure = this.#signal.aborted && permit === null ? null : failureOf(error);
      const tried = failure === null ? GIVEN_UP : this.#failed(failure, leave);
      if (permit !== null && failure !== null && tried.kind === 'later')
        shared.signIn.failed(permit, failure, this.#failures);
      else if (permit !== null) shared.signIn.leave(permit);
      return tried;
    }
  }

  /** What follows from a failure; what only a person can mend, an ordinary connect is to say. */
  #failed(failure: Failure, leave: Leave): Tried {
    const { shared, clock, random, log } = this.#deps;
    this.#failures += 1;
    if (failure.kind === 'over-limit') {
      shared.endsFirstUntil = clock.monotonic() + DAY_MS;
      log.add('— The server allows no connection more: this one ends before the next one begins');
      return { kind: 'in-place', leave };
    }
    const step = nextStep(failure, { failures: this.#failures, again: this.#isAgain }, random());
    if (step.kind === 'stop') return { kind: 'in-place', leave };
    this.#isAgain = step.kind === 'again';
    return { kind: 'later', delayMs: step.kind === 'wait' ? step.delayMs : 0 };
  }

  /** There is no other token yet. */
  #later(): Tried {
    this.#failures += 1;
    return { kind: 'later', delayMs: backoffDelayMs(this.#failures, this.#deps.random()) };
  }

  async #watched({ connection, isWatched }: Held): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const limit = this.#deps.clock.after(WATCH_LIMIT_MS, resolve);
    const ended = connection.ended.then((failure) => {
      throw new ConnectionEnded(failure);
    });
    try {
      await Promise.race([isWatched, late, ended]);
    } finally {
      limit.cancel();
    }
  }

  /** Resolves after so long, or when it is given up. */
  async #passes(delayMs: number): Promise<void> {
    if (this.#signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#deps.clock.after(delayMs, resolve);
    const giveUp = (): void => {
      resolve();
    };
    this.#signal.addEventListener('abort', giveUp);
    await promise;
    timer.cancel();
    this.#signal.removeEventListener('abort', giveUp);
  }
}

const NEVER = new Promise<never>(() => undefined);
