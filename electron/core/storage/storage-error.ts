import { RepriseError } from '../../../shared/errors.ts';

/** Why the file system refused, and what a person can do about it, by its error code. */
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
};

/**
 * The error for something (`what`, such as `Your accounts`) that could not be written to `path`:
 * the reason, and what to do.
 */
export function storageError(what: string, path: string, cause: unknown): RepriseError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const reason = REASONS[code] ?? `the disk refused it${code === '' ? '' : ` (${code})`}`;
  return new RepriseError(
    'storage',
    `${what} could not be saved in ${path}: ${reason}, then try again. Nothing was changed.`,
    { cause },
  );
}
