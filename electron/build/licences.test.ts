import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from './build.ts';
import { writeLicences } from './licences.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'reprise-licences-'));
});
afterEach(() => rm(root, { recursive: true }));

async function put(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

async function written(modules: readonly string[]): Promise<string> {
  await writeLicences(root, root, 'page', modules);
  return readFile(join(root, 'licences/page.txt'), 'utf8');
}

const manifest = (name: string) => JSON.stringify({ name, version: '1.2.3', license: 'MIT' });

describe('the licences of what is bundled', () => {
  it('are those of each package once, with every text that it brings', async () => {
    await put('node_modules/@a/b/package.json', manifest('@a/b'));
    await put('node_modules/@a/b/LICENSE.MIT', 'text of b');
    await put('node_modules/@a/b/CopyrightNotice.txt', 'notice of b');
    await put('node_modules/@a/b/node_modules/c/package.json', manifest('c'));
    await put('node_modules/@a/b/node_modules/c/LICENCE', 'text of c');
    expect(
      await written([
        join(root, 'renderer/main.tsx'),
        join(root, 'node_modules/@a/b/dist/index.js'),
        'node_modules/@a/b/dist/other.js',
        'node_modules/@a/b/node_modules/c/index.js',
      ]),
    ).toBe(
      `@a/b 1.2.3 (MIT)\n\nnotice of b\n\ntext of b\n\n${'='.repeat(72)}\n\nc 1.2.3 (MIT)\n\ntext of c\n`,
    );
  });

  it('are not left out where a package brings none', async () => {
    await put('node_modules/bare/package.json', '{ "name": "bare", "version": "1.0.0" }');
    await expect(written(['node_modules/bare/index.js'])).rejects.toThrow(
      'The package bare brings no licence text.',
    );
  });

  it('are known for what bundlers add of their own', async () => {
    await writeLicences(ROOT, root, 'page', ['\0vite/preload-helper.js', '\0rolldown/runtime.js']);
    const text = await readFile(join(root, 'licences/page.txt'), 'utf8');
    expect(text).toMatch(/^rolldown \d[^]*^vite \d/m);
  });
});
