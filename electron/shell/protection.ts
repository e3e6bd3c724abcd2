/**
 * How passwords are protected in this run: by the key store of the operating system (Electron's
 * `safeStorage`), by what was agreed to, or not at all.
 */
import type { DecryptStringAsyncReturnValue, SafeStorage } from 'electron';
import { RepriseError } from '../../shared/errors.ts';
import {
  hasKeyFile,
  keyFileProtector,
  memoryProtector,
  type KeyFileProtector,
  type SecretProtector,
} from '../core/storage/index.ts';

/** What Chromium puts before bytes that it encrypted under a key that is in its source code. */
const HARD_CODED_KEY = 'v10';

/** What the engine is given. */
interface Protection {
  readonly protector: SecretProtector;
  /** What the user may agree to where `protector` keeps secrets in memory only. */
  readonly keyFile: KeyFileProtector | null;
}

/**
 * The system's key store, where there is one. Else a key file, but only once the user has agreed to
 * it in an earlier run, of which the file is the sign; until then memory.
 */
export async function chooseProtection(
  safeStorage: SafeStorage,
  platform: NodeJS.Platform,
  dataDir: string,
): Promise<Protection> {
  const protector = await safeStorageProtector(safeStorage, platform);
  if (protector.protection.kind !== 'memory') return { protector, keyFile: null };
  const keyFile = keyFileProtector(dataDir);
  return (await hasKeyFile(dataDir))
    ? { protector: keyFile, keyFile: null }
    : { protector, keyFile };
}

/**
 * The system's key store where there is one, else memory: Chromium's replacement, `basic_text`,
 * encrypts under a key that everyone knows, which is no protection at all.
 *
 * To be called when Electron is ready; before, it knows of no key store.
 */
export async function safeStorageProtector(
  safeStorage: SafeStorage,
  platform: NodeJS.Platform,
): Promise<SecretProtector> {
  const backend = await usableBackend(safeStorage, platform);
  if (backend === null) return memoryProtector();
  return {
    protection: { kind: 'os', backend },
    seal: async (plain, context) => {
      try {
        // The key store binds nothing to the bytes, so the context goes inside.
        return await safeStorage.encryptStringAsync(JSON.stringify([context, plain]));
      } catch {
        // Its cause may hold what was to be sealed.
        throw new RepriseError(
          'secrets',
          `The password could not be stored: ${backend} refused. Unlock it, then try again.`,
        );
      }
    },
    open: async (sealed, context) => {
      let opened: DecryptStringAsyncReturnValue;
      try {
        opened = await safeStorage.decryptStringAsync(Buffer.from(sealed));
      } catch {
        throw unreadable(backend);
      }
      const plain = readSealed(opened.result, context);
      if (plain === null) throw unreadable(backend);
      return { plain, isStale: opened.shouldReEncrypt };
    },
  };
}

/** The name of the key store in force; `null` where there is none. */
async function usableBackend(
  safeStorage: SafeStorage,
  platform: NodeJS.Platform,
): Promise<string | null> {
  // Deprecated, and gone in Electron 46; but the asynchronous one says yes to a hard-coded key as
  // well, and on Linux this call is what makes Electron 45 find out which backend it has.
  const { isEncryptionAvailable } = safeStorage as Partial<SafeStorage>;
  if (isEncryptionAvailable !== undefined && !isEncryptionAvailable.call(safeStorage)) return null;
  if (!(await safeStorage.isAsyncEncryptionAvailable())) return null;
  if (platform === 'darwin') return 'Keychain';
  if (platform === 'win32') return 'DPAPI';
  const backend = safeStorage.getSelectedStorageBackend();
  if (backend === 'basic_text') return null;
  // The two interfaces choose their keys apart: see what the one in use really does. It also decides
  // where the backend has no name, as without the deprecated call.
  const probe = await safeStorage.encryptStringAsync('probe');
  if (probe.subarray(0, HARD_CODED_KEY.length).toString('latin1') === HARD_CODED_KEY) return null;
  return backend === 'unknown' ? 'the key store' : backend;
}

/** The secret in what {@link safeStorageProtector} sealed; `null` where it is another's. */
function readSealed(text: string, context: string): string | null {
  let sealed: unknown;
  try {
    sealed = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(sealed) || sealed[0] !== context) return null;
  const plain: unknown = sealed[1];
  return typeof plain === 'string' ? plain : null;
}

function unreadable(backend: string): RepriseError {
  return new RepriseError(
    'secrets',
    `A stored password cannot be read: ${backend} does not know it, or is locked. Unlock it, or enter the password again.`,
  );
}
