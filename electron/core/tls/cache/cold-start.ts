/**
 * A cold burst: many connections to one peer start together and nothing is held. The first one
 * leads; the others wait for its tickets, so that one full handshake serves all of them.
 */
import type { Owner } from './held-session.ts';

/**
 * How long the others wait for the leader. A TLS handshake and a greeting take three round trips;
 * across the world that is a second. Less than imapflow's 10 s for an upgrade, and little beside
 * the minutes for which the connection then lives.
 */
export const COLD_WAIT_MS = 2_000;

/** One turn at the head; ends that turn alone, and nothing where another has begun since. */
export type Lead = () => void;

export class ColdStart {
  #leader: Owner | null = null;
  #release: (() => void) | null = null;
  #released: Promise<void> | null = null;

  /** The turn of `owner`, to be ended by whoever leads; `null` while another leads. */
  lead(owner: Owner): Lead | null {
    if (this.#released !== null) return null;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#leader = owner;
    this.#released = promise;
    this.#release = resolve;
    return () => {
      if (this.#released === promise) this.release();
    };
  }

  /**
   * Resolves when the leader's tickets are there, when it failed, or after {@link COLD_WAIT_MS}.
   *
   * @param passesOn after that time another may lead
   * @param patienceMs for who has less time than that, and then leaves the leader its own
   */
  async wait(passesOn = false, patienceMs = COLD_WAIT_MS): Promise<void> {
    const released = this.#released;
    if (released === null) return;
    const { promise: timedOut, resolve } = Promise.withResolvers<void>();
    const timeout = setTimeout(
      () => {
        if (passesOn && patienceMs >= COLD_WAIT_MS && this.#released === released) this.release();
        resolve();
      },
      Math.min(patienceMs, COLD_WAIT_MS),
    );
    await Promise.race([released, timedOut]);
    clearTimeout(timeout);
  }

  /** Ends the turn of whoever leads. */
  release(): void {
    this.#release?.();
    this.#leader = null;
    this.#release = null;
    this.#released = null;
  }

  /** What this one brings is stored no more: another may lead. */
  releaseFrom(owner: Owner): void {
    if (this.#leader === owner) this.release();
  }
}
