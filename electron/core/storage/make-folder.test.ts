import { statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { makeFolder } from './make-folder.ts';

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
