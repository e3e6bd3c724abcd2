import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

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
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) throw error;
    makeFolder(parent, mode);
    // The parent is there now: whatever this says is so.
    makeOne(path, mode);
  }
}

function makeOne(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST';
    if (!exists || !statSync(path).isDirectory()) throw error;
  }
}
