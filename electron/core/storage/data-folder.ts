/** The folder that everything lies in: this user's alone, and this program's. */
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { RepriseError } from '../../../shared/errors.ts';
import { FILE_MODE, FOLDER_MODE, isErrno, makeFolder } from './files.ts';
import { LOCK_FILE, lockFolder } from './folder-lock.ts';
import { isAnothers, isOpenToOthers } from './own-file.ts';
import { whyNot } from './storage-error.ts';

const WRITE_TEST = '.write-test';

/** Another rule holds for it: what others could read is not used, and goes. */
const KEPT_SESSIONS = 'kept-sessions.bin';

/** What lies in a data folder; each may be there with an ending as well, such as `-wal`. */
const OUR_NAMES = [
  'accounts.json',
  'settings.json',
  'preferences.json',
  'secrets.json',
  'proxy-passwords.json',
  'oauth-clients.json',
  'secrets.key',
  KEPT_SESSIONS,
  'history.sqlite',
  'open-dashboard.html',
  'lab-ca',
  LOCK_FILE,
  WRITE_TEST,
] as const;

/** A folder that was taken, until it is disposed. */
export interface TakenFolder extends Disposable {
  /** Sentences on what was open to other users until now. */
  readonly repaired: readonly string[];
}

/** Where a folder comes from. */
export interface FolderOrigin {
  /**
   * It is nobody else's by its name. Any other one, such as `/tmp`, is closed to other users only where
   * nothing of theirs can be in it.
   */
  readonly isForReprise: boolean;
}

/**
 * Makes the folder, where it is not there, and closes it to other users.
 *
 * @returns a sentence where it was open to them
 * @throws RepriseError `storage` where it is another user's, or open and not ours to close
 */
export function makeDataFolder(path: string, origin: FolderOrigin): string | null {
  return orSay(path, () => {
    makeFolder(path, FOLDER_MODE);
    const found = statSync(path);
    if (isAnothers(found)) {
      throw new RepriseError(
        'storage',
        `The data folder ${path} belongs to another user of this machine (${String(found.uid)}), who can change what is in it. Choose one of your own with --data-dir DIR.`,
      );
    }
    if (!isOpenToOthers(found)) return null;
    const others = origin.isForReprise ? undefined : readdirSync(path).find((it) => !isOurs(it));
    if (others !== undefined) {
      throw new RepriseError(
        'storage',
        `The data folder ${path} is open to other users of this machine, and not Reprise’s alone: ${others} is in it. Choose a folder for Reprise with --data-dir DIR, or close this one to others (mode 0700).`,
      );
    }
    closeToOthers(path, FOLDER_MODE);
    return `The data folder ${path} was open to other users of this machine. It is for you alone now.`;
  });
}

/**
 * Makes the folder for this user and program alone, with all that is in it, until that is given back.
 *
 * @throws RepriseError `storage` where it cannot be used, or where another Reprise uses it
 */
export function takeDataFolder(path: string, origin: FolderOrigin): TakenFolder {
  const folder = makeDataFolder(path, origin);
  orSay(path, () => {
    tryToWrite(join(path, `${WRITE_TEST}-${randomUUID()}`));
  });
  const lock = lockFolder(path);
  try {
    const files = orSay(path, () => closeFiles(path));
    return {
      repaired: [folder, files].filter((sentence) => sentence !== null),
      [Symbol.dispose]: () => {
        lock[Symbol.dispose]();
      },
    };
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

function isOurs(name: string): boolean {
  return OUR_NAMES.some(
    (ours) => name.startsWith(ours) && /^$|^[-.]/.test(name.slice(ours.length)),
  );
}

/** Closes the files to others. What is no file of this user's is told of by who opens it. */
function closeFiles(folder: string): string | null {
  const closed = readdirSync(folder).filter((name) => {
    if (!isOurs(name) || name === KEPT_SESSIONS) return false;
    const path = join(folder, name);
    const found = lstatSync(path);
    if (!found.isFile() || isAnothers(found) || !isOpenToOthers(found)) return false;
    closeToOthers(path, FILE_MODE);
    return true;
  });
  if (closed.length === 0) return null;
  return `Files in the data folder ${folder} were open to other users of this machine: ${closed.join(', ')}. They are for you alone now. If you do not trust these users, look through your accounts and change your mail passwords.`;
}

/** @throws RepriseError `storage` where it stays open: not every file system has permissions */
function closeToOthers(path: string, mode: number): void {
  try {
    chmodSync(path, mode);
    if (!isOpenToOthers(statSync(path))) return;
  } catch (error) {
    if (!isErrno(error, 'EPERM', 'ENOTSUP')) throw error;
  }
  throw new RepriseError(
    'storage',
    `${path} is open to other users of this machine, and that could not be changed. Make it yours alone (mode ${mode === FOLDER_MODE ? '0700' : '0600'}), or choose another folder with --data-dir DIR, on a disk that knows permissions.`,
  );
}

/** Permission bits do not tell: file systems are read-only, full, or refuse even root. */
function tryToWrite(path: string): void {
  // A new file under a name that nobody knew: what a link leads to would be emptied.
  const file = openSync(path, 'wx', FILE_MODE);
  try {
    writeSync(file, 'x');
  } finally {
    closeSync(file);
    rmSync(path);
  }
}

/** Does it, and has words for what the file system says. */
function orSay<Result>(folder: string, step: () => Result): Result {
  try {
    return step();
  } catch (cause) {
    if (cause instanceof RepriseError) throw cause;
    throw new RepriseError(
      'storage',
      `The data folder ${folder} cannot be used: ${whyNot(cause)}.`,
      {
        cause,
      },
    );
  }
}
