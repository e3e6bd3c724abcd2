import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { keyFileProtector } from './key-file.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const password = 'correct horse battery ✓';

describe('secrets under a key file', () => {
  it('open again for the account that they were sealed for, also after a restart', async () => {
    await using folder = await temporaryFolder();
    const sealed = await keyFileProtector(folder.path).seal(password, 'account-1');
    expect(await keyFileProtector(folder.path).open(sealed, 'account-1')).toEqual({
      plain: password,
      isStale: false,
    });
  });

  it('do not hold the password in clear, and differ each time', async () => {
    await using folder = await temporaryFolder();
    const protector = keyFileProtector(folder.path);
    const [one, two] = [await protector.seal(password, 'a'), await protector.seal(password, 'a')];
    expect(Buffer.from(one).includes(Buffer.from(password))).toBe(false);
    expect(Buffer.from(one).equals(Buffer.from(two))).toBe(false);
  });

  it('do not open for another account', async () => {
    await using folder = await temporaryFolder();
    const protector = keyFileProtector(folder.path);
    const sealed = await protector.seal(password, 'account-1');
    await expect(protector.open(sealed, 'account-2')).rejects.toMatchObject({ code: 'secrets' });
  });

  it('do not open when any byte was changed or the end is missing', async () => {
    await using folder = await temporaryFolder();
    const protector = keyFileProtector(folder.path);
    const sealed = Buffer.from(await protector.seal(password, 'a'));
    for (let index = 0; index < sealed.length; index++) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      await expect(protector.open(changed, 'a')).rejects.toMatchObject({ code: 'secrets' });
      await expect(protector.open(sealed.subarray(0, index), 'a')).rejects.toMatchObject({
        code: 'secrets',
      });
    }
  });

  it('do not open with the key file of another installation', async () => {
    await using one = await temporaryFolder();
    await using two = await temporaryFolder();
    const sealed = await keyFileProtector(one.path).seal(password, 'a');
    await keyFileProtector(two.path).seal(password, 'a');
    const error: unknown = await keyFileProtector(two.path)
      .open(sealed, 'a')
      .catch((error: unknown) => error);
    expect(error).toMatchObject({ code: 'secrets' });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('horse');
  });

  it('neither open nor are sealed under a pipe, and nobody waits for it', async () => {
    await using folder = await temporaryFolder();
    const sealed = await keyFileProtector(folder.path).seal(password, 'a');
    const path = join(folder.path, 'secrets.key');
    await rm(path);
    execFileSync('mkfifo', [path]);
    const refused = {
      code: 'secrets',
      message: expect.stringContaining('a pipe, not a file') as unknown,
    };
    await expect(keyFileProtector(folder.path).open(sealed, 'a')).rejects.toMatchObject(refused);
    await expect(keyFileProtector(folder.path).seal(password, 'a')).rejects.toMatchObject(refused);
  });

  it('share one key when many are sealed before there is one', async () => {
    await using folder = await temporaryFolder();
    const sealing: Promise<Uint8Array>[] = [];
    const protector = keyFileProtector(folder.path);
    // Each begins while others before it read or write.
    for (let started = 0; started < 40; started++) {
      sealing.push(protector.seal(password, 'a'));
      await new Promise(setImmediate);
    }
    for (const bytes of await Promise.all(sealing)) {
      expect(await keyFileProtector(folder.path).open(bytes, 'a')).toEqual({
        plain: password,
        isStale: false,
      });
    }
    expect(await readdir(folder.path)).toEqual(['secrets.key']);
  });
});

describe('the key file', () => {
  it('is made with the first secret, for the user alone', async () => {
    await using folder = await temporaryFolder();
    const protector = keyFileProtector(join(folder.path, 'new'));
    await expect(stat(join(folder.path, 'new'))).rejects.toThrow('ENOENT');
    await protector.seal(password, 'a');
    expect((await stat(join(folder.path, 'new', 'secrets.key'))).mode & 0o777).toBe(0o600);
    expect((await readFile(join(folder.path, 'new', 'secrets.key'))).length).toBe(32);
  });

  it('is taken back by who made it, and by nobody else', async () => {
    await using folder = await temporaryFolder();
    const protector = keyFileProtector(folder.path);
    const takeBack = await protector.make();
    expect(await readdir(folder.path)).toEqual(['secrets.key']);
    const other = await keyFileProtector(folder.path).make();
    await other();
    const sealed = await protector.seal(password, 'a');
    expect(await protector.open(sealed, 'a')).toEqual({ plain: password, isStale: false });
    await takeBack();
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('that cannot be taken back is said, with what to do', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'secrets.key');
    const takeBack = await keyFileProtector(folder.path).make();
    // A folder in its place stops every user, root too.
    await rm(path);
    await mkdir(join(path, 'inside'), { recursive: true });
    await expect(takeBack()).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining(`${path} could not be removed. Remove it`) as unknown,
    });
  });

  it.each([0, 31, 33])('of %i bytes is refused and left as it is', async (length) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'secrets.key');
    await writeFile(path, Buffer.alloc(length, 7));
    const protector = keyFileProtector(folder.path);
    await expect(protector.seal(password, 'a')).rejects.toMatchObject({
      code: 'secrets',
      message: expect.stringContaining(`${String(length)} bytes`) as unknown,
    });
    expect(await readFile(path)).toEqual(Buffer.alloc(length, 7));
  });

  it('that is gone is said, and not made anew to open what it cannot', async () => {
    await using folder = await temporaryFolder();
    await expect(keyFileProtector(folder.path).open(Buffer.alloc(64), 'a')).rejects.toMatchObject({
      code: 'secrets',
      message: expect.stringContaining('is gone') as unknown,
    });
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('that cannot be written is an error that says why, and holds no secret', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'file'), '');
    const error: unknown = await keyFileProtector(join(folder.path, 'file'))
      .seal(password, 'a')
      .catch((error: unknown) => error);
    expect(error).toMatchObject({ code: 'storage' });
    expect(inspect(error, { depth: 9 })).not.toContain('horse');
  });
});
