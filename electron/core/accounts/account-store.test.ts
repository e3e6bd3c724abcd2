import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../../shared/model.ts';
import { AccountStore, isSameAccount } from './account-store.ts';
import { Durable, inMemory } from '../storage/index.ts';
import type { Accounts } from './account.ts';
import { accountSettings } from './testing/account.ts';

const emptyStore = (persist = inMemory) =>
  new AccountStore(new Durable<Accounts>({ accounts: [] }, JSON.stringify, persist));

describe('the account list', () => {
  it('keeps accounts in the order in which they were added', async () => {
    const store = emptyStore();
    await Promise.all([store.add(accountSettings('b')), store.add(accountSettings('a'))]);
    await store.remove('b' as AccountId);
    await store.add(accountSettings('c'));
    expect(store.list().map(({ id }) => id)).toEqual(['a', 'c']);
    expect(store.get('a' as AccountId)).toEqual(accountSettings('a'));
    expect(store.get('b' as AccountId)).toBeNull();
  });

  it('refuses the same user on the same server, also when both come at once', async () => {
    const store = emptyStore();
    const twin = accountSettings('twin', { user: 'a@example.org', host: 'IMAP.Example.ORG.' });
    const results = await Promise.allSettled([store.add(accountSettings('a')), store.add(twin)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(results[1]).toMatchObject({ reason: { code: 'duplicate-account', field: 'user' } });
    expect(store.list()).toHaveLength(1);
  });

  it('lets an account be saved as it is, but not become another one', async () => {
    const store = emptyStore();
    await store.add(accountSettings('a'));
    await store.add(accountSettings('b'));
    await store.update('a' as AccountId, (old) => ({ ...old, label: 'renamed' }));
    await expect(
      store.update('a' as AccountId, (old) => ({ ...old, user: 'b@example.org' })),
    ).rejects.toMatchObject({ code: 'duplicate-account' });
    expect(store.mustGet('a' as AccountId)).toEqual(accountSettings('a', { label: 'renamed' }));
  });

  it('never changes an id', async () => {
    const store = emptyStore();
    await store.add(accountSettings('a'));
    await store.update('a' as AccountId, () => accountSettings('b'));
    expect(store.list().map(({ id }) => id)).toEqual(['a']);
  });

  it('says that an account is gone', async () => {
    const store = emptyStore();
    const gone = 'gone' as AccountId;
    for (const call of [() => store.remove(gone), () => store.update(gone, (old) => old)]) {
      await expect(call()).rejects.toMatchObject({ code: 'not-found' });
    }
  });

  it('is as it was when a change cannot be written', async () => {
    let full = false;
    const store = emptyStore(() => (full ? Promise.reject(new Error('full')) : Promise.resolve()));
    await store.add(accountSettings('a'));
    full = true;
    await expect(store.add(accountSettings('b'))).rejects.toThrow('full');
    await expect(store.remove('a' as AccountId)).rejects.toThrow('full');
    await expect(
      store.update('a' as AccountId, (old) => ({ ...old, reuse: false })),
    ).rejects.toThrow('full');
    expect(store.list()).toEqual([accountSettings('a')]);
  });
});

describe('two accounts are the same', () => {
  const base = { user: 'A', host: 'h.example', port: 993 };
  it.each([
    [{ host: 'H.EXAMPLE.' }, true],
    [{ user: 'a' }, false],
    [{ port: 143 }, false],
    [{ host: 'h2.example' }, false],
  ])('with %j: %s', (changes, expected) => {
    expect(isSameAccount(base, { ...base, ...changes })).toBe(expected);
  });
});
