/** Makes the connections of one check, politely, and knows when to stop. */
import { setTimeout as delay } from 'node:timers/promises';
import { CheckCancelled, type CheckFailure } from '../../failures/index.ts';
import { GAP_MS, MAX_CONNECTIONS, TROUBLES_IN_A_ROW } from './limits.ts';
import { visit, type Visit, type VisitOptions } from './visit.ts';

/** The check ends here, with what is known by now. */
export class CheckStopped extends Error {
  override readonly name = 'CheckStopped';
}

/** One at a time, with a gap, at most so many. */
export class Visitor {
  readonly #signal: AbortSignal;
  #connections = 0;
  #troubles = 0;
  #lastEndAt: number | null = null;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Made so far. */
  get connections(): number {
    return this.#connections;
  }

  get left(): number {
    return MAX_CONNECTIONS - this.#connections;
  }

  /**
   * Visits the server once, when it is time.
   *
   * @throws CheckFailure when the server could not be tested
   * @throws CheckStopped when the server has had enough
   * @throws CheckCancelled
   */
  async visit(options: Omit<VisitOptions, 'signal'>): Promise<Visit> {
    if (this.left <= 0)
      throw new CheckStopped(`It made ${MAX_CONNECTIONS} connections, its limit.`);
    await this.#gap();
    this.#connections += 1;
    try {
      const seen = await visit({ ...options, signal: this.#signal });
      this.#troubles = 0;
      return seen;
    } finally {
      this.#lastEndAt = performance.now();
    }
  }

  /**
   * Takes note of a failure in the middle of a check.
   *
   * @throws CheckStopped where it is a wish of the server, or the second one in a row
   */
  trouble({ kind, facts, message }: CheckFailure): void {
    const said =
      facts.serverLine === undefined || facts.serverLine === null ? '' : `: ${facts.serverLine}`;
    if (kind === 'complaint')
      throw new CheckStopped(`The server asked for less, so the check ended early${said}`);
    this.#troubles += 1;
    if (this.#troubles >= TROUBLES_IN_A_ROW)
      throw new CheckStopped(
        `The server stopped answering (${message}), so the check ended early.`,
      );
  }

  async #gap(): Promise<void> {
    if (this.#lastEndAt === null) return;
    const waitMs = this.#lastEndAt + GAP_MS - performance.now();
    if (waitMs <= 0) return;
    try {
      await delay(waitMs, undefined, { signal: this.#signal });
    } catch {
      // The only way in which a delay fails.
      throw new CheckCancelled();
    }
  }
}
