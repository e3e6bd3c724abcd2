import type { DatabaseSync } from 'node:sqlite';
import type { AliveSpan } from './alive.ts';
import { ALIVE_KEPT_MS, LEVELS, ROWS_KEPT_MS } from './ranges.ts';

/** At once; so few that a write does not have to wait for long. */
const ROWS_AT_ONCE = 5000;
const SUMS_AT_ONCE = 500;
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
  #prunedAt: number | null = null;

  constructor(db: DatabaseSync, maxBytes: number) {
    this.#db = db;
    this.#maxBytes = maxBytes;
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
    if (this.#pruneByAge(now)) this.#prunedAt = now;
  }

  /** What the database takes on the disk, without pages that are free for use. */
  usedBytes(): number {
    const pragma = (name: string): number =>
      Number(this.#db.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
    return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
  }

  /** @returns whether nothing is left to do */
  #pruneByAge(now: number): boolean {
    for (let go = 0; this.#deleteRows((now - ROWS_KEPT_MS) * 1000); go++) {
      if (go === GOES) return false;
    }
    for (const { id, keptMs, kept } of LEVELS) {
      this.#db
        .prepare(
          `DELETE FROM sums WHERE level = :level AND start_at < :before AND start_at NOT IN (
             SELECT start_at FROM sums WHERE level = :level AND account = 0
             ORDER BY start_at DESC LIMIT :kept
           )`,
        )
        .run({ level: id, before: now - keptMs, kept });
    }
    this.#db.prepare('DELETE FROM alive WHERE end_at < ?').run(now - ALIVE_KEPT_MS);
    this.#db.exec(
      'DELETE FROM account WHERE NOT EXISTS (SELECT 1 FROM sums WHERE level = 2 AND account = n)',
    );
    return true;
  }

  #pruneBySize(): void {
    for (let go = 0; go < GOES && this.usedBytes() > this.#maxBytes; go++) {
      // Rows first: the same time takes far less room as sums.
      if (!this.#deleteRows(Number.MAX_SAFE_INTEGER) && !this.#deleteSums()) return;
    }
  }

  /** Deletes some of the oldest rows, older than this id. @returns whether there were any */
  #deleteRows(beforeId: number): boolean {
    const { changes } = this.#db
      .prepare(
        'DELETE FROM handshake WHERE id IN (SELECT id FROM handshake WHERE id < ? ORDER BY id LIMIT ?)',
      )
      .run(beforeId, ROWS_AT_ONCE);
    return changes > 0;
  }

  #deleteSums(): boolean {
    const { changes } = this.#db
      .prepare(
        `DELETE FROM sums WHERE (level, account, start_at) IN (
           SELECT level, account, start_at FROM sums ORDER BY start_at LIMIT ?
         )`,
      )
      .run(SUMS_AT_ONCE);
    return changes > 0;
  }
}
