import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { firstLoad, type LoadedScript } from '../fixtures/program/first-load.ts';
import { REPOSITORY } from '../fixtures/program/repository.ts';

/** The largest first load, in bytes after compression. */
const LIMIT = 200_000;
/** What a click opens, by the names of its files. */
const LATER =
  /AccountForm|CertificateDialog|ConnectionDrawer|History|ServerCheck|Sessions|Settings/;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-first-load-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

function kB(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

function sum(scripts: readonly LoadedScript[]): number {
  return scripts.reduce((bytes, { gzippedBytes }) => bytes + gzippedBytes, 0);
}

describe('the first load of the interface', () => {
  it(`is at most ${kB(LIMIT)} of JavaScript, gzipped; what a click opens comes later`, async () => {
    const built = join(folder, 'built');
    // As `npm run build` has it; Vitest's own would build React's development version.
    vi.stubEnv('NODE_ENV', 'production');
    await build({
      root: join(REPOSITORY, 'renderer'),
      logLevel: 'error',
      // Not the folder that the program is served from: others may be using it.
      build: { outDir: built, emptyOutDir: true },
    });
    const scripts = await firstLoad(built);
    const found = scripts.map(({ path, gzippedBytes }) => `${path} ${kB(gzippedBytes)}`).join(', ');
    const measured = `The first load is ${kB(sum(scripts))} of ${kB(LIMIT)}: ${found}`;
    process.stdout.write(`${measured}\n`);
    expect(sum(scripts) > LIMIT ? measured : 'within the limit').toBe('within the limit');
    expect(found).toMatch(/index-/);
    expect(found).not.toMatch(LATER);
  });
});

describe('measuring a first load', () => {
  it('counts what is named and imported, each once, and nothing that is imported later', async () => {
    const page = join(folder, 'page');
    await mkdir(join(page, 'assets'), { recursive: true });
    const files = {
      'index.html': `<link rel="modulepreload" crossorigin href="./assets/hinted.js">
        <script type="module" crossorigin src="./assets/entry.js"></script>`,
      'assets/entry.js': `import './static.js'; export { a } from "./again.js"; import('./later.js');`,
      'assets/static.js': `import { a } from './again.js'; console.log(a);`,
      'assets/again.js': `export const a = "import './text.js'";`,
      'assets/hinted.js': `export default 1;`,
      'assets/later.js': `export default 2;`,
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(page, name), text);
    const scripts = await firstLoad(page);
    expect(scripts.map(({ path }) => path).toSorted()).toEqual([
      'assets/again.js',
      'assets/entry.js',
      'assets/hinted.js',
      'assets/static.js',
    ]);
    expect(scripts.every(({ gzippedBytes }) => gzippedBytes > 20)).toBe(true);
  });
});
