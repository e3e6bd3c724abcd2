import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
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
});
