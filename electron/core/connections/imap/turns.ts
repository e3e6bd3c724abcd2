/**
 * Shares the event loop out among all connections. imapflow works off whatever it is given without
 * letting anything else have its turn: 64 kB of short lines are half a second, and every other
 * connection that has as much comes right after it. So it is given a little at a time, whoever it
 * comes from, with a rest in between in which calls are answered.
 */

/** Of all connections, between two rests: some 20 ms of work. */
const ATOMS_A_TURN = 5_000;
const REST_MS = 10;

interface Waiting {
  readonly atoms: number;
  readonly go: () => void;
}

export class Turns {
  #left = ATOMS_A_TURN;
  #isResting = false;
  readonly #waiting: Waiting[] = [];

  /**
   * Asks to hand on so many atoms.
   *
   * @returns `null` where that may be now; otherwise resolves in a later turn, in the order in which
   *   it was asked for
   */
  enter(atoms: number): Promise<void> | null {
    if (this.#waiting.length === 0 && this.#left > 0) {
      this.#take(atoms);
      return null;
    }
    return new Promise((go) => {
      this.#waiting.push({ atoms, go });
    });
  }

  #take(atoms: number): void {
    this.#left -= atoms;
    if (this.#isResting) return;
    this.#isResting = true;
    setTimeout(() => {
      this.#begin();
    }, REST_MS);
  }

  #begin(): void {
    this.#isResting = false;
    this.#left = ATOMS_A_TURN;
    while (this.#left > 0) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#take(next.atoms);
      next.go();
    }
  }
}
