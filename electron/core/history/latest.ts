import type { DatabaseSync } from 'node:sqlite';
import type { AccountId, OutcomeKind } from '../../../shared/model.ts';
import { DAY_MS } from './ranges.ts';
import { KIND_CODES } from './row.ts';

/** A handshake of an earlier run, as far as a mark of a strip shows it. */
export interface RecordedMark {
  /** Its number in the database: no other handshake has it. */
  readonly n: number;
  readonly at: number;
  readonly account: AccountId;
  readonly kind: OutcomeKind;
}

/** Enough for the strips of many accounts, and read in a few ms. */
const MAX_MARKS = 2000;

const KINDS = new Map(
  Object.entries(KIND_CODES).map(([kind, code]) => [code, kind as OutcomeKind]),
);

/** Reads the latest handshakes one by one; views are made of sums. */
export class LatestReader {
  readonly #latest;

  constructor(db: DatabaseSync) {
    this.#latest = db.prepare(`
      SELECT handshake.id AS n, at, kind, account.id AS account
      FROM handshake JOIN account ON account.n = handshake.account
      WHERE handshake.id >= ? AND handshake.id < ?
      ORDER BY handshake.id DESC LIMIT ${String(MAX_MARKS)}
    `);
  }

  /** Of the last 24 hours, oldest first, {@link MAX_MARKS} at most. @throws SQLite's error */
  read(now: number): RecordedMark[] {
    // Ids begin with the time in ms, see the schema.
    const rows = this.#latest.all((now - DAY_MS) * 1000, (now + 1) * 1000);
    return rows.toReversed().flatMap((row) => {
      const kind = KINDS.get(Number(row['kind']));
      return kind === undefined
        ? []
        : [
            {
              n: Number(row['n']),
              at: Number(row['at']),
              account: row['account'] as AccountId,
              kind,
            },
          ];
    });
  }
}
