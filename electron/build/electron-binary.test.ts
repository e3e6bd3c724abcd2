import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { electronEnvironment, electronPackageFolder, findElectron } from './electron-binary.ts';

let folder: string;
const notes: string[] = [];
const note = (line: string) => notes.push(line);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-electron-'));
  notes.length = 0;
});
afterEach(() => rm(folder, { recursive: true }));

/** Puts a program in Electron's place that ends with `code` when it is asked for its version. */
async function install(code: number) {
  await mkdir(join(folder, 'dist'));
  await writeFile(join(folder, 'path.txt'), 'electron');
  await writeFile(join(folder, 'dist', 'electron'), `#!/bin/sh\nexit ${code}\n`);
  await chmod(join(folder, 'dist', 'electron'), 0o755);
}

describe('finding Electron', () => {
  it('takes the program that is there', async () => {
    await install(0);
    expect(await findElectron(folder, note)).toEqual({
      kind: 'found',
      path: join(folder, 'dist', 'electron'),
    });
  });

  it('fetches it by the package’s own script where it is missing', async () => {
    await writeFile(
      join(folder, 'install.js'),
      `const fs = require('node:fs');
       fs.mkdirSync(__dirname + '/dist');
       fs.writeFileSync(__dirname + '/dist/electron', '#!/bin/sh\\nexit 0\\n', { mode: 0o755 });
       fs.writeFileSync(__dirname + '/path.txt', 'electron');`,
    );
    expect(await findElectron(folder, note)).toMatchObject({ kind: 'found' });
  });

  it('says so, and only so, where it cannot be fetched', async () => {
    await writeFile(join(folder, 'install.js'), 'throw new Error("no network")');
    expect(await findElectron(folder, note)).toEqual({
      kind: 'missing',
      why: 'Electron could not be downloaded',
    });
    expect(notes).toEqual([]);
  });

  it('says so where the fetch ended well but brought nothing', async () => {
    await writeFile(join(folder, 'install.js'), '');
    expect(await findElectron(folder, note)).toMatchObject({
      why: 'Electron could not be downloaded',
    });
  });

  it('says so where the program does not start', async () => {
    await install(127);
    expect(await findElectron(folder, note)).toEqual({
      kind: 'missing',
      why: 'Electron does not start on this machine',
    });
  });

  it('says so where the package is not installed', async () => {
    expect(await findElectron(null, note)).toMatchObject({ why: 'Electron is not installed' });
  });

  it('knows where the package lies', () => {
    expect(electronPackageFolder()).toMatch(/node_modules.electron$/);
  });

  it('never starts it as a plain Node', () => {
    expect(electronEnvironment({ ELECTRON_RUN_AS_NODE: '1', PATH: '/bin' })).toEqual({
      PATH: '/bin',
    });
  });
});
