import type { DatabaseSync } from 'node:sqlite';
import type { AliveSpan } from '../alive.ts';
import {
  DAY_MS,
  DEFAULT_KEPT_DAYS,
  LEVELS,
  LONGEST_LEVEL,
  ROWS_KEPT_MS,
  startOf,
} from './ranges.ts';
import { MeasuredTable } from './measured-table.ts';
import { PLACES_IN_A_MS } from './schema.ts';

/** At once; so few that a write does not have to wait for long. */
const AT_ONCE = 5000;
/** The same where the oldest have to be looked for. */
const OLDEST_AT_ONCE = 500;
/** In one go; what is left is for the next. */
const GOES = 10;

/** Age is looked after this often. */
const EVERY_MS = 3_600_000;

/**
 * The program has to have lived this long without a jump of the clock before its time is taken
 * for true: a machine that starts with a wrong date must not cost the history.
 */
const STEADY_MS = 600_000;

/** Lets go of what is too old, and of the oldest where there is too much. */
export class Pruner {
  readonly #db: DatabaseSync;
  readonly #maxBytes: number;
  #keptMs: number;
  readonly #measured;
  #prunedAt: number | null = null;

  constructor(db: DatabaseSync, maxBytes: number, keptDays = DEFAULT_KEPT_DAYS) {
    this.#db = db;
    this.#maxBytes = maxBytes;
    this.#measured = new MeasuredTable(db);
    this.#keptMs = keptDays * DAY_MS;
  }

  /** Keeps so many days from the next pruning on. */
  keep(days: number): void {
    this.#keptMs = days * DAY_MS;
  }

  /**
   * Does a bounded part of what is due.
   *
   * @param alive the span of life that is under way; nothing is too old without one
   * @throws SQLite's error
   */
  prune(alive: AliveSpan | null): void {
    this.#pruneBySize();
    if (alive === null) return;
    const now = alive.endAt;
    const sinceMs = this.#prunedAt === null ? EVERY_MS : Math.abs(now - this.#prunedAt);
    if (sinceMs < EVERY_MS || now - alive.startAt < STEADY_MS) return;
    if (this.pruneByAge(now)) this.#prunedAt = now;
  }

  /**
   * Does a bounded part of what is due by age, whether or not `now` is to be trusted: for a user who
   * was asked.
   *
   * @returns whether nothing is left to do
   * @throws SQLite's error
   */
  pruneByAge(now: number): boolean {
    // Whole sums, so that those and the rows beneath them go together.
    const oldest = startOf(now - this.#keptMs, LONGEST_LEVEL.lengthMs);
    const oldestRow = Math.max(oldest, now - ROWS_KEPT_MS);
    const isDone =
      this.#inGoes(() => this.#deleteRows(oldestRow)) &&
      this.#inGoes(() => this.#deleteSums('WHERE start_at < ?', oldest, AT_ONCE));
    if (!isDone) return false;
    for (const { id, keptMs, kept } of LEVELS) {
      if (keptMs === Infinity) continue;
      this.#db
        .prepare(
          `DELETE FROM sums WHERE level = :level AND start_at < :before AND start_at NOT IN (
             SELECT start_at FROM sums WHERE level = :level AND account = 0
             ORDER BY start_at DESC LIMIT :kept
           )`,
        )
        .run({ level: id, before: now - keptMs, kept });
    }
    this.#db.prepare('DELETE FROM alive WHERE end_at < ?').run(oldest);
    this.#measured.prune(oldest);
    this.#db.exec(
      'DELETE FROM account WHERE NOT EXISTS (SELECT 1 FROM sums WHERE level = 2 AND account = n)',
    );
    return true;
  }

  /** What the database takes on the disk, without pages that are free for use. */
  usedBytes(): number {
    const pragma = (name: string): number =>
      Number(this.#db.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
    return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
  }

  #pruneBySize(): void {
    this.#inGoes(
      () =>
        this.usedBytes() > this.#maxBytes &&
        // Rows first: the same time takes far less room as sums.
        (this.#deleteRows(Infinity) ||
          this.#deleteSums('WHERE start_at < ? ORDER BY start_at', Infinity, OLDEST_AT_ONCE)),
    );
  }

  /** @param go does a part; whether there was anything to do. @returns whether nothing is left */
  #inGoes(go: () => boolean): boolean {
    for (let goes = 0; goes < GOES; goes++) if (!go()) return true;
    return false;
  }

  /** Deletes some of the oldest rows. @returns whether there were any */
  #deleteRows(beforeAt: number): boolean {
    const { changes } = this.#db
      .prepare(
        'DELETE FROM handshake WHERE id IN (SELECT id FROM handshake WHERE id < ? ORDER BY id LIMIT ?)',
      )
      .run(beforeAt * PLACES_IN_A_MS, AT_ONCE);
    return changes > 0;
  }

  /** Deletes some of the sums. @returns whether there were any */
  #deleteSums(which: string, beforeAt: number, atOnce: number): boolean {
    const { changes } = this.#db
      .prepare(
        `DELETE FROM sums WHERE (level, account, start_at) IN (
           SELECT level, account, start_at FROM sums ${which} LIMIT ?
         )`,
      )
      .run(beforeAt, atOnce);
    return changes > 0;
  }
}
