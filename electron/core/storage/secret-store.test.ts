import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../../shared/model.ts';
import { accountSettings } from '../accounts/testing/account.ts';
import { placeOf } from '../accounts/trusted.ts';
import { Durable } from './durable.ts';
import type { SecretProtector } from './secret-protector.ts';
import { SealedSecretStore } from './secret-store.ts';
import type { SealedSecrets } from './secrets-file.ts';

const place = placeOf(accountSettings('account-1'));
const accounts = ['account-1', 'account-2', 'account-3'] as AccountId[];
const passwordOf = (account: AccountId) => `password of ${account}`;

/** A key store whose key changes: what was sealed under the one before opens, and is stale. */
class RotatingKeyStore implements SecretProtector {
  readonly protection = { kind: 'os', backend: 'test' } as const;
  key = 1;
  /** Asks for it whatever it was sealed under. */
  alwaysStale = false;
  seals = 0;
  isLocked = false;

  seal(plain: string, context: string): Promise<Uint8Array> {
    if (this.isLocked) return Promise.reject(new Error('locked'));
    this.seals += 1;
    return Promise.resolve(Buffer.from(JSON.stringify([this.key, context, plain])));
  }

  open(sealed: Uint8Array, context: string) {
    const [key, forContext, plain] = JSON.parse(Buffer.from(sealed).toString()) as [
      number,
      string,
      string,
    ];
    if (forContext !== context) return Promise.reject(new Error('of another account'));
    return Promise.resolve({ plain, isStale: this.alwaysStale || key !== this.key });
  }
}

/** A store with a password for each account, and what was written of it. */
async function storeWith(keyStore: RotatingKeyStore) {
  const written: string[] = [];
  const disk = { isFull: false };
  const sealed = new Durable<SealedSecrets>({ secrets: {} }, JSON.stringify, (text) => {
    if (disk.isFull) return Promise.reject(new Error('the disk is full'));
    written.push(text);
    return Promise.resolve();
  });
  const store = new SealedSecretStore(
    sealed,
    keyStore,
    (_, why) => {
      throw new Error(`unusable: ${why.kind}`);
    },
    () => place,
  );
  for (const account of accounts) await store.set(account, passwordOf(account), place);
  written.length = 0;
  /** The keys that the passwords are sealed under. */
  const keys = () =>
    accounts.map((account) => {
      const stored = store.stored(account);
      const base64 = typeof stored === 'string' ? stored : (stored?.sealed ?? '');
      return (JSON.parse(Buffer.from(base64, 'base64').toString()) as unknown[])[0];
    });
  const read = () => Promise.all(accounts.map((account) => store.get(account, place)));
  return { store, written, disk, keys, read };
}

describe('passwords whose key store has a new key', () => {
  it('are sealed under it, all of them in one write, when the first is read', async () => {
    const keyStore = new RotatingKeyStore();
    const { written, keys, read } = await storeWith(keyStore);
    await read();
    expect(written).toEqual([]);
    keyStore.key = 2;
    expect(await read()).toEqual(accounts.map(passwordOf));
    expect(written).toHaveLength(1);
    expect(keys()).toEqual([2, 2, 2]);
    await read();
    expect(written).toHaveLength(1);
  });

  it('stay as they are, and are given, where the key store or the disk refuses', async () => {
    const locked = new RotatingKeyStore();
    const first = await storeWith(locked);
    locked.key = 2;
    locked.isLocked = true;
    expect(await first.read()).toEqual(accounts.map(passwordOf));
    expect(first.keys()).toEqual([1, 1, 1]);
    expect(first.written).toEqual([]);

    const full = new RotatingKeyStore();
    const second = await storeWith(full);
    full.key = 2;
    second.disk.isFull = true;
    expect(await second.read()).toEqual(accounts.map(passwordOf));
    expect(second.keys()).toEqual([1, 1, 1]);
  });

  it('are not put in the place of one that is stored meanwhile', async () => {
    const keyStore = new RotatingKeyStore();
    const { store, read } = await storeWith(keyStore);
    const [first] = accounts;
    if (first === undefined) throw new Error('There is no account.');
    keyStore.key = 2;
    await Promise.all([read(), store.set(first, 'a new one', place)]);
    expect(await store.get(first, place)).toBe('a new one');
  });

  it('are written once a run where a key store asks for it each time', async () => {
    const keyStore = new RotatingKeyStore();
    const { written, read } = await storeWith(keyStore);
    keyStore.alwaysStale = true;
    for (let round = 0; round < 3; round += 1) await read();
    expect(written).toHaveLength(1);
  });
});

describe('a secret in whose place another one comes', () => {
  const [first] = accounts as [AccountId];

  it('may have been sealed anew since it was read', async () => {
    const keyStore = new RotatingKeyStore();
    const { store, read } = await storeWith(keyStore);
    const before = passwordOf(first);
    keyStore.key = 2;
    await read();
    expect(await store.replace(first, before, 'the next one', place)).toBe(true);
    // And while it is being written.
    keyStore.key = 3;
    const { store: other, read: readOther } = await storeWith(keyStore);
    keyStore.key = 4;
    const [isStored] = await Promise.all([
      other.replace(first, before, 'the next one', place),
      readOther(),
    ]);
    expect(isStored).toBe(true);
    expect(await other.get(first, place)).toBe('the next one');
  });

  it.each([0, 1, 2, 3, 4, 5, 8, 12, 20])(
    'goes along where they move, %i turns before it is replaced',
    async (turns) => {
      const keyStore = new RotatingKeyStore();
      const { store } = await storeWith(keyStore);
      const moving = store.moveTo(
        new Durable<SealedSecrets>({ secrets: {} }, JSON.stringify, () => Promise.resolve()),
        new RotatingKeyStore(),
      );
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      const isStored = store.replace(first, passwordOf(first), 'the next one', place);
      await moving;
      expect(await isStored).toBe(true);
      expect(await store.get(first, place)).toBe('the next one');
    },
  );

  it('is another one by now, or for another place: that stays', async () => {
    const { store } = await storeWith(new RotatingKeyStore());
    const elsewhere = { ...place, host: 'imap.example.net' };
    expect(await store.replace(first, 'an older one', 'the next one', place)).toBe(false);
    expect(await store.replace(first, passwordOf(first), 'the next one', elsewhere)).toBe(false);
    expect(await store.get(first, place)).toBe(passwordOf(first));
  });
});
