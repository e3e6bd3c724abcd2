/**
 * Files of ours as they are found. In the place of one may lie anything, put there by whoever could
 * write the folder once: a link leads elsewhere, a pipe is waited for without end, and what belongs to
 * another user changes when they like. So nothing is opened before it was looked at.
 */
import { lstatSync, type Stats } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** Any permission of the group or of others. */
const NOT_ONLY_OWNER = 0o077;

/** A database's file, and what SQLite keeps beside it; they belong together. */
export const DATABASE_PARTS = ['', '-wal', '-shm', '-journal'] as const;

/** What lies in the place of a file of ours is not used. */
export class UnusableFile extends Error {
  override readonly name = 'UnusableFile';
  /** Such as `a link, not a file`, to stand after “it is”. */
  readonly what: string;

  constructor(path: string, what: string) {
    super(`${path} is ${what}.`);
    this.what = what;
  }
}

/**
 * What is known of a file of ours without opening it; `null` where there is none.
 *
 * @throws UnusableFile where it is not a file of this user, and the file system's error
 */
export function lookAtFile(path: string): Stats | null {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return null;
  if (!found.isFile()) throw new UnusableFile(path, `${kindOf(found)}, not a file`);
  if (isAnothers(found)) throw new UnusableFile(path, 'another user’s file');
  return found;
}

/** {@link lookAtFile} for a database, which SQLite opens by its name, with what lies beside it. */
export function lookAtDatabase(path: string): Stats | null {
  const [database] = DATABASE_PARTS.map((suffix) => lookAtFile(path + suffix));
  return database ?? null;
}

/** @throws as {@link lookAtFile} does, and ENOENT where there is none */
export async function readOwnFile(path: string): Promise<Buffer> {
  lookAtFile(path);
  return readFile(path);
}

/** Whether it belongs to somebody else than this user and root; Windows does not tell. */
export function isAnothers({ uid }: Stats): boolean {
  const own = process.geteuid?.();
  return own !== undefined && uid !== own && uid !== 0;
}

/** Whether others may read or change it; Windows has no such bits. */
export function isOpenToOthers({ mode }: Stats): boolean {
  return process.platform !== 'win32' && (mode & NOT_ONLY_OWNER) !== 0;
}

function kindOf(found: Stats): string {
  if (found.isSymbolicLink()) return 'a link';
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a pipe';
  if (found.isSocket()) return 'a socket';
  return 'a device';
}
