import { readdir, rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyFileProtector } from '../core/storage/key-file.ts';
import { makeBuiltProgram, shellWithWindow } from './testing/shell.ts';

let appPath: string;
beforeEach(async () => {
  appPath = await makeBuiltProgram();
});
afterEach(() => rm(appPath, { recursive: true }));

/** Linux without a key store: Chromium then has a key that stands in its source code. */
const basicText = {
  isEncryptionAvailable: () => true,
  isAsyncEncryptionAvailable: () => Promise.resolve(true),
  getSelectedStorageBackend: () => 'basic_text',
};
const keyStore = {
  ...basicText,
  getSelectedStorageBackend: () => 'gnome_libsecret',
  encryptStringAsync: (text: string) => Promise.resolve(Buffer.from(`v11${text}`)),
};

const given = async (safeStorage: object) => {
  const { engine } = await shellWithWindow(
    appPath,
    { safeStorage },
    { args: ['--data-dir', appPath] },
  );
  const { protector, keyFile } = engine.deps ?? {};
  return { inForce: protector?.protection.kind, offered: keyFile?.protection.kind ?? null };
};

describe('passwords in Electron on Linux', () => {
  it('are in memory only where there is no key store, and a key file is offered', async () => {
    expect(await given(basicText)).toEqual({ inForce: 'memory', offered: 'key-file' });
    expect((await readdir(appPath)).filter((name) => name.startsWith('secrets'))).toEqual([]);
  });

  it('are under the key file once it was agreed to', async () => {
    await keyFileProtector(appPath).seal('', 'agreed');
    expect(await given(basicText)).toEqual({ inForce: 'key-file', offered: null });
  });

  it('are in the key store where there is one, whatever was agreed to', async () => {
    await keyFileProtector(appPath).seal('', 'agreed');
    expect(await given(keyStore)).toEqual({ inForce: 'os', offered: null });
  });
});
