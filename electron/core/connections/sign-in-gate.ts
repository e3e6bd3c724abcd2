import type { Failure } from '../failures/index.ts';
import { isRefusedSignIn } from './lifecycle.ts';

/** Leave to sign in, good for one attempt. */
export interface SignInPermit {
  /** Of the credentials that it is for. */
  readonly generation: number;
}

export type Admission =
  | { readonly kind: 'go'; readonly permit: SignInPermit }
  /** Another connection of the account tried first and failed, and so would this one. */
  | { readonly kind: 'held-back'; readonly failure: Failure };

/**
 * Lets one connection of an account try the password before all others do, because servers lock
 * accounts after a few wrong ones. Once a sign-in has succeeded all may go at once, until a signed-in
 * connection is lost: the password may have been changed at the server since. After a refused one
 * none may, until the credentials change or a person asks for it.
 */
export class SignInGate {
  #generation = 0;
  /** A sign-in has succeeded, and no signed-in connection was lost since. */
  #isProven = false;
  #refusal: Failure | null = null;
  #leader: SignInPermit | null = null;
  readonly #waiting: ((admission: Admission) => void)[] = [];

  /** Resolves when it is this one's turn. A permit is to be given back by one of the calls below. */
  enter(): Promise<Admission> {
    if (this.#refusal !== null) {
      return Promise.resolve({ kind: 'held-back', failure: this.#refusal });
    }
    if (!this.#isProven && this.#leader !== null) {
      return new Promise((resolve) => this.#waiting.push(resolve));
    }
    return Promise.resolve({ kind: 'go', permit: this.#admit() });
  }

  /** The password was accepted. */
  signedIn(permit: SignInPermit): void {
    if (permit.generation !== this.#generation) return;
    this.#isProven = true;
    this.#leader = null;
    for (const resolve of this.#waiting.splice(0)) resolve({ kind: 'go', permit: this.#admit() });
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
   * @returns `false` when credentials were refused that are no longer the account's
   */
  failed(permit: SignInPermit, failure: Failure): boolean {
    const isRefused = isRefusedSignIn(failure);
    if (permit.generation !== this.#generation) return !isRefused;
    if (isRefused) {
      this.#refusal = failure;
      this.#isProven = false;
    } else if (this.#leader !== permit) {
      return true;
    }
    this.#leader = null;
    for (const resolve of this.#waiting.splice(0)) resolve({ kind: 'held-back', failure });
    return true;
  }

  /** The attempt was given up here; the next one leads. */
  leave(permit: SignInPermit): void {
    if (this.#leader !== permit) return;
    this.#leader = null;
    const next = this.#waiting.shift();
    next?.({ kind: 'go', permit: this.#admit() });
  }

  /** The credentials are others now, or a person wants another try. */
  reset(): void {
    this.#generation += 1;
    this.#isProven = false;
    this.#refusal = null;
    this.#leader = null;
    const next = this.#waiting.shift();
    next?.({ kind: 'go', permit: this.#admit() });
  }

  get isRefused(): boolean {
    return this.#refusal !== null;
  }

  #admit(): SignInPermit {
    const permit = { generation: this.#generation };
    if (!this.#isProven) this.#leader = permit;
    return permit;
  }
}
