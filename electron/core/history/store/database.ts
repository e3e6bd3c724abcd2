/** Opens the history's database file, whatever has become of it. */
import { closeSync, openSync, readSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { FILE_MODE, FOLDER_MODE, keepAside, makeFolder } from '../../storage/files.ts';
import { DATABASE_PARTS, lookAtDatabase } from '../../storage/own-file.ts';
import { isDamage, whyNot } from '../../storage/storage-error.ts';
import { ForeignSchemaError, migrate, NewerSchemaError } from './schema.ts';

/** How long another program may hold the file before a write is given up. */
const BUSY_MS = 1000;

/** An open database, and what the user should know about how it was found. */
export interface OpenedDatabase {
  readonly db: DatabaseSync;
  /** It is in memory: what is recorded is gone at the end. */
  readonly inMemory: boolean;
  readonly problem: string | null;
}

/**
 * Opens the database at `path`, or one in memory for `null`. A damaged file is kept aside and a new
 * one begun; where the file cannot be used at all, or is a newer program's, the history is in memory.
 * Never throws for what it finds there.
 */
export function openDatabase(path: string | null, now: number): OpenedDatabase {
  if (path === null) return { db: openInMemory(), inMemory: true, problem: null };
  try {
    return { db: openFile(path), inMemory: false, problem: null };
  } catch (error) {
    if (error instanceof NewerSchemaError) {
      return notKept(
        `The history in ${path} was made by a newer Reprise. Use that one, or another --data-dir. The file is left as it is, and what happens now is forgotten when Reprise ends.`,
      );
    }
    const isOfNoUse = isDamage(error) || error instanceof ForeignSchemaError;
    return isOfNoUse ? beginAnew(path, now) : notKept(cannotOpen(path, error));
  }
}

/** Keeps the damaged file aside, which nobody may have open, and begins a new one. Never throws. */
export function beginAnew(path: string, now: number): OpenedDatabase {
  let aside: string;
  try {
    aside = keepAside(path, now, DATABASE_PARTS);
  } catch {
    // Whatever the file system said: what cannot be moved must not be overwritten.
    return notKept(
      `The history in ${path} is damaged, and the file could not be kept aside. Move it away and start Reprise again; until then the history is forgotten when Reprise ends.`,
    );
  }
  const problem = `The history in ${path} was damaged. The file is kept as ${basename(aside)}, and a new history has begun.`;
  try {
    return { db: openFile(path), inMemory: false, problem };
  } catch (error) {
    return notKept(cannotOpen(path, error));
  }
}

/** What the file at `path` takes, together with what SQLite keeps beside it; 0 where there is none. */
export async function sizeOnDisk(path: string): Promise<number> {
  const sizes = DATABASE_PARTS.map(async (suffix) => {
    // Not there, or gone meanwhile.
    const found = await lstat(path + suffix).catch(() => null);
    return found?.size ?? 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

function openFile(path: string): DatabaseSync {
  makeFolder(dirname(path), FOLDER_MODE);
  // SQLite would make it readable for everyone; its companions take the mode of the file. Where
  // the file may not be written, it may still be read.
  if (lookAtDatabase(path) === null) closeSync(openSync(path, 'wx', FILE_MODE));
  else if (!looksRight(path)) throw new DamageError();
  const db = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA journal_size_limit = 4194304;
    `);
    const check = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (check !== 'ok') throw new DamageError();
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** What a database file begins with, see https://sqlite.org/fileformat.html. */
const MAGIC = 'SQLite format 3\0';

/**
 * Whether SQLite may have a go at the file. Otherwise it would throw away the log beside it, where
 * the latest handshakes may be.
 */
function looksRight(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const begin = Buffer.alloc(MAGIC.length);
    const length = readSync(file, begin);
    return length === 0 || begin.toString('latin1') === MAGIC;
  } finally {
    closeSync(file);
  }
}

/** Found by a check; with the number that SQLite gives damage that it meets by itself. */
class DamageError extends Error {
  override readonly name = 'DamageError';
  readonly errcode = 11;
}

function openInMemory(): DatabaseSync {
  const db = new DatabaseSync(':memory:');
  migrate(db);
  return db;
}

function notKept(problem: string): OpenedDatabase {
  return { db: openInMemory(), inMemory: true, problem };
}

function cannotOpen(path: string, error: unknown): string {
  return `The history in ${path} cannot be used: ${whyNot(error)}, then start Reprise again. Until then the history is forgotten when Reprise ends.`;
}
