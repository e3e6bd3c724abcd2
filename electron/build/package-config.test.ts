import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Arch, build, Platform, type Configuration } from 'electron-builder';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleShell } from './build.ts';
import { readArchive, type Archive } from './testing/archive.ts';
import { packageConfig } from './package-config.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What stands before the fuses in Electron's program. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
/** In the order that they have there, as Electron is published with them: 1 is on. */
const PUBLISHED = {
  RunAsNode: '1',
  EnableCookieEncryption: '0',
  EnableNodeOptionsEnvironmentVariable: '1',
  EnableNodeCliInspectArguments: '1',
  EnableEmbeddedAsarIntegrityValidation: '0',
  OnlyLoadAppFromAsar: '0',
  LoadBrowserProcessSpecificV8Snapshot: '0',
  GrantFileProtocolExtraPrivileges: '1',
};
const FUSES = Object.keys(PUBLISHED);

let folder: string;
let unpacked: string;
let program: string;
let archive: Archive;

/** A project like this one, and a program in Electron's place that has nothing but its fuses. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-package-'));
  const files: readonly (readonly [string, string])[] = [
    ['electron/version', '45.5.0'],
    ['electron/locales/en-US.pak', ''],
    ['electron/resources/empty', ''],
    ['electron/LICENSE', 'Electron’s licence'],
    ['electron/LICENSES.chromium.html', 'Chromium’s licences'],
    ['electron/electron', `x${SENTINEL}\u0001\u0008${Object.values(PUBLISHED).join('')}x`],
    ['project/dist/renderer/index.html', '<!doctype html>'],
    ['project/dist/renderer/assets/main-1.js', 'run()'],
    ['project/dist/renderer/assets/main-1.js.map', '{}'],
    ['project/dist/renderer.stamp', ''],
    ['project/dist/licences/page.txt', 'react 1.0.0 (MIT)'],
    ['project/renderer/main.tsx', ''],
    ['project/.env', 'SECRET=1'],
  ];
  for (const [path, content] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  const project = join(folder, 'project');
  await cp(join(ROOT, 'package.json'), join(project, 'package.json'));
  await cp(join(ROOT, 'electron/build'), join(project, 'electron/build'), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(project, 'node_modules'));
  await bundleShell(ROOT, join(project, 'dist'));
  await pack({});
  unpacked = join(project, 'dist/packages/linux-unpacked');
  program = await readFile(join(unpacked, 'reprise'), 'latin1');
  archive = readArchive(await readFile(join(unpacked, 'resources/app.asar')));
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

/** Lets electron-builder go as far as it gets without fetching anything: the unpacked program. */
async function pack(change: Configuration): Promise<void> {
  await build({
    projectDir: join(folder, 'project'),
    config: { ...packageConfig(join(folder, 'electron')), ...change },
    targets: new Map([[Platform.LINUX, new Map([[Arch.x64, ['dir']]])]]),
    publish: 'never',
  });
}

const text = (path: string) => readFile(join(unpacked, path), 'utf8');

describe('the packaged program', () => {
  it('has its fuses set so that nobody borrows it, and it runs what was packed', () => {
    const wire = program.split(SENTINEL)[1]?.slice(2) ?? '';
    expect(Object.fromEntries(FUSES.map((name, index) => [name, wire[index]]))).toEqual({
      RunAsNode: '0',
      EnableCookieEncryption: '1',
      EnableNodeOptionsEnvironmentVariable: '0',
      EnableNodeCliInspectArguments: '0',
      EnableEmbeddedAsarIntegrityValidation: '1',
      OnlyLoadAppFromAsar: '1',
      LoadBrowserProcessSpecificV8Snapshot: '0',
      GrantFileProtocolExtraPrivileges: '0',
    });
  });

  it('holds the bundles and the page, and nothing else: no source, no map, no module', () => {
    expect([...archive.files.keys()].sort()).toEqual([
      'dist/renderer/assets/main-1.js',
      'dist/renderer/index.html',
      'dist/shell/authorities-process.cjs',
      'dist/shell/client-lab-worker.cjs',
      'dist/shell/history-worker.cjs',
      'dist/shell/main.cjs',
      'dist/shell/preload.cjs',
      'dist/shell/your-client-worker.cjs',
      'package.json',
    ]);
  });

  it('finds its entry, and its threads beside it, in the archive with their hashes', () => {
    const manifest = JSON.parse(archive.read('package.json')) as object;
    expect(manifest).toMatchObject({ name: 'reprise', main: 'dist/shell/main.cjs' });
    expect(manifest).not.toHaveProperty('scripts');
    for (const name of [
      'main.cjs',
      'history-worker.cjs',
      'authorities-process.cjs',
      'preload.cjs',
      'your-client-worker.cjs',
      'client-lab-worker.cjs',
    ]) {
      const file = archive.files.get(`dist/shell/${name}`);
      expect(file).toMatchObject({ integrity: { algorithm: 'SHA256' } });
      expect(file?.unpacked).toBeUndefined();
    }
    const main = archive.read('dist/shell/main.cjs');
    expect(main).toContain('history-worker.cjs');
    expect(main).toContain('your-client-worker.cjs');
    expect(main).toContain('client-lab-worker.cjs');
    expect(main).toContain('authorities-process.cjs');
  });

  it('brings the licence of everything that is in it: page, program, Electron and Chromium', async () => {
    expect(await text('LICENSE.electron.txt')).toBe('Electron’s licence');
    expect(await text('LICENSES.chromium.html')).toBe('Chromium’s licences');
    expect(await text('resources/licences/page.txt')).toBe('react 1.0.0 (MIT)');
    const licences = await text('resources/licences/program.txt');
    // What a line of a bundle names as where it comes from, see esbuild's comments.
    const main = archive.read('dist/shell/main.cjs');
    const bundled = [...main.matchAll(/^\/\/ (node_modules\/.*)$/gm)].map(
      ([, path = '']) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1],
    );
    const names = new Set([...bundled, 'esbuild']);
    expect(names.size).toBeGreaterThan(20);
    for (const name of names) expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'));
    expect(licences.match(/Permission is hereby granted/g)?.length).toBeGreaterThan(20);
  });

  it('comes as AppImage, deb, dmg and nsis, and is published nowhere', () => {
    expect(packageConfig('')).toMatchObject({
      linux: { target: ['AppImage', 'deb'], executableArgs: [] },
      mac: { target: ['dmg'], hardenedRuntime: true },
      win: { target: ['nsis'] },
      publish: null,
    });
  });

  it('has an icon as large as macOS wants it', async () => {
    const icon = await readFile(join(ROOT, 'electron/build/icon.png'));
    // IHDR: width and height.
    expect([icon.readUInt32BE(16), icon.readUInt32BE(20)]).toEqual([1024, 1024]);
  });
});

describe('the configuration', () => {
  it('is checked by electron-builder: what it does not know is an error', async () => {
    const nonsense = { win: { target: ['nsis'], sandbox: false } } as Configuration;
    await expect(pack(nonsense)).rejects.toThrow('does not match the API schema');
  });
});
