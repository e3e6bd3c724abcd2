/**
 * What is on the disk, but for the history. `files.ts`: files that are whole at every moment;
 * `own-file.ts`: what lies in the place of one;
 * `durable.ts` and `stored-file.ts`: a value in one such file, of which `preferences.ts` is the plain
 * example; `secret-protector.ts`, `key-file.ts`, `secrets-file.ts`, `secret-store.ts`: passwords, from
 * their sealing up; `kept-sessions-file.ts`; `folder-lock.ts`, `data-folder.ts`: one program and one user a folder. Why the disk
 * refused is told by `storage-error.ts`.
 */
export { hasKeptAside, isErrno, removeUnfinished, writeAtomically } from './files.ts';
export { readOwnFile, UnusableFile } from './own-file.ts';
export { storageError } from './storage-error.ts';
export { Durable, inMemory } from './durable.ts';
export { openStored, readStored, type Opened, type StoredFormat } from './stored-file.ts';
export { memorySettings, openSettings, type SettingsService } from './preferences.ts';
export { ChosenProtector, memoryProtector, type SecretProtector } from './secret-protector.ts';
export {
  hasKeyFile,
  keyFileProtector,
  removeUnfinishedKey,
  type KeyFileProtector,
} from './key-file.ts';
export { isBound, secretsFormat, type SealedSecrets } from './secrets-file.ts';
export { SealedSecretStore, type OnUnusable, type Unusable } from './secret-store.ts';
export { keptSessionsFile, machineName } from './kept-sessions-file.ts';
export { makeDataFolder, takeDataFolder } from './data-folder.ts';
