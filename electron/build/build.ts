/** Builds what both shells need into `dist/`: the page by Vite, Electron's parts by esbuild. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { fingerprint } from './freshness.ts';

/** One part of the build, and what it is made from. */
interface Part {
  readonly name: 'renderer' | 'shell';
  readonly sources: readonly string[];
  readonly build: (root: string) => Promise<void>;
}

/** The page. */
export const RENDERER: Part = {
  name: 'renderer',
  sources: ['renderer', 'shared', 'package-lock.json'],
  build: async (root) => {
    const { build } = await import('vite');
    await build({ root: join(root, 'renderer'), logLevel: 'warn' });
  },
};

/** Electron's main program, the history's thread and the preload. */
export const SHELL: Part = {
  name: 'shell',
  sources: [
    'electron/core',
    'electron/build',
    'electron/shell',
    'electron/build/build.ts',
    'shared',
    'package-lock.json',
  ],
  build: (root) => bundleShell(root, join(root, 'dist', 'shell')),
};

/** Bundles Electron's programs into `folder`. */
export async function bundleShell(root: string, folder: string): Promise<void> {
  const { build } = await import('esbuild');
  const common: BuildOptions = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    // Electron 45 is Node 24.
    target: 'node24',
    external: ['electron'],
    sourcemap: true,
    logLevel: 'warning',
  };
  const program: BuildOptions = {
    ...common,
    // A CommonJS file does not know its URL by itself; the engine looks for its thread beside it.
    define: { 'import.meta.url': 'fileUrl' },
    banner: { js: "const fileUrl = require('node:url').pathToFileURL(__filename).href;" },
  };
  await Promise.all([
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
    // A sandboxed preload can load Electron and nothing else: it has to be one file.
    build({
      ...common,
      entryPoints: ['electron/shell/preload.ts'],
      outfile: join(folder, 'preload.cjs'),
    }),
  ]);
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
