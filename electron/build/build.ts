/**
 * Builds what both shells need into `dist/`: the page by Vite, Electron's parts by esbuild. What is
 * older than its sources, by contents and not by dates, is stale.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';
import { writeLicences } from './licences.ts';

/** The folder of `package.json`. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Folders of sources never hold these; a folder that does is not looked into. */
const NOT_SOURCES = new Set(['node_modules', 'dist']);

/** One part of the build, and what it is made from. */
interface Part {
  readonly name: 'renderer' | 'shell';
  readonly sources: readonly string[];
  readonly build: (root: string) => Promise<void>;
}

/** The page. */
export const RENDERER: Part = {
  name: 'renderer',
  sources: ['renderer', 'shared', 'electron/build', 'package-lock.json'],
  build: async (root) => {
    const { build } = await import('vite');
    // Whoever asks for it: under a test runner it would be React's development version.
    const { NODE_ENV } = process.env;
    process.env['NODE_ENV'] = 'production';
    try {
      const built = await build({ root: join(root, 'renderer'), logLevel: 'warn' });
      const modules = 'output' in built ? built.output.flatMap(modulesOf) : [];
      await writeLicences(root, join(root, 'dist'), 'page', modules);
    } finally {
      if (NODE_ENV === undefined) delete process.env['NODE_ENV'];
      else process.env['NODE_ENV'] = NODE_ENV;
    }
  },
};

/** The modules in one file of the page. */
function modulesOf(file: object): readonly string[] {
  return 'moduleIds' in file ? (file.moduleIds as string[]) : [];
}

/** Electron's main program, the history's thread, the reader of authorities and the preload. */
export const SHELL: Part = {
  name: 'shell',
  sources: ['electron/core', 'electron/build', 'electron/shell', 'shared', 'package-lock.json'],
  build: (root) => bundleShell(root, join(root, 'dist')),
};

/** Bundles Electron's programs into `shell` of `dist`, with the licences of what is in them. */
export async function bundleShell(root: string, dist: string): Promise<void> {
  const { build } = await import('esbuild');
  const folder = join(dist, 'shell');
  const common: BuildOptions = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    // Electron 45 is Node 24.
    target: 'node24',
    external: ['electron'],
    sourcemap: true,
    metafile: true,
    logLevel: 'warning',
  };
  const program: BuildOptions = {
    ...common,
    // A CommonJS file does not know its URL by itself; the engine looks for its thread beside it.
    define: { 'import.meta.url': 'fileUrl' },
    banner: { js: "const fileUrl = require('node:url').pathToFileURL(__filename).href;" },
  };
  const built = await Promise.all([
    build({
      ...program,
      entryPoints: ['electron/shell/main.ts'],
      outfile: join(folder, 'main.cjs'),
    }),
    build({
      ...program,
      entryPoints: ['electron/core/history/worker.ts'],
      outfile: join(folder, 'history-worker.cjs'),
    }),
    build({
      ...program,
      entryPoints: ['electron/core/your-client/worker.ts'],
      outfile: join(folder, 'your-client-worker.cjs'),
    }),
    build({
      ...program,
      entryPoints: ['electron/core/your-client/lab/worker.ts'],
      outfile: join(folder, 'client-lab-worker.cjs'),
    }),
    build({
      ...common,
      entryPoints: ['electron/core/accounts/authorities-process.ts'],
      outfile: join(folder, 'authorities-process.cjs'),
    }),
    // A sandboxed preload can load Electron and nothing else: it has to be one file.
    build({
      ...common,
      entryPoints: ['electron/shell/preload.ts'],
      outfile: join(folder, 'preload.cjs'),
    }),
  ]);
  const modules = built.flatMap(({ metafile }) => Object.keys(metafile?.inputs ?? {}));
  await writeLicences(root, dist, 'program', [...modules, '<runtime>']);
}

/** Builds `part`, whether it is stale or not. */
export async function buildPart(root: string, part: Part): Promise<void> {
  // Taken before: what changes during the build is stale afterwards.
  const print = await fingerprint(root, part.sources);
  await part.build(root);
  const stamp = stampOf(root, part);
  await mkdir(dirname(stamp), { recursive: true });
  await writeFile(stamp, print);
}

/** Builds `part` if anything that it is made from has changed. @returns whether it had to */
export async function buildIfStale(root: string, part: Part): Promise<boolean> {
  if ((await readStamp(root, part)) === (await fingerprint(root, part.sources))) return false;
  await buildPart(root, part);
  return true;
}

function stampOf(root: string, part: Part): string {
  return join(root, 'dist', `${part.name}.stamp`);
}

async function readStamp(root: string, part: Part): Promise<string | null> {
  try {
    return await readFile(stampOf(root, part), 'utf8');
  } catch {
    // Never built.
    return null;
  }
}

/** A hash over names and contents of the files and folders `sources`, tests left out. */
async function fingerprint(root: string, sources: readonly string[]): Promise<string> {
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

/** The version of this program. */
export async function readVersion(): Promise<string> {
  const text = await readFile(join(ROOT, 'package.json'), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
