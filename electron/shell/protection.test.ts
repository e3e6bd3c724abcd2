import { readdir, rm } from 'node:fs/promises';
import { inspect } from 'node:util';
import type { SafeStorage } from 'electron';
import { describe, expect, it, afterEach, beforeEach } from 'vitest';
import { keyFileProtector } from '../core/storage/key-file.ts';
import { safeStorageProtector } from './protection.ts';
import { makeBuiltProgram, shellWithWindow } from './testing/shell.ts';

const reverse = (bytes: Uint8Array) => Buffer.from(bytes.toReversed());

/** A key store that turns bytes round; `prefix` tells which key Chromium used. */
function keyStore(overrides: Partial<SafeStorage> = {}, prefix = 'v11'): SafeStorage {
  const store: Partial<SafeStorage> = {
    isEncryptionAvailable: () => true,
    isAsyncEncryptionAvailable: () => Promise.resolve(true),
    getSelectedStorageBackend: () => 'gnome_libsecret',
    encryptStringAsync: (text) =>
      Promise.resolve(Buffer.concat([Buffer.from(prefix), reverse(Buffer.from(text))])),
    decryptStringAsync: (sealed) =>
      sealed.subarray(0, 3).toString() === prefix
        ? Promise.resolve({
            result: reverse(sealed.subarray(3)).toString(),
            shouldReEncrypt: false,
          })
        : Promise.reject(new Error('not encrypted')),
    ...overrides,
  };
  return store as SafeStorage;
}

const protection = async (store: SafeStorage, platform: NodeJS.Platform = 'linux') =>
  (await safeStorageProtector(store, platform)).protection;

describe('protection by the system’s key store', () => {
  it('seals and opens', async () => {
    const protector = await safeStorageProtector(keyStore(), 'linux');
    const sealed = await protector.seal('hunter2 ü', 'account-1');
    expect(Buffer.from(sealed).toString()).not.toContain('hunter2');
    expect(await protector.open(sealed, 'account-1')).toEqual({
      plain: 'hunter2 ü',
      isStale: false,
    });
  });

  it('says that what it opened is to be sealed anew, where Electron does', async () => {
    const store = keyStore();
    const protector = await safeStorageProtector(store, 'linux');
    const sealed = await protector.seal('hunter2', 'account-1');
    const result = JSON.stringify(['account-1', 'hunter2']);
    store.decryptStringAsync = () => Promise.resolve({ result, shouldReEncrypt: true });
    expect(await protector.open(sealed, 'account-1')).toEqual({ plain: 'hunter2', isStale: true });
  });

  it('does not open for one account what was sealed for another', async () => {
    const protector = await safeStorageProtector(keyStore(), 'linux');
    const sealed = await protector.seal('hunter2', 'account-1');
    await expect(protector.open(sealed, 'account-2')).rejects.toMatchObject({ code: 'secrets' });
  });

  it('says what to do about what it cannot open', async () => {
    const protector = await safeStorageProtector(keyStore(), 'linux');
    for (const sealed of [Buffer.from('garbage'), Buffer.from('v11]1['), Buffer.from('v11x')]) {
      await expect(protector.open(sealed, 'a')).rejects.toMatchObject({
        code: 'secrets',
        message: expect.stringContaining('enter the password again'),
      });
    }
  });

  it('tells nothing of the secret when the key store refuses', async () => {
    const store = keyStore();
    const protector = await safeStorageProtector(store, 'linux');
    store.encryptStringAsync = (text) => Promise.reject(new Error(`cannot encrypt ${text}`));
    const error: unknown = await protector.seal('hunter2', 'a').catch((error: unknown) => error);
    expect(error).toMatchObject({ code: 'secrets' });
    expect(inspect(error)).not.toContain('hunter2');
  });

  it('is named', async () => {
    expect(await protection(keyStore())).toEqual({ kind: 'os', backend: 'gnome_libsecret' });
    expect(await protection(keyStore(), 'darwin')).toEqual({ kind: 'os', backend: 'Keychain' });
    expect(await protection(keyStore(), 'win32')).toEqual({ kind: 'os', backend: 'DPAPI' });
  });

  it('is found by what it does where Electron 46 no longer has the call that names it', async () => {
    const store = keyStore({ getSelectedStorageBackend: () => 'unknown' });
    expect(await protection(store)).toEqual({ kind: 'os', backend: 'the key store' });
    Reflect.deleteProperty(store, 'isEncryptionAvailable');
    expect(await protection(store)).toEqual({ kind: 'os', backend: 'the key store' });
  });

  it.each<[string, SafeStorage]>([
    ['there is no key store', keyStore({ isEncryptionAvailable: () => false })],
    ['it does not answer', keyStore({ isAsyncEncryptionAvailable: () => Promise.resolve(false) })],
    ['it is basic_text', keyStore({ getSelectedStorageBackend: () => 'basic_text' })],
    [
      'it has no name, and Chromium uses the key of its source code',
      keyStore({ getSelectedStorageBackend: () => 'unknown' }, 'v10'),
    ],
    ['Chromium uses the key of its source code after all', keyStore({}, 'v10')],
  ])('is not claimed where %s', async (_, store) => {
    expect(await protection(store)).toEqual({ kind: 'memory' });
  });
});

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
const withKeyStore = {
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
    expect(await given(withKeyStore)).toEqual({ inForce: 'os', offered: null });
  });
});
