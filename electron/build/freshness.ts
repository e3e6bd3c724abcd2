/** Tells whether something built is older than what it was built from, by contents, not by dates. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders of sources never hold these; a folder that does is not looked into. */
const NOT_SOURCES = new Set(['node_modules', 'dist']);

/** A hash over names and contents of the files and folders `sources`, tests left out. */
export async function fingerprint(root: string, sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources) {
    for (const path of await filesOf(root, source)) {
      hash.update(`${path}\0`).update(await readFile(join(root, path)));
    }
  }
  return hash.digest('hex');
}

async function filesOf(root: string, path: string): Promise<string[]> {
  if ((await stat(join(root, path))).isFile()) return [path];
  const entries = await readdir(join(root, path), { withFileTypes: true });
  const paths: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (NOT_SOURCES.has(entry.name) || /\.test\.tsx?$/.test(entry.name)) continue;
    const below = `${path}/${entry.name}`;
    if (entry.isDirectory()) paths.push(...(await filesOf(root, below)));
    else if (entry.isFile()) paths.push(below);
  }
  return paths;
}
