import type { DatabaseSync } from 'node:sqlite';
import type { HistoryAccount, HistoryQuery } from '../../../../shared/history.ts';
import type { AccountId, OutcomeKind } from '../../../../shared/model.ts';
import { visible } from '../../../../shared/visible.ts';
import type { AliveSpan } from '../alive.ts';
import { KINDS } from '../row.ts';
import { DAY_MS, gridOf, LONGEST_LEVEL, startOf, type Grid } from './ranges.ts';
import { PLACES_IN_A_MS } from './schema.ts';
import { addRow, addSum, emptySum, type Sum } from './sum.ts';
import { ALL_ACCOUNTS, SumsTable } from './sums-table.ts';
import { viewOf, type Buckets, type StoredView } from './view.ts';

/** An attempt of an earlier run, as far as a mark of a strip shows it. */
export interface RecordedMark {
  /** Its number in the database: no other attempt has it. */
  readonly n: number;
  readonly at: number;
  readonly account: AccountId;
  readonly kind: OutcomeKind;
}

/** An account that has no figures has this number, which no account has. */
const NO_ACCOUNT = -1;

/** So many attempts are read one by one for a view; it takes the history's thread some 20 ms. */
const MOST_ROWS = 20_000;
/** Enough for the strips of many accounts, and read in a few ms. */
const MOST_MARKS = 2000;

/** Each handshake counts by its own time. */
const byTime = (timeUs: number): number => timeUs;

/**
 * Answers from the attempts themselves where they are few, and from the sums where there are many:
 * what a view costs does not depend on how many there were.
 */
export class Reader {
  readonly #sums: SumsTable;
  readonly #mostRows: number;
  readonly #rows;
  readonly #latest;
  readonly #account;
  readonly #accountsBetween;
  readonly #alive;
  readonly #first;

  /** @param mostRows how many attempts are read one by one at most */
  constructor(db: DatabaseSync, mostRows = MOST_ROWS) {
    this.#sums = new SumsTable(db);
    this.#mostRows = mostRows;
    this.#rows = db.prepare(`
      SELECT at, kind, tls_us, line, saved_bytes, planned FROM handshake
      WHERE id >= ? AND id < ? AND (? = ${String(ALL_ACCOUNTS)} OR account = ?)
    `);
    this.#latest = db.prepare(`
      SELECT handshake.id AS n, at, kind, account.id AS account
      FROM handshake JOIN account ON account.n = handshake.account
      WHERE handshake.id >= ? AND handshake.id < ?
      ORDER BY handshake.id DESC LIMIT ${String(MOST_MARKS)}
    `);
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
  view(query: HistoryQuery, now: number, keptMs: number): StoredView {
    const grid = gridOf(query.range, now);
    const { fromAt, toAt } = grid;
    const number = this.#numberOf(query.account);
    const exact = this.#exact(number, grid);
    const first = this.#first.get()?.['at'];
    return viewOf(query, now, {
      sums: exact ?? this.#added(number, grid),
      isExact: exact !== null,
      alive: this.#aliveBetween(Math.max(fromAt, now - keptMs), toAt),
      accounts: this.#accountsOf(grid),
      recordedSince: typeof first === 'number' ? Math.max(first, now - keptMs) : null,
      firstAt: this.#firstAt(grid),
    });
  }

  /** The latest attempts of the last 24 hours, oldest first. @throws SQLite's error */
  latest(now: number): RecordedMark[] {
    const rows = this.#latest.all((now - DAY_MS) * PLACES_IN_A_MS, (now + 1) * PLACES_IN_A_MS);
    return rows.toReversed().flatMap((row) => {
      const kind = KINDS[Number(row['kind'])];
      if (kind === undefined) return [];
      const account = row['account'] as AccountId;
      return [{ n: Number(row['n']), at: Number(row['at']), account, kind }];
    });
  }

  /** When the first handshake was, as far as the axis of this grid can show it. */
  #firstAt({ level, fromAt, toAt }: Grid): number | null {
    const hour = this.#sums.first(LONGEST_LEVEL, toAt);
    // Shorter sums are let go of; of the time shortly before the range they are all there.
    if (hour === null || hour + LONGEST_LEVEL.lengthMs <= fromAt) return hour;
    return this.#sums.first(level, toAt);
  }

  /** From the sums. @param account its number */
  #added(account: number, { level, fromAt, toAt, bucketMs }: Grid): Buckets {
    const buckets = new Map<number, Sum>();
    for (const { startAt, sum } of this.#sums.between(level, account, fromAt, toAt)) {
      addSum(bucketOf(buckets, startAt, bucketMs), sum);
    }
    return buckets;
  }

  /**
   * From the attempts themselves, each with its own time.
   *
   * @returns `null` where there are too many, or where some are there as sums only
   */
  #exact(account: number, { level, fromAt, toAt, bucketMs }: Grid): Buckets | null {
    const count = (of: number): number => this.#sums.count(level, of, fromAt, toAt);
    if (count(ALL_ACCOUNTS) > this.#mostRows) return null;
    const buckets = new Map<number, Sum>();
    const [first, end] = [fromAt * PLACES_IN_A_MS, toAt * PLACES_IN_A_MS];
    let found = 0;
    for (const row of this.#rows.iterate(first, end, account, account)) {
      const kind = KINDS[Number(row['kind'])];
      if (kind === undefined) continue;
      found += 1;
      addRow(
        bucketOf(buckets, Number(row['at']), bucketMs),
        {
          kind,
          tlsUs: row['tls_us'] === null ? null : Number(row['tls_us']),
          line: row['line'] === null ? null : Number(row['line']),
          savedBytes: Number(row['saved_bytes']),
          planned: row['planned'] === 1,
        },
        byTime,
      );
    }
    return found === count(account) ? buckets : null;
  }

  #numberOf(account: AccountId | null): number {
    if (account === null) return ALL_ACCOUNTS;
    return Number(this.#account.get(account)?.['n'] ?? NO_ACCOUNT);
  }

  #accountsOf({ level, fromAt, toAt }: Grid): HistoryAccount[] {
    return this.#accountsBetween
      .all(level.id, fromAt, toAt)
      .map((row) => ({ id: row['id'] as AccountId, label: visible(String(row['label'])) }))
      .sort((a, b) => a.label.localeCompare(b.label, 'en', { numeric: true }));
  }

  #aliveBetween(fromAt: number, toAt: number): AliveSpan[] {
    return this.#alive.all(fromAt, toAt).map((row) => ({
      startAt: Math.max(fromAt, Number(row['start_at'])),
      endAt: Number(row['end_at']),
    }));
  }
}

/** The sum of the bucket that `at` is in. */
function bucketOf(buckets: Map<number, Sum>, at: number, bucketMs: number): Sum {
  const startAt = startOf(at, bucketMs);
  const sum = buckets.get(startAt) ?? emptySum();
  buckets.set(startAt, sum);
  return sum;
}
