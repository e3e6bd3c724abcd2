import { chown, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyFileProtector, hasKeyFile } from './key-file.ts';
import { keptSessionsFile } from './kept-sessions-file.ts';
import { lookAtFile, readOwnFile } from './own-file.ts';
import { preferencesFormat } from './preferences.ts';
import { openStored } from './stored-file.ts';
import { NO_FILES } from './testing/no-files.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

describe('a file of ours', () => {
  it.each(NO_FILES)('is not read where it is %s', async (what, put) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'file');
    expect(lookAtFile(path)).toBeNull();
    const undo = await put(path);
    await expect(readOwnFile(path)).rejects.toThrow(`${path} is ${what}.`);
    await undo();
  });

  it.each(NO_FILES)('is neither settings, nor a key, nor kept sessions: %s', async (what, put) => {
    await using folder = await temporaryFolder();
    const at = (name: string) => join(folder.path, name);
    const undo = [];
    for (const name of ['preferences.json', 'secrets.key', 'kept-sessions.bin']) {
      undo.push(await put(at(name)));
    }
    const { durable, problem } = await openStored(folder.path, preferencesFormat, 0);
    expect(problem).toBe(
      `Your settings cannot be read: ${at('preferences.json')} is ${what}. Move it away and start Reprise again; until then nothing is saved there.`,
    );
    await expect(durable.change((it) => it)).rejects.toMatchObject({ message: problem });
    expect(await hasKeyFile(folder.path)).toBe(true);
    await expect(keyFileProtector(folder.path).seal('x', 'a')).rejects.toMatchObject({
      code: 'secrets',
      message: `The key file cannot be used: ${at('secrets.key')} is ${what}. Put back the file itself, or remove that and enter the passwords again.`,
    });
    expect(await keptSessionsFile(folder.path).take()).toEqual({
      kind: 'unusable',
      why: `it is ${what}`,
    });
    for (const it of undo) await it();
  });

  it.skipIf(process.geteuid?.() !== 0)('is not read where it is another user’s', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'file');
    await writeFile(path, 'of somebody', { mode: 0o600 });
    await chown(path, 65_534, 65_534);
    await expect(readOwnFile(path)).rejects.toThrow(`${path} is another user’s file.`);
    await rm(path);
    await writeFile(path, 'ours', { mode: 0o600 });
    expect((await readOwnFile(path)).toString()).toBe('ours');
  });
});
