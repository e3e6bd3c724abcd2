/** What is shown of many connections is bounded at both ends: as it is told, and as it is kept. */
import type { Clock, Timer } from '../clock.ts';

/** Rows that are shown, the latest. */
const MOST_ROWS = 1000;
/** At most one digest in this time: whatever comes, it costs whoever shows it no more. */
const DIGEST_EVERY_MS = 200;

interface Numbered {
  /** Counted from 1. */
  readonly number: number;
}

/** Tells what is new, at a pace that does not rise with what there is to tell. */
export class Digests<Row extends Numbered> {
  readonly #clock: Clock;
  readonly #tell: (rows: readonly Row[]) => Promise<void>;
  /** By number, the latest change last. */
  readonly #changed = new Map<number, Row>();
  /** Something is new that no row tells. */
  #isNoted = false;
  #timer: Timer | null = null;
  #underWay: Promise<void> | null = null;
  #latest = 0;

  /** @param tell takes the rows that are new or say more; the next ones wait until it is done */
  constructor(clock: Clock, tell: (rows: readonly Row[]) => Promise<void>) {
    this.#clock = clock;
    this.#tell = tell;
  }

  add(row: Row): void {
    this.#latest = Math.max(this.#latest, row.number);
    this.#changed.set(row.number, row);
    if (this.#changed.size > 2 * MOST_ROWS) this.#dropEarlier();
    this.#schedule();
  }

  /** Something is new that is in no row. */
  note(): void {
    this.#isNoted = true;
    this.#schedule();
  }

  /** Tells the rest. */
  async end(): Promise<void> {
    this.#timer?.cancel();
    await this.#underWay;
    this.#timer?.cancel();
    if (this.#hasNews) await this.#send();
    this.#timer?.cancel();
  }

  get #hasNews(): boolean {
    return this.#isNoted || this.#changed.size > 0;
  }

  #schedule(): void {
    if (this.#timer !== null || this.#underWay !== null) return;
    this.#timer = this.#clock.after(DIGEST_EVERY_MS, () => {
      this.#timer = null;
      void this.#send();
    });
  }

  async #send(): Promise<void> {
    this.#dropEarlier();
    const rows = [...this.#changed.values()].toSorted((a, b) => a.number - b.number);
    this.#changed.clear();
    this.#isNoted = false;
    this.#underWay = this.#tell(rows);
    await this.#underWay;
    this.#underWay = null;
    if (this.#hasNews) this.#schedule();
  }

  #dropEarlier(): void {
    for (const number of this.#changed.keys())
      if (number <= this.#latest - MOST_ROWS) this.#changed.delete(number);
  }
}

/** Keeps the latest rows where they are shown, whatever comes. */
export class ShownRows<Row extends Numbered> {
  readonly #put: (row: Row) => void;
  readonly #remove: (number: number) => void;
  #earliest = 1;
  #latest = 0;

  constructor(put: (row: Row) => void, remove: (number: number) => void) {
    this.#put = put;
    this.#remove = remove;
  }

  /** @param rows in the order of their numbers */
  take(rows: readonly Row[]): void {
    for (const row of rows) this.#put(row);
    this.#latest = Math.max(this.#latest, rows.at(-1)?.number ?? 0);
    this.#dropUntil(this.#latest - MOST_ROWS);
  }

  clear(): void {
    this.#dropUntil(this.#latest);
  }

  #dropUntil(last: number): void {
    for (let number = this.#earliest; number <= last; number += 1) this.#remove(number);
    this.#earliest = Math.max(this.#earliest, last + 1);
  }
}
