import type { DatabaseSync } from 'node:sqlite';
import type { AliveSpan } from '../alive.ts';
import type { Measurement } from '../measures.ts';
import { KINDS, type AttemptRow } from '../row.ts';
import { MeasuredTable } from './measured-table.ts';
import { LEVELS, startOf, type Level } from './ranges.ts';
import { PLACES_IN_A_MS } from './schema.ts';
import { addRow, emptySum, type Sum } from './sum.ts';
import { ALL_ACCOUNTS, SumsTable } from './sums-table.ts';

/** What is written at once: all of it, or nothing. */
export interface Batch {
  readonly rows: readonly AttemptRow[];
  /** Spans of life that have ended since the last batch, and then the one that is under way. */
  readonly alive: readonly AliveSpan[];
  readonly measured: readonly Measurement[];
  /** The time of day. */
  readonly now: number;
}

/** Adds up a batch before it is stored: few sums change, however many rows there are. */
type Pending = Map<string, { level: Level; account: number; startAt: number; sum: Sum }>;

/** Writes batches: each handshake as a row, and added to the sums that it belongs to. */
export class Writer {
  readonly #db: DatabaseSync;
  readonly #sums: SumsTable;
  readonly #lastPlace;
  readonly #insert;
  readonly #findAccount;
  readonly #putAccount;
  readonly #findWord;
  readonly #putWord;
  readonly #putAlive;
  readonly #measured;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#measured = new MeasuredTable(db);
    this.#sums = new SumsTable(db);
    this.#lastPlace = db.prepare(
      'SELECT id FROM handshake WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT 1',
    );
    this.#insert = db.prepare(`
      INSERT INTO handshake (id, account, kind, detail, protocol, tls_us, total_ms, sent_bytes,
                             received_bytes, line, saved_bytes, planned)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    `);
    this.#findAccount = db.prepare('SELECT n, label FROM account WHERE id = ?');
    this.#putAccount = db.prepare(`
      INSERT INTO account (id, label) VALUES (?, ?)
      ON CONFLICT (id) DO UPDATE SET label = excluded.label RETURNING n
    `);
    this.#findWord = db.prepare('SELECT n FROM word WHERE word = ?');
    this.#putWord = db.prepare('INSERT INTO word (word) VALUES (?) RETURNING n');
    this.#putAlive = db.prepare(`
      INSERT INTO alive (start_at, end_at) VALUES (?, ?)
      ON CONFLICT (start_at) DO UPDATE SET end_at = max(end_at, excluded.end_at)
    `);
  }

  /** @throws SQLite's error; then nothing of the batch was written */
  write({ rows, alive, measured, now }: Batch): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const pending: Pending = new Map();
      for (const row of rows) this.#writeRow(row, pending);
      for (const { level, account, startAt, sum } of pending.values()) {
        this.#sums.add(level, account, startAt, sum);
      }
      for (const { startAt, endAt } of alive) this.#putAlive.run(startAt, endAt);
      this.#measured.add(measured, now);
      this.#db.exec('COMMIT');
    } catch (error) {
      // Some errors have ended the transaction already.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  #writeRow(row: AttemptRow, pending: Pending): void {
    const account = this.#accountNumber(row);
    const id = this.#freePlace(Math.floor(row.at));
    this.#insert.run(
      id,
      account,
      KINDS.indexOf(row.kind),
      this.#wordNumber(row.detail),
      this.#wordNumber(row.protocol),
      row.tlsUs,
      row.totalMs,
      row.sentBytes,
      row.receivedBytes,
      row.line,
      row.savedBytes,
      row.planned ? 1 : 0,
    );
    // As it was stored, so that sums and rows never differ.
    const at = Math.floor(id / PLACES_IN_A_MS);
    for (const level of LEVELS) {
      const startAt = startOf(at, level.lengthMs);
      for (const number of [account, ALL_ACCOUNTS]) {
        const key = `${String(level.id)} ${String(number)} ${String(startAt)}`;
        const known = pending.get(key);
        const sum = known?.sum ?? emptySum();
        if (known === undefined) pending.set(key, { level, account: number, startAt, sum });
        addRow(sum, row);
      }
    }
  }

  #freePlace(at: number): number {
    const first = at * PLACES_IN_A_MS;
    const last = this.#lastPlace.get(first, first + PLACES_IN_A_MS)?.['id'];
    if (last === undefined) return first;
    const next = Number(last) + 1;
    return next < first + PLACES_IN_A_MS ? next : this.#freePlace(at + 1);
  }

  #accountNumber({ account, label }: AttemptRow): number {
    const known = this.#findAccount.get(account);
    if (known?.['label'] === label) return Number(known['n']);
    return Number(this.#putAccount.get(account, label)?.['n']);
  }

  #wordNumber(word: string | null): number | null {
    if (word === null) return null;
    const known = this.#findWord.get(word) ?? this.#putWord.get(word);
    return Number(known?.['n']);
  }
}
