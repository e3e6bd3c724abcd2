import { DatabaseSync } from 'node:sqlite';

/** Attempts of one ms that are told apart by their ids; one more goes to the next ms. */
export const PLACES_IN_A_MS = 1000;

/**
 * Step `i` takes a database of version `i` to version `i + 1`; an empty one is of version 0. Steps
 * are only ever added.
 *
 * - `handshake.id` is the time in ms, times 1000, plus a number among those of the same ms: rows lie
 *   in the order of time without an index of their own. Two million of them take 80 MB.
 * - `line` numbers handshakes that cost alike; `sums.lines` counts the resumed ones of each, and
 *   `measured` has what they took lately. What was saved in time is no column: it follows from these,
 *   and changes as more is measured. Version 1 had an estimate of another kind.
 * - `planned` is 1 for a connection in the place of one that ended with its access token, and their
 *   number in `sums`. Before version 3 there were none.
 * - `sums.account` 0 is all accounts together, so that no view depends on how many there are.
 */
const STEPS: readonly string[] = [
  `
  CREATE TABLE account (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL
  ) STRICT;
  CREATE TABLE word (
    n INTEGER PRIMARY KEY,
    word TEXT NOT NULL UNIQUE
  ) STRICT;
  CREATE TABLE handshake (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    detail INTEGER,
    protocol INTEGER,
    tls_us INTEGER,
    total_ms INTEGER,
    sent_bytes INTEGER,
    received_bytes INTEGER,
    saved_us INTEGER NOT NULL,
    saved_bytes INTEGER NOT NULL,
    at INTEGER GENERATED ALWAYS AS (id / 1000) VIRTUAL
  ) STRICT;
  CREATE TABLE sums (
    level INTEGER NOT NULL,
    account INTEGER NOT NULL,
    start_at INTEGER NOT NULL,
    resumed INTEGER NOT NULL,
    full INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    off INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    saved_us INTEGER NOT NULL,
    saved_bytes INTEGER NOT NULL,
    resumed_times BLOB,
    full_times BLOB,
    PRIMARY KEY (level, account, start_at)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE alive (
    start_at INTEGER PRIMARY KEY,
    end_at INTEGER NOT NULL
  ) STRICT;
  `,
  `
  ALTER TABLE handshake DROP COLUMN saved_us;
  ALTER TABLE handshake ADD COLUMN line INTEGER;
  ALTER TABLE sums DROP COLUMN saved_us;
  ALTER TABLE sums ADD COLUMN lines BLOB;
  CREATE TABLE measured (
    line INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    latest TEXT NOT NULL
  ) STRICT;
  `,
  `
  ALTER TABLE handshake ADD COLUMN planned INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE sums ADD COLUMN planned INTEGER NOT NULL DEFAULT 0;
  `,
];

/** The database was made by a program that knows more than this one. */
export class NewerSchemaError extends Error {
  override readonly name = 'NewerSchemaError';
}

/** The database is of this version and does not hold what that one made, or not as it made it. */
export class ForeignSchemaError extends Error {
  override readonly name = 'ForeignSchemaError';
}

/**
 * Brings the database to the present version, in one transaction.
 *
 * @throws {NewerSchemaError} for a version from the future
 * @throws {ForeignSchemaError} where somebody else has changed what is in it, or made it
 * @throws SQLite's error for what is no database, and what the disk refuses
 */
export function migrate(db: DatabaseSync, steps = STEPS): void {
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (version > steps.length) throw new NewerSchemaError(`version ${String(version)}`);
  expectSchema(db, steps.slice(0, version));
  if (version === steps.length) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    for (const step of steps.slice(version)) db.exec(step);
    db.exec(`PRAGMA user_version = ${String(steps.length)}; COMMIT`);
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

/** Compares it with what `steps` make of an empty one; what somebody has added stays. */
function expectSchema(db: DatabaseSync, steps: readonly string[]): void {
  using model = new DatabaseSync(':memory:');
  for (const step of steps) model.exec(step);
  const expected = objectsOf(model);
  const found = objectsOf(db);
  const changed = [...expected].find(([name, sql]) => found.get(name) !== sql);
  if (changed !== undefined) throw new ForeignSchemaError(`${changed[0]} is not as it was made`);
  // An empty one is of version 0: whoever made these did not say so.
  if (steps.length === 0 && found.size > 0) throw new ForeignSchemaError('tables of no version');
}

/** By name, the SQL that made each table and index; `null` for those that SQLite makes by itself. */
function objectsOf(db: DatabaseSync): ReadonlyMap<string, string | null> {
  const rows = db.prepare('SELECT name, sql FROM sqlite_schema').all();
  return new Map(rows.map(({ name, sql }) => [String(name), sql === null ? null : String(sql)]));
}
