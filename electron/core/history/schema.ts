import type { DatabaseSync } from 'node:sqlite';

/**
 * Step `i` takes a database of version `i` to version `i + 1`; an empty one is of version 0. Steps
 * are only ever added.
 *
 * - `handshake.id` is the time in ms, times 1000, plus a number among those of the same ms: rows lie
 *   in the order of time without an index of their own. Two million of them take 80 MB.
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
];

/** The database was made by a program that knows more than this one. */
export class NewerSchemaError extends Error {
  override readonly name = 'NewerSchemaError';
}

/**
 * Brings the database to the present version, in one transaction.
 *
 * @throws {NewerSchemaError} for a version from the future; SQLite's error for what is no database
 */
export function migrate(db: DatabaseSync, steps = STEPS): void {
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (version > steps.length) throw new NewerSchemaError(`version ${String(version)}`);
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
