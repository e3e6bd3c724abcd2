import type { DatabaseSync } from 'node:sqlite';
import { decodeHistogram, encodeHistogram } from './histogram.ts';
import type { Level } from './ranges.ts';
import { addSum, type Sum } from './sum.ts';

/** The account number under which all are added up. */
export const ALL_ACCOUNTS = 0;

/** A sum with the span that it is of. */
export interface StoredSum {
  readonly startAt: number;
  readonly sum: Sum;
}

/** The sums by level, account and span, in the database. */
export class SumsTable {
  readonly #read;
  readonly #replace;

  constructor(db: DatabaseSync) {
    this.#read = db.prepare(`
      SELECT start_at, resumed, full, refused, off, failed, saved_us, saved_bytes,
             resumed_times, full_times
      FROM sums WHERE level = ? AND account = ? AND start_at >= ? AND start_at < ?
    `);
    this.#replace = db.prepare(`
      INSERT OR REPLACE INTO sums (level, account, start_at, resumed, full, refused, off, failed,
                                   saved_us, saved_bytes, resumed_times, full_times)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    `);
  }

  /** The sums of spans that start between the two, oldest first. */
  between(level: Level, account: number, fromAt: number, toAt: number): StoredSum[] {
    return this.#read.all(level.id, account, fromAt, toAt).map((row) => ({
      startAt: Number(row['start_at']),
      sum: {
        counts: {
          resumed: Number(row['resumed']),
          full: Number(row['full']),
          refused: Number(row['refused']),
          off: Number(row['off']),
          failed: Number(row['failed']),
        },
        savedUs: Number(row['saved_us']),
        savedBytes: Number(row['saved_bytes']),
        resumedTimes: decodeHistogram(row['resumed_times'] as Uint8Array | null),
        fullTimes: decodeHistogram(row['full_times'] as Uint8Array | null),
      },
    }));
  }

  /** Adds to what is stored for that span; `sum` is the whole afterwards. */
  add(level: Level, account: number, startAt: number, sum: Sum): void {
    for (const stored of this.between(level, account, startAt, startAt + 1)) {
      addSum(sum, stored.sum);
    }
    const { counts, savedUs, savedBytes } = sum;
    this.#replace.run(
      level.id,
      account,
      startAt,
      counts.resumed,
      counts.full,
      counts.refused,
      counts.off,
      counts.failed,
      savedUs,
      savedBytes,
      encodeHistogram(sum.resumedTimes),
      encodeHistogram(sum.fullTimes),
    );
  }
}
