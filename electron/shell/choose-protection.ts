/** How passwords are protected in this run: by the key store, by what was agreed to, or not at all. */
import type { SafeStorage } from 'electron';
import {
  hasKeyFile,
  keyFileProtector,
  type KeyFileProtector,
  type SecretProtector,
} from '../core/storage/index.ts';
import type { Log } from '../core/log/log.ts';
import { safeStorageProtector } from './safe-storage.ts';

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
  log: Log,
): Promise<Protection> {
  const protector = await safeStorageProtector(safeStorage, platform);
  if (protector.protection.kind !== 'memory') return { protector, keyFile: null };
  const keyFile = keyFileProtector(dataDir, (message) => {
    log.warn(message);
  });
  return (await hasKeyFile(dataDir))
    ? { protector: keyFile, keyFile: null }
    : { protector, keyFile };
}
