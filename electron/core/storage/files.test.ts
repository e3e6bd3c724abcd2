import { statSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  keepAside,
  makeFolder,
  removeUnfinished,
  unfinishedName,
  writeAtomically,
} from './files.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const at = Date.UTC(2026, 10, 23, 19, 54, 0, 123);

describe('an atomic write', () => {
  it('makes the folder for the user alone and the file readable by nobody else', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'new', 'deep', 'accounts.json');
    await writeAtomically(path, 'text');
    expect(await readFile(path, 'utf8')).toBe('text');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder.path, 'new'))).mode & 0o777).toBe(0o700);
  });

  it('leaves nothing but the file', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'accounts.json');
    await writeAtomically(path, 'one');
    await writeAtomically(path, 'two');
    expect(await readdir(folder.path)).toEqual(['accounts.json']);
    expect(await readFile(path, 'utf8')).toBe('two');
  });

  it('is seen whole by readers at every moment', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'accounts.json');
    const texts = ['a'.repeat(300_000), 'b'.repeat(200_000)] as const;
    await writeAtomically(path, texts[0]);
    const rounds = 20;
    const progress = { written: 0 };
    const writes = (async () => {
      for (; progress.written < rounds; progress.written++) {
        await writeAtomically(path, texts[progress.written % 2] ?? '');
      }
    })();
    const seen = new Set<boolean>();
    while (progress.written < rounds) seen.add(texts.includes(await readFile(path, 'utf8')));
    await writes;
    expect([...seen]).toEqual([true]);
  });

  it('leaves the old file and no unfinished one when it fails', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'accounts.json');
    // A folder in the file's place: the rename fails, whoever the user is.
    await mkdir(join(path, 'inside'), { recursive: true });
    await expect(writeAtomically(path, 'text')).rejects.toThrow('EISDIR');
    expect(await readdir(folder.path)).toEqual(['accounts.json']);
    expect(await readdir(path)).toEqual(['inside']);
  });

  it('does not write through a link that waits at the name of another file', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'accounts.json');
    await writeFile(join(folder.path, 'other'), 'other');
    await symlink(join(folder.path, 'other'), path);
    await writeAtomically(path, 'text');
    expect(await readFile(join(folder.path, 'other'), 'utf8')).toBe('other');
  });
});

describe('tidying after a program that was killed', () => {
  const uuid = '01234567-89ab-4def-8123-456789abcdef';

  it('removes what it had not finished, however short ago', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'accounts.json');
    await writeFile(path, 'whole');
    for (const text of ['', 'half']) await writeFile(unfinishedName(path), text);
    await removeUnfinished(path);
    expect(await readdir(folder.path)).toEqual(['accounts.json']);
    expect(await readFile(path, 'utf8')).toBe('whole');
  });

  it.each([
    ['the file itself', 'accounts.json'],
    ['a damaged one that was kept aside', 'accounts.json.corrupt-20261123T195400.123Z'],
    ['that of another file', `secrets.json.${uuid}.unfinished`],
    ['that of a file whose name begins with this one’s', `accounts.json.old.${uuid}.unfinished`],
    ['that of a file whose name ends with this one’s', `my-accounts.json.${uuid}.unfinished`],
    ['one with more behind it', `accounts.json.${uuid}.unfinished.bak`],
    ['one with as many other characters', `accounts.json.${'-'.repeat(36)}.unfinished`],
    [
      'one with a UUID of another version',
      `accounts.json.${uuid.replace('4def', '1def')}.unfinished`,
    ],
    ['one in capitals', `accounts.json.${uuid.toUpperCase()}.unfinished`],
  ])('leaves %s alone', async (_what, name) => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, name), '');
    await removeUnfinished(join(folder.path, 'accounts.json'));
    expect(await readdir(folder.path)).toEqual([name]);
  });

  it('leaves links and folders with such a name alone, and what they lead to', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'accounts.json');
    await writeFile(join(folder.path, 'other'), 'other');
    const link = unfinishedName(path);
    await symlink(join(folder.path, 'other'), link);
    const inside = join(unfinishedName(path), 'inside');
    await mkdir(inside, { recursive: true });
    await removeUnfinished(path);
    expect(await readFile(link, 'utf8')).toBe('other');
    expect((await stat(inside)).isDirectory()).toBe(true);
  });

  it('minds neither a missing folder nor a file in its place', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'file'), '');
    await removeUnfinished(join(folder.path, 'missing', 'accounts.json'));
    await removeUnfinished(join(folder.path, 'file', 'accounts.json'));
    expect(await readdir(folder.path)).toEqual(['file']);
  });
});

describe('keeping a damaged file aside', () => {
  it('names it by the time in UTC', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'accounts.json');
    await writeFile(path, 'damaged');
    const aside = keepAside(path, at);
    expect(aside).toBe(`${path}.corrupt-20261123T195400.123Z`);
    expect(await readFile(aside, 'utf8')).toBe('damaged');
    expect(await readdir(folder.path)).toHaveLength(1);
  });

  it('never overwrites one that was kept in the same millisecond', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'accounts.json');
    for (const text of ['first', 'second', 'third']) {
      await writeFile(path, text);
      keepAside(path, at);
    }
    const kept = await Promise.all(
      (await readdir(folder.path)).map((name) => readFile(join(folder.path, name), 'utf8')),
    );
    expect(kept.toSorted()).toEqual(['first', 'second', 'third']);
  });

  it('takes no name when the file cannot be moved', async () => {
    await using folder = await temporaryFolder();
    expect(() => keepAside(join(folder.path, 'missing'), at)).toThrow('ENOENT');
    expect(await readdir(folder.path)).toEqual([]);
  });
});

describe('making a folder', () => {
  it('makes those above it as well, for their owner alone', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'a', 'b', 'c');
    makeFolder(path, 0o700);
    makeFolder(path, 0o700);
    for (const made of [path, join(folder.path, 'a')]) {
      expect(statSync(made).mode & 0o777).toBe(0o700);
    }
  });

  it('says so where a file is in the way', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'file');
    await writeFile(file, '');
    expect(() => {
      makeFolder(join(file, 'below'), 0o700);
    }).toThrow('ENOTDIR');
    expect(() => {
      makeFolder(file, 0o700);
    }).toThrow('EEXIST');
  });

  it('ends where none can be made', ({ skip }) => {
    skip(process.platform !== 'linux', 'only Linux has a /proc');
    expect(() => {
      makeFolder('/proc/reprise/data', 0o700);
    }).toThrow('ENOENT');
  });
});
