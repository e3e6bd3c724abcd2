import type { DatabaseSync } from 'node:sqlite';
import type {
  HistoryAccount,
  HistoryFigures,
  HistoryQuery,
  HistoryView,
} from '../../../shared/history.ts';
import type { AccountId } from '../../../shared/model.ts';
import { aliveWithin, type AliveSpan } from './alive.ts';
import { exactTimes, ExactTimesReader, type Times } from './exact-times.ts';
import { gridOf, type Grid } from './ranges.ts';
import { addSum, emptySum, figuresOf, type Sum } from './sum.ts';
import { ALL_ACCOUNTS, SumsTable, type StoredSum } from './sums-table.ts';

/** A view as the database knows it. */
export type StoredView = Omit<HistoryView, 'notRecorded'>;

/** An account that has no figures has this number, which no account has. */
const NO_ACCOUNT = -1;

/** Answers from the sums: what a view costs does not depend on how many handshakes there were. */
export class Reader {
  readonly #sums: SumsTable;
  readonly #exact: ExactTimesReader;
  readonly #account;
  readonly #accountsBetween;
  readonly #alive;
  readonly #first;

  constructor(db: DatabaseSync) {
    this.#sums = new SumsTable(db);
    this.#exact = new ExactTimesReader(db);
    this.#account = db.prepare('SELECT n FROM account WHERE id = ?');
    this.#accountsBetween = db.prepare(`
      SELECT id, label FROM account WHERE EXISTS (
        SELECT 1 FROM sums
        WHERE level = ? AND account = account.n AND start_at >= ? AND start_at < ?
      )
    `);
    this.#alive = db.prepare(
      'SELECT start_at, end_at FROM alive WHERE end_at > ? AND start_at < ? ORDER BY start_at',
    );
    this.#first = db.prepare('SELECT min(start_at) AS at FROM alive');
  }

  /**
   * The figures of a range that ends now.
   *
   * @param keptMs what is older is not known any more, though the program was running then
   * @throws SQLite's error
   */
  view({ range, account }: HistoryQuery, now: number, keptMs: number): StoredView {
    const grid = gridOf(range, now);
    const number = this.#numberOf(account);
    const total = emptySum();
    const sums = new Map<number, Sum>();
    for (const { startAt, sum } of this.#sumsOf(number, grid)) {
      const bucket = Math.floor((startAt - grid.fromAt) / grid.bucketMs);
      const known = sums.get(bucket);
      if (known === undefined) sums.set(bucket, sum);
      else addSum(known, sum);
      addSum(total, sum);
    }
    const spans = this.#aliveBetween(Math.max(grid.fromAt, now - keptMs), grid.toAt);
    const exact = this.#exact.read(grid, number, total);
    const buckets = Array.from({ length: grid.buckets }, (_, index) => {
      const startAt = grid.fromAt + index * grid.bucketMs;
      const sum = sums.get(index);
      const aliveMs = aliveWithin(spans, startAt, startAt + grid.bucketMs);
      return {
        ...withTimes(figuresOf(sum ?? emptySum()), exact?.buckets.get(index)),
        startAt,
        lengthMs: grid.bucketMs,
        aliveMs,
        // The last one is that of the moment in which this runs.
        isGap: sum === undefined && aliveMs === 0 && index < grid.buckets - 1,
      };
    });
    const first = this.#first.get()?.['at'];
    return {
      range,
      account,
      at: now,
      fromAt: grid.fromAt,
      toAt: grid.toAt,
      bucketMs: grid.bucketMs,
      buckets,
      totals: withTimes(figuresOf(total), exact?.total),
      timesAreExact: exact !== null,
      accounts: this.#accountsOf(grid),
      recordedSince: typeof first === 'number' ? Math.max(first, now - keptMs) : null,
    };
  }

  #numberOf(account: AccountId | null): number {
    if (account === null) return ALL_ACCOUNTS;
    return Number(this.#account.get(account)?.['n'] ?? NO_ACCOUNT);
  }

  #sumsOf(account: number, { level, fromAt, toAt }: Grid): StoredSum[] {
    return this.#sums.between(level, account, fromAt, toAt);
  }

  #accountsOf({ level, fromAt, toAt }: Grid): HistoryAccount[] {
    return this.#accountsBetween
      .all(level.id, fromAt, toAt)
      .map((row) => ({ id: row['id'] as AccountId, label: String(row['label']) }))
      .sort((a, b) => a.label.localeCompare(b.label, 'en', { numeric: true }));
  }

  #aliveBetween(fromAt: number, toAt: number): AliveSpan[] {
    return this.#alive.all(fromAt, toAt).map((row) => ({
      startAt: Math.max(fromAt, Number(row['start_at'])),
      endAt: Number(row['end_at']),
    }));
  }
}

/** The figures with exact times where they are known. */
function withTimes(figures: HistoryFigures, times: Times | undefined): HistoryFigures {
  if (times === undefined) return figures;
  return {
    ...figures,
    resumedTimes: exactTimes(times.resumed),
    fullTimes: exactTimes(times.full),
  };
}
