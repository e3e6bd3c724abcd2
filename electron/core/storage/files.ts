/**
 * Files that are whole at every moment: whoever reads one finds what was there before a write or
 * what was there after it, also when the program or the machine dies in the middle.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, lstatSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Only the user may read what is written here. */
export const FILE_MODE = 0o600;
export const FOLDER_MODE = 0o700;

/** What the name of a file that is being written ends with, after its own name: a UUID, version 4. */
const UNFINISHED = /^\.[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}\.unfinished$/;

/** Stands before the time in the name of a damaged file that was moved away. */
const KEPT_ASIDE = '.corrupt-';

/**
 * Replaces the file at `path`, mode 0600, making its folder with mode 0700 where it is missing.
 * When it resolves, the content is on the disk.
 *
 * @throws the file system's error; the old file is then untouched
 */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(path);
  makeFolder(folder, FOLDER_MODE);
  const unfinished = unfinishedName(path);
  try {
    await writeThrough(unfinished, content);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(folder);
}

/** How the file at `path` is called while it is being written; a new name at each call. */
export function unfinishedName(path: string): string {
  return `${path}.${randomUUID()}.unfinished`;
}

/** Writes a new file and waits until the disk has it. */
async function writeThrough(path: string, content: string | Uint8Array): Promise<void> {
  await using file = await open(path, 'wx', FILE_MODE);
  await file.writeFile(content);
  await file.sync();
}

/** Makes a rename or link in `folder` last; where a folder cannot be synced, that is left out. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open folders, and some network file systems refuse to sync them.
  const handle = await open(folder, 'r').catch(() => null);
  if (handle === null) return;
  await handle.sync().catch(() => undefined);
  await handle.close();
}

/**
 * Removes what writes of `path` left behind when the program was killed in their middle: whole copies
 * of what it held, or of what it was to hold. To be called while nothing writes there; the folder is
 * this program's alone.
 */
export async function removeUnfinished(path: string): Promise<void> {
  const folder = dirname(path);
  const ownName = basename(path);
  // No folder, or one that cannot be read: then there is nothing to tidy.
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(ownName) || !UNFINISHED.test(name.slice(ownName.length))) continue;
    const candidate = join(folder, name);
    // Gone meanwhile, or not ours to remove, as a link or a folder is not: it does no harm.
    const found = await lstat(candidate).catch(() => null);
    if (found?.isFile() === true) await rm(candidate, { force: true }).catch(() => undefined);
  }
}

/**
 * Moves a damaged file to `PATH.corrupt-TIME` (UTC, such as `20261123T195400.123Z`) and returns
 * where it is now. Nothing is ever overwritten: a name that is taken gets a number.
 *
 * @param parts what is added to the name of each file that belongs to it; the first must be there
 * @throws the file system's error; what was not moved is then where it was
 */
export function keepAside(path: string, now: number, parts: readonly string[] = ['']): string {
  const time = new Date(now).toISOString().replaceAll(/[-:]/g, '');
  for (let attempt = 1; ; attempt++) {
    const aside = `${path}${KEPT_ASIDE}${time}${attempt === 1 ? '' : `-${String(attempt)}`}`;
    const taken = new Set<string>();
    try {
      // Taking the names first makes a rename unable to replace somebody else's file.
      for (const part of parts) {
        closeSync(openSync(aside + part, 'wx', FILE_MODE));
        taken.add(part);
      }
      for (const part of parts) {
        const isThere = lstatSync(path + part, { throwIfNoEntry: false }) !== undefined;
        if (part !== parts[0] && !isThere) continue;
        renameSync(path + part, aside + part);
        taken.delete(part);
      }
      return aside;
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
    } finally {
      for (const part of taken) rmSync(aside + part, { force: true });
    }
  }
}

/** Whether a file that {@link keepAside} moved away still lies beside `path`, or cannot be ruled out. */
export async function hasKeptAside(path: string): Promise<boolean> {
  // A folder that cannot be listed may hold one.
  const names = await readdir(dirname(path)).catch(() => null);
  return names?.some((name) => name.startsWith(`${basename(path)}${KEPT_ASIDE}`)) ?? true;
}

/**
 * Makes a folder with those above it that are missing; one that exists is left as it is.
 *
 * Node's own recursive mkdir never returns where the system says ENOENT below a folder that exists,
 * as in /proc (Node 24.21), so this goes up and down once.
 *
 * @throws the system's error, such as EACCES, ENOENT, ENOTDIR, or EEXIST for a file in its place
 */
export function makeFolder(path: string, mode: number): void {
  try {
    makeOne(path, mode);
  } catch (error) {
    const parent = dirname(path);
    if (!isErrno(error, 'ENOENT') || parent === path) throw error;
    makeFolder(parent, mode);
    // The parent is there now: whatever this says is so.
    makeOne(path, mode);
  }
}

function makeOne(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (!isErrno(error, 'EEXIST') || !statSync(path).isDirectory()) throw error;
  }
}

/** Whether `error` is the file system's error of one of these codes. */
export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    codes.includes(error.code)
  );
}
