import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readFile,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeDataFolder, takeDataFolder } from './data-folder.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const named = { isForReprise: false };
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

/** A data folder of this mode, with files of these. */
async function folderOf(mode: number, files: Readonly<Record<string, number>> = {}) {
  const folder = await temporaryFolder();
  for (const [name, fileMode] of Object.entries(files)) {
    await writeFile(join(folder.path, name), name);
    await chmod(join(folder.path, name), fileMode);
  }
  await chmod(folder.path, mode);
  return folder;
}

describe.skipIf(process.platform === 'win32')('a data folder', () => {
  it('is made for this user alone, with nothing but its lock in it', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'a', 'b');
    {
      using taken = takeDataFolder(path, named);
      expect(taken.repaired).toEqual([]);
      expect(() => takeDataFolder(path, named)).toThrow('already running');
    }
    expect(await modeOf(path)).toBe(0o700);
    expect(await readdir(path)).toEqual(['reprise.lock']);
    using again = takeDataFolder(path, named);
    expect(again.repaired).toEqual([]);
  });

  it.each([0o755, 0o750, 0o777, 0o1777, 0o711])(
    'of mode %o is closed to other users, once, which is said',
    async (mode) => {
      await using folder = await folderOf(mode, { 'history.sqlite-wal': 0o600 });
      {
        using taken = takeDataFolder(folder.path, named);
        expect(taken.repaired).toEqual([
          `The data folder ${folder.path} was open to other users of this machine. It is for you alone now.`,
        ]);
      }
      expect(await modeOf(folder.path)).toBe(0o700);
      using again = takeDataFolder(folder.path, named);
      expect(again.repaired).toEqual([]);
    },
  );

  it('with more than ours in it stays as it is: a folder of all users is not closed to them', async () => {
    await using folder = await folderOf(0o1777, { 'accounts.json': 0o644, 'of somebody': 0o644 });
    expect(() => takeDataFolder(folder.path, named)).toThrow(
      `The data folder ${folder.path} is open to other users of this machine, and not Reprise’s alone: of somebody is in it. ` +
        'Choose a folder for Reprise with --data-dir DIR, or close this one to others (mode 0700).',
    );
    expect((await stat(folder.path)).mode & 0o7777).toBe(0o1777);
    expect(await modeOf(join(folder.path, 'accounts.json'))).toBe(0o644);
    // Where it is a program's own by its name, other files are the program's as well.
    expect(makeDataFolder(folder.path, { isForReprise: true })).not.toBeNull();
    expect(await modeOf(folder.path)).toBe(0o700);
  });

  it('has its files closed to other users, by name, which is said', async () => {
    await using folder = await folderOf(0o700, {
      'accounts.json': 0o666,
      'accounts.json.corrupt-20261123T195400.123Z': 0o644,
      'accounts.json.old': 0o600,
      'history.sqlite-wal': 0o640,
      'notes.txt': 0o644,
      'secrets.key': 0o604,
    });
    using taken = takeDataFolder(folder.path, named);
    expect(taken.repaired).toEqual([
      `Files in the data folder ${folder.path} were open to other users of this machine: ` +
        'accounts.json, accounts.json.corrupt-20261123T195400.123Z, history.sqlite-wal, secrets.key. ' +
        'They are for you alone now. If you do not trust these users, look through your accounts and change your mail passwords.',
    ]);
    expect(await modeOf(join(folder.path, 'notes.txt'))).toBe(0o644);
    for (const name of ['accounts.json', 'history.sqlite-wal', 'secrets.key']) {
      expect(await modeOf(join(folder.path, name))).toBe(0o600);
    }
  });

  it('changes the mode of nothing that a link leads to', async () => {
    await using folder = await temporaryFolder();
    await using elsewhere = await folderOf(0o700, { file: 0o666 });
    await symlink(join(elsewhere.path, 'file'), join(folder.path, 'accounts.json'));
    using taken = takeDataFolder(folder.path, named);
    expect(taken.repaired).toEqual([]);
    expect(await modeOf(join(elsewhere.path, 'file'))).toBe(0o666);
  });

  it('leaves open kept sessions as they are: they are not used, and go', async () => {
    await using folder = await folderOf(0o700, { 'kept-sessions.bin': 0o644 });
    using taken = takeDataFolder(folder.path, named);
    expect(taken.repaired).toEqual([]);
    expect(await modeOf(join(folder.path, 'kept-sessions.bin'))).toBe(0o644);
  });

  it.skipIf(process.geteuid?.() !== 0)('of another user is not used', async () => {
    await using folder = await folderOf(0o700, { 'accounts.json': 0o600 });
    await chown(folder.path, 65_534, 65_534);
    expect(() => takeDataFolder(folder.path, named)).toThrow(
      `The data folder ${folder.path} belongs to another user of this machine (65534), who can change what is in it. ` +
        'Choose one of your own with --data-dir DIR.',
    );
    expect(await readdir(folder.path)).toEqual(['accounts.json']);
  });

  it('writes through no link that somebody planted where it tries the folder', async () => {
    await using folder = await temporaryFolder();
    const victim = join(folder.path, 'victim');
    await writeFile(victim, 'of somebody');
    const data = join(folder.path, 'data');
    await mkdir(data);
    const link = join(data, `.write-test-${process.pid}`);
    await symlink(victim, link);
    using taken = takeDataFolder(data, named);
    expect(taken).toBeDefined();
    expect(await readFile(victim, 'utf8')).toBe('of somebody');
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
  });

  it.each([
    ['below a file', 'file/below', 'a part of this path is a file, not a folder'],
    ['in the place of a file', 'file', 'a file is in the place of the folder'],
  ])('says what to do about one %s', async (_, name, why) => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'file'), '');
    const path = join(folder.path, name);
    expect(() => takeDataFolder(path, named)).toThrow(
      `The data folder ${path} cannot be used: ${why}. Start Reprise with --data-dir.`,
    );
  });

  it.skipIf(process.platform !== 'linux')('that nobody can make, not even root, is said', () => {
    expect(() => takeDataFolder('/proc/reprise', named)).toThrow('this folder cannot be made');
  });
});
