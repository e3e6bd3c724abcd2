/** Where the host keeps accounts and settings. */
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { takeDataFolder } from '../core/storage/index.ts';

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

/** The folder of `dataDir`, or the usual one. */
export function usualDataFolder(dataDir: string | null): string {
  return resolve(
    dataDir ?? defaultDataFolder({ platform: process.platform, env: process.env, home: homedir() }),
  );
}

/** A folder to work in. */
export interface DataFolder {
  readonly path: string;
  /** Sentences on what was open to other users until now. */
  readonly repaired: readonly string[];
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
    const release = () => rm(path, { recursive: true, force: true });
    return { path, repaired: [], release };
  }
  const path = usualDataFolder(dataDir);
  const taken = takeDataFolder(path, { isForReprise: false });
  return {
    path,
    repaired: taken.repaired,
    release: () => {
      taken[Symbol.dispose]();
      return Promise.resolve();
    },
  };
}
