/** Why the disk refused and what to do about it, whether the file system says so or SQLite. */
import { RepriseError } from '../../../shared/errors.ts';
import { UnusableFile } from './own-file.ts';

/** By the file system's codes; each stands after a colon and before a full stop or comma. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'you may not write there. Change its permissions, or start Reprise with --data-dir',
  EPERM: 'you may not write there. Change its permissions, or start Reprise with --data-dir',
  EROFS: 'it is on a read-only disk. Start Reprise with --data-dir and another folder',
  ENOSPC: 'the disk is full. Free some space',
  EDQUOT: 'your disk quota is used up. Free some space',
  ENOTDIR: 'a part of this path is a file, not a folder. Start Reprise with --data-dir',
  EEXIST: 'a file is in the place of the folder. Start Reprise with --data-dir',
  EISDIR: 'a folder is in the place of the file. Move it away',
  ENOENT: 'this folder cannot be made. Start Reprise with --data-dir and another folder',
  ENAMETOOLONG: 'this path is too long. Start Reprise with --data-dir and a shorter one',
  EMFILE: 'too many files are open. Close some programs',
  ENFILE: 'too many files are open. Close some programs',
  EIO: 'the disk reports an error. Check the disk',
  EBUSY: 'another program is using the file. Close it',
  // SQLite's primary result codes, https://sqlite.org/rescode.html: BUSY, LOCKED, READONLY, IOERR,
  // FULL and CANTOPEN.
  5: 'another program keeps the file locked. Close it',
  6: 'another program keeps the file locked. Close it',
  8: 'the file or its folder is read-only. Change its permissions',
  10: 'the disk reports an error. Check the disk',
  13: 'the disk is full. Free some space',
  14: 'the file cannot be opened. Check the permissions of its folder',
};

/** Why the disk refused, and what to do. */
export function whyNot(error: unknown): string {
  if (error instanceof UnusableFile) return `${error.message} Move that away`;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const shown = code === '' ? '' : ` (${code})`;
  return (
    REASONS[sqliteCode(error) ?? code] ??
    `the disk refused it${shown}. Check its permissions and its free space`
  );
}

/**
 * The error for something (`what`, such as `Your accounts`) that could not be written to `path`:
 * the reason, and what to do.
 */
export function storageError(what: string, path: string, cause: unknown): RepriseError {
  return new RepriseError(
    'storage',
    `${what} could not be saved in ${path}: ${whyNot(cause)}, then try again. Nothing was changed.`,
    { cause },
  );
}

/** Another program holds the file. */
export function isBusy(error: unknown): boolean {
  return sqliteCode(error) === 5;
}

/** The file is no database, or no longer one: CORRUPT or NOTADB. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === 11 || code === 26;
}

/** SQLite's primary result code; the rest of the number says which kind of it. */
function sqliteCode(error: unknown): number | null {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : null;
}
