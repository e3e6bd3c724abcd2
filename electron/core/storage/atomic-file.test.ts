import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keepAside, removeUnfinished, unfinishedName, writeAtomically } from './atomic-file.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const at = Date.UTC(2026, 10, 23, 19, 54, 0, 123);

describe('an atomic write', () => {
  it('makes the folder for the user alone and the file readable by nobody else', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'new', 'deep', 'settings.json');
    await writeAtomically(path, 'text');
    expect(await readFile(path, 'utf8')).toBe('text');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder.path, 'new'))).mode & 0o777).toBe(0o700);
  });

  it('leaves nothing but the file', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'settings.json');
    await writeAtomically(path, 'one');
    await writeAtomically(path, 'two');
    expect(await readdir(folder.path)).toEqual(['settings.json']);
    expect(await readFile(path, 'utf8')).toBe('two');
  });

  it('is seen whole by readers at every moment', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'settings.json');
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
    const path = join(folder.path, 'settings.json');
    // A folder in the file's place: the rename fails, whoever the user is.
    await mkdir(join(path, 'inside'), { recursive: true });
    await expect(writeAtomically(path, 'text')).rejects.toThrow('EISDIR');
    expect(await readdir(folder.path)).toEqual(['settings.json']);
    expect(await readdir(path)).toEqual(['inside']);
  });

  it('does not write through a link that waits at the name of another file', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'settings.json');
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
    const path = join(folder.path, 'settings.json');
    await writeFile(path, 'whole');
    for (const text of ['', 'half']) await writeFile(unfinishedName(path), text);
    await removeUnfinished(path);
    expect(await readdir(folder.path)).toEqual(['settings.json']);
    expect(await readFile(path, 'utf8')).toBe('whole');
  });

  it.each([
    ['the file itself', 'settings.json'],
    ['a damaged one that was kept aside', 'settings.json.corrupt-20261123T195400.123Z'],
    ['that of another file', `secrets.json.${uuid}.unfinished`],
    ['that of a file whose name begins with this one’s', `settings.json.old.${uuid}.unfinished`],
    ['that of a file whose name ends with this one’s', `my-settings.json.${uuid}.unfinished`],
    ['one with more behind it', `settings.json.${uuid}.unfinished.bak`],
    ['one with as many other characters', `settings.json.${'-'.repeat(36)}.unfinished`],
    [
      'one with a UUID of another version',
      `settings.json.${uuid.replace('4def', '1def')}.unfinished`,
    ],
    ['one in capitals', `settings.json.${uuid.toUpperCase()}.unfinished`],
  ])('leaves %s alone', async (_what, name) => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, name), '');
    await removeUnfinished(join(folder.path, 'settings.json'));
    expect(await readdir(folder.path)).toEqual([name]);
  });

  it('leaves links and folders with such a name alone, and what they lead to', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'settings.json');
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
    await removeUnfinished(join(folder.path, 'missing', 'settings.json'));
    await removeUnfinished(join(folder.path, 'file', 'settings.json'));
    expect(await readdir(folder.path)).toEqual(['file']);
  });
});

describe('keeping a damaged file aside', () => {
  it('names it by the time in UTC', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'settings.json');
    await writeFile(path, 'damaged');
    const aside = await keepAside(path, at);
    expect(aside).toBe(`${path}.corrupt-20261123T195400.123Z`);
    expect(await readFile(aside, 'utf8')).toBe('damaged');
    expect(await readdir(folder.path)).toHaveLength(1);
  });

  it('never overwrites one that was kept in the same millisecond', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'settings.json');
    for (const text of ['first', 'second', 'third']) {
      await writeFile(path, text);
      await keepAside(path, at);
    }
    const kept = await Promise.all(
      (await readdir(folder.path)).map((name) => readFile(join(folder.path, name), 'utf8')),
    );
    expect(kept.toSorted()).toEqual(['first', 'second', 'third']);
  });

  it('takes no name when the file cannot be moved', async () => {
    await using folder = await temporaryFolder();
    await expect(keepAside(join(folder.path, 'missing'), at)).rejects.toThrow('ENOENT');
    expect(await readdir(folder.path)).toEqual([]);
  });
});
