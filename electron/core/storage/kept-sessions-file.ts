/** Where the sessions that outlive the program lie: one file of the data folder, mode 0600. */
import { lstat, readFile, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { RepriseError } from '../../../shared/errors.ts';
import { isErrno, removeUnfinished, syncFolder, writeAtomically } from './files.ts';
import { isOpenToOthers, lookAtFile, UnusableFile } from './own-file.ts';
import type { KeptFile, Taken } from '../tls/index.ts';

/** In the data folder. */
export const KEPT_SESSIONS_FILE = 'kept-sessions.bin';

/** Several times what is ever written: more is not ours, and is not read into memory. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** @param unlinkFile removes a file; tests have it fail, which root cannot be made to see */
export function keptSessionsFile(dataDir: string, unlinkFile = unlink): KeptFile {
  const path = join(dataDir, KEPT_SESSIONS_FILE);
  const unlinkAll = async (): Promise<void> => {
    await removeUnfinished(path);
    try {
      await unlinkFile(path);
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'ENOTDIR')) return;
      // A folder is nothing of ours, and holds nothing of ours.
      if (await isFolder(path)) return;
      throw error;
    }
    await syncFolder(dirname(path));
  };
  return {
    path,
    remove: async () => {
      try {
        await unlinkAll();
      } catch (cause) {
        throw new RepriseError(
          'storage',
          `${path} still holds sessions, encrypted, that are not to be kept: it can be neither written nor removed. Delete this file.`,
          { cause },
        );
      }
    },
    write: (content) => writeAtomically(path, content),
    take: async () => {
      const found = await read(path);
      try {
        await unlinkAll();
      } catch (error) {
        // What stays there could be used a second time.
        return { kind: 'unusable', why: `it cannot be removed (${codeOf(error)})` };
      }
      return found;
    },
  };
}

/** Tells this machine from another one that has a copy of the data folder. */
export async function machineName(): Promise<string> {
  // Only systemd has an id; the others are told apart by their names.
  const id = await readFile('/etc/machine-id', 'latin1').catch(() => '');
  return `${id.trim()} ${hostname()}`;
}

async function read(path: string): Promise<Taken> {
  try {
    const found = lookAtFile(path);
    if (found === null) return { kind: 'nothing' };
    if (found.size > MAX_FILE_BYTES) return { kind: 'unusable', why: 'it is too large' };
    if (isOpenToOthers(found)) {
      return { kind: 'unusable', why: 'other users could read or change it' };
    }
    return { kind: 'content', content: await readFile(path) };
  } catch (error) {
    if (error instanceof UnusableFile) return { kind: 'unusable', why: `it is ${error.what}` };
    // Without a folder there is no file either.
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return { kind: 'nothing' };
    return { kind: 'unusable', why: `it cannot be read (${codeOf(error)})` };
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => null);
  return found?.isDirectory() ?? false;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
