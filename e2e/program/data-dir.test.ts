/** `npm start -- --data-dir DIR` opens Electron with that folder; a small program stands in for it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildPart, RENDERER, SHELL } from '../../electron/build/build.ts';
import { REPOSITORY } from '../fixtures/program/repository.ts';

/** Electron does not run as root. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** Takes the lock of its folder, as the shell does, and says so. */
const ELECTRON = `#!${process.execPath}
import { mkdirSync } from 'node:fs';
if (process.argv.includes('--version')) process.exit(0);
const folder = process.argv.find((it) => it.startsWith('--data-dir='))?.slice('--data-dir='.length);
const { lockFolder } = await import(process.argv[2] + '/electron/core/storage/folder-lock.ts');
mkdirSync(folder, { recursive: true });
lockFolder(folder);
process.stdout.write('Electron has ' + folder + '\\n');
`;

/** The project, with a program in Electron's place, and what is built from it as if it were. */
let project: string;
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'reprise-project-'));
  for (const name of ['electron', 'renderer', 'shared', 'package.json', 'package-lock.json']) {
    await cp(join(REPOSITORY, name), join(project, name), { recursive: true });
  }
  const packages = join(REPOSITORY, 'node_modules');
  const electron = join(project, 'node_modules/electron');
  await mkdir(join(electron, 'dist'), { recursive: true });
  for (const name of await readdir(packages)) {
    if (name !== 'electron') await symlink(join(packages, name), join(electron, '..', name));
  }
  await writeFile(join(electron, 'package.json'), '{ "name": "electron" }');
  await writeFile(join(electron, 'path.txt'), 'electron.mjs');
  await writeFile(join(electron, 'dist/electron.mjs'), ELECTRON);
  await chmod(join(electron, 'dist/electron.mjs'), 0o755);
  for (const part of [RENDERER, SHELL]) {
    await buildPart(project, { ...part, build: () => Promise.resolve() });
  }
  await chmod(project, 0o755);
});
afterAll(() => rm(project, { recursive: true }));

it.skipIf(process.platform === 'win32')(
  'the folder is the one that was named, and nobody else holds its lock',
  async () => {
    const data = await mkdtemp(join(tmpdir(), 'reprise-data-'));
    await chmod(data, 0o777);
    const start = spawn(
      process.execPath,
      ['electron/cli/start.ts', 'start', '--data-dir', join(data, 'mine')],
      { cwd: project, env: { ...process.env, DISPLAY: ':0' }, ...NOBODY },
    );
    const [output, errors, [code]] = await Promise.all([
      text(start.stdout),
      text(start.stderr),
      once(start, 'exit'),
    ]);
    expect(errors).toBe('');
    expect(output).toBe(`Electron has ${join(data, 'mine')}\n`);
    expect(code).toBe(0);
    await rm(data, { recursive: true });
  },
);
