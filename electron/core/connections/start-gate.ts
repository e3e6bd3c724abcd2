import type { Clock } from '../clock.ts';

/**
 * How many connections are set up at the same moment. A laptop that wakes with hundreds of them
 * would otherwise have each wait for the handshakes of all others, until limits pass and every one
 * starts again. Large enough for any one account's burst.
 */
export const STARTS_AT_ONCE = 64;

/**
 * A connect that takes longer than this waits for the network and not for this machine, and makes
 * room: servers that do not answer must not keep others from connecting.
 */
export const START_HOLD_MS = 2000;

/** Gives the place to the next one. Calling it again does nothing. */
export type Leave = () => void;

/** Lets a bounded number of connects happen at once, the accounts taking turns. */
export class StartGate {
  readonly #clock: Clock;
  readonly #places: number;
  #taken = 0;
  /** By account; the account whose turn it is comes first. */
  readonly #waiting = new Map<string, ((leave: Leave) => void)[]>();

  constructor(clock: Clock, places = STARTS_AT_ONCE) {
    this.#clock = clock;
    this.#places = places;
  }

  /** Resolves when there is room. */
  enter(account: string): Promise<Leave> {
    if (this.#taken < this.#places) return Promise.resolve(this.#take());
    return new Promise((resolve) => {
      const queue = this.#waiting.get(account);
      if (queue === undefined) this.#waiting.set(account, [resolve]);
      else queue.push(resolve);
    });
  }

  #take(): Leave {
    this.#taken += 1;
    let isTaken = true;
    const leave = (): void => {
      if (!isTaken) return;
      isTaken = false;
      this.#taken -= 1;
      limit.cancel();
      this.#next();
    };
    const limit = this.#clock.after(START_HOLD_MS, leave);
    return leave;
  }

  #next(): void {
    const [turn] = this.#waiting;
    if (turn === undefined) return;
    const [account, queue] = turn;
    const resolve = queue.shift();
    // To the end of the line: the next place is another account's.
    this.#waiting.delete(account);
    if (queue.length > 0) this.#waiting.set(account, queue);
    resolve?.(this.#take());
  }
}
