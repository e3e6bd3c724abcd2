import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultDataFolder, openDataFolder } from './data-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-folder-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the usual data folder', () => {
  const home = '/home/ada';
  it.each([
    { platform: 'linux', env: {}, expected: '/home/ada/.local/share/reprise' },
    { platform: 'linux', env: { XDG_DATA_HOME: '/data' }, expected: '/data/reprise' },
    {
      platform: 'linux',
      env: { XDG_DATA_HOME: 'data' },
      expected: '/home/ada/.local/share/reprise',
    },
    { platform: 'linux', env: { XDG_DATA_HOME: '' }, expected: '/home/ada/.local/share/reprise' },
    {
      platform: 'darwin',
      env: { XDG_DATA_HOME: '/data' },
      expected: '/home/ada/Library/Application Support/reprise-host',
    },
    { platform: 'win32', env: { LOCALAPPDATA: '/local' }, expected: '/local/reprise-host' },
  ] as const)('is $expected on $platform with $env', ({ platform, env, expected }) => {
    expect(defaultDataFolder({ platform, env, home })).toBe(expected);
  });
});

describe('opening a data folder', () => {
  it('makes it for this user alone, leaves nothing but its lock in it, and keeps it', async () => {
    const opened = await openDataFolder(join(folder, 'a', 'b'), false);
    expect(opened.path).toBe(join(folder, 'a', 'b'));
    expect((await stat(opened.path)).mode & 0o777).toBe(0o700);
    expect(await readdir(opened.path)).toEqual(['reprise.lock']);
    await opened.release();
    expect(await readdir(opened.path)).toEqual(['reprise.lock']);
  });

  it('writes through no link that somebody planted where it tries the folder', async () => {
    const victim = join(folder, 'victim');
    await writeFile(victim, 'of somebody');
    const data = join(folder, 'data');
    await mkdir(data);
    await symlink(victim, join(data, `.write-test-${process.pid}`));
    const opened = await openDataFolder(data, false);
    expect(await readFile(victim, 'utf8')).toBe('of somebody');
    await opened.release();
  });

  it('gives it to one Reprise at a time', async () => {
    const first = await openDataFolder(folder, false);
    await expect(openDataFolder(folder, false)).rejects.toThrow(
      `Reprise is already running with the data folder ${folder}. ` +
        'Use its window, stop it, or choose another folder with --data-dir DIR.',
    );
    await first.release();
    const next = await openDataFolder(folder, false);
    await next.release();
  });

  it('gives a demo a folder of its own that is gone afterwards', async () => {
    const opened = await openDataFolder(null, true);
    expect((await stat(opened.path)).mode & 0o777).toBe(0o700);
    await writeFile(join(opened.path, 'x'), '');
    await opened.release();
    await expect(stat(opened.path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.each([
    ['below a file', () => join(folder, 'file', 'below'), 'ENOTDIR'],
    ['in the place of a file', () => join(folder, 'file'), 'EEXIST'],
    ['where nobody can write, not even root', () => '/proc', 'ENOENT'],
  ])('says what to do about one %s', async (_, path, code) => {
    await writeFile(join(folder, 'file'), '');
    await expect(openDataFolder(path(), false)).rejects.toThrow(
      `The data folder ${path()} cannot be written (${code}). ` +
        'Choose another one with --data-dir DIR, or make this one writable.',
    );
  });
});
