import type { DatabaseSync } from 'node:sqlite';
import type { OutcomeKind } from '../../../../shared/model.ts';
import { KINDS } from '../row.ts';
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

const COLUMNS = [...KINDS, 'saved_bytes', 'planned', 'resumed_times', 'full_times', 'lines'].join(
  ', ',
);

/** The sums by level, account and span, in the database. */
export class SumsTable {
  readonly #read;
  readonly #count;
  readonly #first;
  readonly #replace;

  constructor(db: DatabaseSync) {
    const which = 'FROM sums WHERE level = ? AND account = ? AND start_at >= ? AND start_at < ?';
    this.#read = db.prepare(`SELECT start_at, ${COLUMNS} ${which}`);
    this.#count = db.prepare(`SELECT sum(${KINDS.join(' + ')}) AS count ${which}`);
    this.#first = db.prepare(`SELECT min(start_at) AS at ${which}`);
    this.#replace = db.prepare(`
      INSERT OR REPLACE INTO sums (level, account, start_at, ${COLUMNS})
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    `);
  }

  /** The sums of spans that start between the two, oldest first. */
  between(level: Level, account: number, fromAt: number, toAt: number): StoredSum[] {
    return this.#read.all(level.id, account, fromAt, toAt).map((row) => ({
      startAt: Number(row['start_at']),
      sum: {
        counts: Object.fromEntries(
          KINDS.map((kind) => [kind, Number(row[kind])] as const),
        ) as Record<OutcomeKind, number>,
        savedBytes: Number(row['saved_bytes']),
        planned: Number(row['planned']),
        resumedTimes: decodeHistogram(row['resumed_times'] as Uint8Array | null),
        fullTimes: decodeHistogram(row['full_times'] as Uint8Array | null),
        lines: decodeHistogram(row['lines'] as Uint8Array | null),
      },
    }));
  }

  /** How many attempts these are of. */
  count(level: Level, account: number, fromAt: number, toAt: number): number {
    return Number(this.#count.get(level.id, account, fromAt, toAt)?.['count'] ?? 0);
  }

  /** When the earliest span of any account starts, of those that start before `toAt`. */
  first(level: Level, toAt: number): number | null {
    const at = this.#first.get(level.id, ALL_ACCOUNTS, 0, toAt)?.['at'];
    return typeof at === 'number' ? at : null;
  }

  /** Adds to what is stored for that span; `sum` is the whole afterwards. */
  add(level: Level, account: number, startAt: number, sum: Sum): void {
    for (const stored of this.between(level, account, startAt, startAt + 1)) {
      addSum(sum, stored.sum);
    }
    this.#replace.run(
      level.id,
      account,
      startAt,
      ...KINDS.map((kind) => sum.counts[kind]),
      sum.savedBytes,
      sum.planned,
      encodeHistogram(sum.resumedTimes),
      encodeHistogram(sum.fullTimes),
      encodeHistogram(sum.lines),
    );
  }
}
