import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseShell, type Circumstances } from './electron.ts';
import { electronEnvironment, electronPackageFolder, findElectron } from './electron.ts';
import { judgeEnd, runElectron } from './electron.ts';

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

const desktop: Circumstances = {
  command: 'start',
  hasBrowserFlags: false,
  platform: 'linux',
  env: { DISPLAY: ':0' },
  isRoot: false,
};

describe('choosing a shell', () => {
  it.each<[string, Partial<Circumstances>]>([
    ['with X11', {}],
    ['with Wayland', { env: { WAYLAND_DISPLAY: 'wayland-0' } }],
    ['on macOS', { platform: 'darwin', env: {} }],
    ['on Windows', { platform: 'win32', env: {} }],
    ['for the demo', { command: 'demo' }],
  ])('takes Electron %s', (_, change) => {
    expect(chooseShell({ ...desktop, ...change })).toEqual({ shell: 'electron' });
  });

  it.each<[string, Partial<Circumstances>]>([
    ['npm run web', { command: 'web' }],
    ['a flag that is about the browser', { hasBrowserFlags: true }],
    ['both, without a display', { command: 'web', hasBrowserFlags: true, env: {} }],
  ])('takes the browser without a word for %s', (_, change) => {
    expect(chooseShell({ ...desktop, ...change })).toEqual({ shell: 'host', why: null });
  });

  it.each<[string, Partial<Circumstances>, string]>([
    ['there is no display', { env: {} }, 'this machine has no display'],
    ['the display is empty', { env: { DISPLAY: '' } }, 'this machine has no display'],
    ['it runs as root', { isRoot: true }, 'Electron does not run safely as root'],
  ])('takes the browser and says why where %s', (_, change, why) => {
    expect(chooseShell({ ...desktop, ...change })).toEqual({ shell: 'host', why });
  });
});

const end = { code: 0, signal: null, wasAsked: false, isQuick: true };

describe('Electron’s end', () => {
  it.each([
    ['it was closed', end, { kind: 'ended', code: 0 }],
    ['it said why it could not go on', { ...end, code: 1 }, { kind: 'ended', code: 1 }],
    ['a library is missing', { ...end, code: 127 }, { kind: 'did-not-start' }],
    [
      'its sandbox is not allowed',
      { ...end, code: null, signal: 'SIGTRAP' as const },
      { kind: 'did-not-start' },
    ],
    [
      'it crashed after a while',
      { ...end, code: null, signal: 'SIGSEGV' as const, isQuick: false },
      { kind: 'ended', code: 1 },
    ],
    [
      'it was stopped early by the user',
      { ...end, code: null, signal: 'SIGTERM' as const, wasAsked: true },
      { kind: 'ended', code: 0 },
    ],
  ])('is understood when %s', (_, facts, expected) => {
    expect(judgeEnd(facts)).toEqual(expected);
  });

  it('is waited for', async () => {
    expect(await runElectron(process.execPath, ['-e', 'process.exit(3)'])).toEqual({
      kind: 'did-not-start',
    });
    expect(await runElectron(process.execPath, ['-e', ''])).toEqual({ kind: 'ended', code: 0 });
    expect(await runElectron('/no/such/program', [])).toEqual({ kind: 'did-not-start' });
  });
});
