/**
 * One data folder, one Reprise: each writes its files whole, from what it read at its start, so a
 * second one would undo what the first saved.
 */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { RepriseError } from '../../../shared/errors.ts';
import { FILE_MODE } from './files.ts';
import { lookAtDatabase, UnusableFile } from './own-file.ts';
import { isBusy, isDamage, whyNot } from './storage-error.ts';

/** Empty, and stays in the folder: removing it could take it from under another's lock. */
export const LOCK_FILE = 'reprise.lock';

/**
 * Takes the folder, which exists, for this process alone until the result is disposed.
 *
 * The lock is the system's own, by the one portable way to it that Node has: an SQLite transaction
 * on an empty file. It ends with the process, however that ends, so none is ever left behind by one
 * that was killed, and none is mistaken for a living one's because process ids are used again.
 *
 * @throws RepriseError `storage` where another Reprise has it, or where it cannot be locked
 */
export function lockFolder(folder: string): Disposable {
  const path = join(folder, LOCK_FILE);
  let file: DatabaseSync | null = null;
  try {
    makeFile(path);
    file = new DatabaseSync(path, { timeout: 0 });
    // Nothing is ever written, so there is nothing to keep a journal file for.
    file.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (cause) {
    file?.close();
    throw new RepriseError('storage', explain(folder, cause), { cause });
  }
  const held = file;
  return {
    [Symbol.dispose]: () => {
      if (held.isOpen) held.close();
    },
  };
}

/** SQLite would let other users read it, and whoever can read a file can keep others from locking. */
function makeFile(path: string): void {
  // Never one that exists: to close a file gives up this process's locks on it (POSIX).
  if (lookAtDatabase(path) === null) closeSync(openSync(path, 'wx', FILE_MODE));
}

function explain(folder: string, cause: unknown): string {
  if (isBusy(cause)) {
    return (
      `Reprise is already running with the data folder ${folder}. ` +
      'Use its window, stop it, or choose another folder with --data-dir DIR.'
    );
  }
  if (cause instanceof UnusableFile) {
    return `The data folder ${folder} cannot be locked: ${cause.message} Remove that, or choose another folder with --data-dir DIR.`;
  }
  const why = isDamage(cause) ? `${LOCK_FILE} in it is not of Reprise. Remove it` : whyNot(cause);
  return `The data folder ${folder} cannot be locked: ${why}, or choose another folder with --data-dir DIR.`;
}
