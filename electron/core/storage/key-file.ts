/**
 * Secrets under a key file: for machines where no key store of the system can be used. It keeps
 * them from whoever reads a backup, a synced folder or a disk image without the key file, and from
 * other users. It does not keep them from programs that run as this user.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { lstat, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RepriseError } from '../../../shared/errors.ts';
import { isErrno, removeUnfinished, syncFolder, writeAtomically } from './files.ts';
import { readOwnFile, UnusableFile } from './own-file.ts';
import type { SecretProtector } from './secret-protector.ts';
import { storageError } from './storage-error.ts';

const KEY_FILE = 'secrets.key';
const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
/** NIST SP 800-38D, section 8.2: 96 bits, random, new for each sealing. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** First byte of everything sealed, so that another scheme can follow this one. */
const FORMAT = 1;

/** The protection by a key file. That the file is there is what the user agreed to. */
export interface KeyFileProtector extends SecretProtector {
  /**
   * Makes the key file where there is none.
   *
   * @returns takes that back: removes it where this made it, and throws a RepriseError `storage`
   *   where it cannot be removed. To be called only where nothing stored was sealed with it
   * @throws RepriseError `storage` or `secrets`; then it was not made
   */
  make(): Promise<() => Promise<void>>;
}

/**
 * Seals with AES-256-GCM under `secrets.key` of `dataDir`, mode 0600, which is made when something
 * is first sealed. The context is associated data.
 */
export function keyFileProtector(dataDir: string): KeyFileProtector {
  const path = join(dataDir, KEY_FILE);
  let making: ReturnType<typeof makeKey> | null = null;
  /** However many ask for it at once, one is made. */
  const makeOnce = (): ReturnType<typeof makeKey> => {
    making ??= makeKey(path).finally(() => {
      making = null;
    });
    return making;
  };
  return {
    protection: { kind: 'key-file', path },
    make: async () => {
      const { isNew } = await makeOnce();
      return () => (isNew ? removeKey(path) : Promise.resolve());
    },
    seal: async (plain, context) => {
      const key = (await readKey(path)) ?? (await makeOnce()).key;
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(context, 'utf8'));
      const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(FORMAT), nonce, cipher.getAuthTag(), sealed]);
    },
    open: async (sealed, context) => {
      const key = await readKey(path);
      if (key === null) {
        throw new RepriseError(
          'secrets',
          `The key file ${path} is gone, so stored passwords cannot be read. Put it back, or enter the passwords again.`,
        );
      }
      return { plain: openSealed(Buffer.from(sealed), context, key), isStale: false };
    },
  };
}

/** Whether there is a key file in `dataDir`, in whatever state. */
export async function hasKeyFile(dataDir: string): Promise<boolean> {
  try {
    await lstat(join(dataDir, KEY_FILE));
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false;
    // It cannot be looked at, and reading it will say why.
    return true;
  }
}

/** Removes what the making of a key file left in `dataDir` when it was killed: a second copy of the key. */
export async function removeUnfinishedKey(dataDir: string): Promise<void> {
  await removeUnfinished(join(dataDir, KEY_FILE));
}

function openSealed(sealed: Buffer, context: string, key: Buffer): string {
  const overhead = 1 + NONCE_BYTES + TAG_BYTES;
  if (sealed.length < overhead || sealed[0] !== FORMAT) throw unreadable();
  const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(context, 'utf8'));
  decipher.setAuthTag(sealed.subarray(1 + NONCE_BYTES, overhead));
  try {
    return decipher.update(sealed.subarray(overhead), undefined, 'utf8') + decipher.final('utf8');
  } catch (cause) {
    // GCM's tag does not fit: another key, another account, or changed bytes.
    throw unreadable(cause);
  }
}

function unreadable(cause?: unknown): RepriseError {
  return new RepriseError(
    'secrets',
    'A stored password cannot be read: it was changed, or sealed with another key file. Enter it again.',
    { cause },
  );
}

/** The key; `null` where there is no file. */
async function readKey(path: string): Promise<Buffer | null> {
  let key: Buffer;
  try {
    key = await readOwnFile(path);
  } catch (cause) {
    // Without a folder there is no file either; making it says what is wrong with the folder.
    if (isErrno(cause, 'ENOENT', 'ENOTDIR')) return null;
    if (cause instanceof UnusableFile) {
      throw new RepriseError(
        'secrets',
        `The key file cannot be used: ${cause.message} Put back the file itself, or remove that and enter the passwords again.`,
        { cause },
      );
    }
    throw new RepriseError(
      'secrets',
      `The key file ${path} cannot be read. Check its permissions: it must be a file that you may read.`,
      { cause },
    );
  }
  if (key.length !== KEY_BYTES) {
    throw new RepriseError(
      'secrets',
      `The key file ${path} is damaged: it has ${String(key.length)} bytes in place of ${String(KEY_BYTES)}. Put back a good copy, or remove it and enter the passwords again.`,
    );
  }
  return key;
}

/** The key of the file that is there, or else of one that is made now: the folder is this program's alone. */
async function makeKey(path: string): Promise<{ readonly key: Buffer; readonly isNew: boolean }> {
  // Somebody may have been quicker.
  const found = await readKey(path);
  if (found !== null) return { key: found, isNew: false };
  const key = randomBytes(KEY_BYTES);
  try {
    await writeAtomically(path, key);
  } catch (cause) {
    throw storageError('The key for your passwords', path, cause);
  }
  return { key, isNew: true };
}

async function removeKey(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
    await syncFolder(dirname(path));
  } catch (cause) {
    throw new RepriseError(
      'storage',
      `The passwords were not stored, but the new key file ${path} could not be removed. Remove it: the next start would take it for your agreement.`,
      { cause },
    );
  }
}
