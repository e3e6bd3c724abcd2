import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder with those above it that are missing; one that exists is left as it is.
 *
 * Node's own recursive mkdir never returns where the system says ENOENT below a folder that exists,
 * as in /proc (Node 24.21), so this goes up and down once.
 *
 * @throws the system's error, such as EACCES, ENOENT or ENOTDIR
 */
export function makeFolder(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path) throw error;
    makeFolder(parent, mode);
    // The parent is there now: whatever this says is so.
    makeSingle(path, mode);
  }
}

function makeSingle(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
