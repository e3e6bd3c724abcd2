/** Where the host keeps accounts and settings. */
import { randomUUID } from 'node:crypto';
import type { PathLike } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { RepriseError } from '../../shared/errors.ts';
import { lockFolder, makeFolder } from '../core/storage/index.ts';

/** The parts of the environment that say where a user's files belong. */
export interface UserFolders {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** The usual place: the XDG base directory on Linux and the like, the system's own elsewhere. */
export function defaultDataFolder({ platform, env, home }: UserFolders): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'reprise-host');
  if (platform === 'win32') {
    return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'reprise-host');
  }
  // The specification says that a relative path in XDG_DATA_HOME is to be ignored.
  const base = env['XDG_DATA_HOME'];
  const isUsable = base !== undefined && isAbsolute(base);
  return join(isUsable ? base : join(home, '.local', 'share'), 'reprise');
}

/** A folder to work in. */
export interface DataFolder {
  readonly path: string;
  /** Lets another Reprise have it; one that was made for this run alone is removed. */
  release(): Promise<void>;
}

/**
 * The folder of `dataDir`, or the usual one; for a demo, which keeps nothing, a temporary one.
 * It exists, can be written and is nobody else's afterwards.
 *
 * @throws RepriseError `storage` where it cannot, or where another Reprise uses it
 */
export async function openDataFolder(dataDir: string | null, demo: boolean): Promise<DataFolder> {
  if (dataDir === null && demo) {
    const path = await mkdtemp(join(tmpdir(), 'reprise-demo-'));
    return { path, release: () => rm(path, { recursive: true, force: true }) };
  }
  const path = resolve(
    dataDir ?? defaultDataFolder({ platform: process.platform, env: process.env, home: homedir() }),
  );
  try {
    makeFolder(path, 0o700);
    await tryToWrite(join(path, `.write-test-${randomUUID()}`));
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new RepriseError(
      'storage',
      `The data folder ${path} cannot be written (${code}). ` +
        'Choose another one with --data-dir DIR, or make this one writable.',
      { cause },
    );
  }
  const lock = lockFolder(path);
  return {
    path,
    release: () => {
      lock[Symbol.dispose]();
      return Promise.resolve();
    },
  };
}

/** Permission bits do not tell: file systems are read-only, full, or refuse even root. */
async function tryToWrite(probe: PathLike): Promise<void> {
  // A new file under a name that nobody knew: what a link leads to would be emptied.
  const file = await open(probe, 'wx', 0o600);
  try {
    await file.writeFile('x');
  } finally {
    await file.close();
    await rm(probe);
  }
}
