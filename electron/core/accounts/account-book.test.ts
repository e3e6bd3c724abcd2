import { mkdir, readFile, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { RepriseError } from '../../../shared/errors.ts';
import type { AccountId } from '../../../shared/model.ts';
import { memoryBook, openAccountBook } from './account-book.ts';
import { keyFileProtector } from '../storage/key-file.ts';
import { memoryProtector, type SecretProtector } from '../storage/secret-protector.ts';
import { unfinishedName } from '../storage/files.ts';
import { temporaryFolder } from '../storage/testing/temporary-folder.ts';
import { accountSettings } from './testing/account.ts';
import { placeOf } from './trusted.ts';

const id = 'account-1' as AccountId;
const password = 'hunter2-hunter2';
const account = accountSettings(id, { mailboxes: ['INBOX', 'Sent'] });
const place = placeOf(account);

async function open(path: string, protector: SecretProtector = keyFileProtector(path)) {
  const unreadable: AccountId[] = [];
  const opened = await openAccountBook(path, protector, Date.UTC(2026, 10, 23), (bad) =>
    unreadable.push(bad),
  );
  return { ...opened, unreadable };
}

const unbreakable = () => undefined;

/** Where the accounts are, and where version 0.1.0 had them. */
const pathsIn = (folder: string) => ({
  path: join(folder, 'accounts.json'),
  old: join(folder, 'settings.json'),
});

describe('accounts and passwords on disk', () => {
  it('are there again after a restart', async () => {
    await using folder = await temporaryFolder();
    const first = await open(folder.path);
    await first.book.add(account, password);
    await first.book.update(id, (old) => ({ ...old, paused: true }), null);
    const second = await open(folder.path);
    expect(second.problems).toEqual([]);
    expect(second.book.accounts.list()).toEqual([{ ...account, paused: true }]);
    expect(await second.book.passwordFor(account)).toBe(password);
  });

  it('are readable by the user alone, and hold no password in clear', async () => {
    await using folder = await temporaryFolder();
    const { book } = await open(folder.path);
    await book.add(account, password);
    for (const name of ['accounts.json', 'secrets.json', 'secrets.key']) {
      const path = join(folder.path, name);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      const content = await readFile(path, 'latin1');
      expect(content).not.toContain(password);
      expect(content).not.toContain(Buffer.from(password).toString('base64'));
    }
    expect(inspect(book, { depth: 9, showHidden: true })).not.toContain(password);
  });

  it('forget the password with the account', async () => {
    await using folder = await temporaryFolder();
    const { book } = await open(folder.path);
    await book.add(account, password);
    await book.remove(id, unbreakable);
    expect(await book.passwordFor(account)).toBeNull();
    expect(await readFile(join(folder.path, 'secrets.json'), 'utf8')).not.toContain(id);
  });

  it('keep the stored password when an update brings none', async () => {
    const book = memoryBook();
    await book.add(account, password);
    await book.update(id, (old) => ({ ...old, label: 'New' }), null);
    expect(await book.passwordFor(account)).toBe(password);
    await book.update(id, (old) => old, 'another-one');
    expect(await book.passwordFor(account)).toBe('another-one');
  });

  it('change together: nobody gets the new password while the account has its old server', async () => {
    await using folder = await temporaryFolder();
    const { book } = await open(folder.path, memoryProtector());
    await book.add(account, password);
    const moving = book.update(id, (old) => ({ ...old, host: 'imap.example.net' }), 'another-one');
    const seen = new Set<string>();
    const isMoved = () => book.accounts.mustGet(id).host === 'imap.example.net';
    while (!isMoved()) {
      const read = await book.passwordFor(account);
      if (!isMoved()) seen.add(read ?? 'none');
      await turn();
    }
    expect([...seen]).toEqual([password]);
    expect(await book.passwordFor(await moving)).toBe('another-one');
    expect(await book.passwordFor(account)).toBeNull();
  });

  it('are both as they were when the settings cannot be written', async () => {
    await using folder = await temporaryFolder();
    const first = await open(folder.path);
    await first.book.add(account, password);
    // A newer version's file: changes of settings fail, changes of passwords do not.
    await writeFile(join(folder.path, 'accounts.json'), '{"version":99}');
    const { book } = await open(folder.path);
    const other = { ...account, id: 'account-2' as AccountId };
    await expect(book.add(other, 'other-password')).rejects.toMatchObject({ code: 'storage' });
    expect(await book.passwordFor(other)).toBeNull();
    expect(await book.passwordFor(account)).toBe(password);
    await expect(
      first.book.update(id, () => ({ ...account, user: '' }), 'x'),
    ).resolves.toBeTruthy();
  });

  it('keep the old password when a duplicate is refused', async () => {
    const book = memoryBook();
    await book.add(account, password);
    const other = { ...account, id: 'account-2' as AccountId, user: 'you@example.org' };
    await book.add(other, 'other-password');
    const update = book.update(id, (old) => ({ ...old, user: other.user }), 'new-password');
    await expect(update).rejects.toMatchObject({ code: 'duplicate-account' });
    expect(await book.passwordFor(account)).toBe(password);
  });

  it('lose no password when the settings are damaged: putting the file back is enough', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'accounts.json');
    const first = await open(folder.path);
    await first.book.add(account, password);
    const good = await readFile(path, 'utf8');
    await writeFile(path, good.slice(0, -30));
    const damaged = await open(folder.path);
    expect(damaged.problems).toMatchObject([{ file: 'accounts.json' }]);
    expect(damaged.book.accounts.list()).toEqual([]);
    await writeFile(path, good);
    const repaired = await open(folder.path);
    expect(await repaired.book.passwordFor(account)).toBe(password);
  });

  it('lose no password of a damaged list that is kept aside when an account is added meanwhile', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'accounts.json');
    const first = await open(folder.path);
    await first.book.add(account, password);
    const good = await readFile(path, 'utf8');
    await writeFile(path, good.slice(0, -30));
    const damaged = await open(folder.path);
    await damaged.book.add({ ...account, id: 'account-2' as AccountId }, 'other-password');
    await damaged.book.secrets.set('nobody' as AccountId, 'left-behind', place);
    await open(folder.path);
    await writeFile(path, good);
    const repaired = await open(folder.path);
    expect(await repaired.book.passwordFor(account)).toBe(password);

    for (const name of await readdir(folder.path)) {
      if (name.includes('.corrupt-')) await rm(join(folder.path, name));
    }
    const tidied = await open(folder.path);
    expect(await tidied.book.passwordFor(account)).toBe(password);
    expect(tidied.book.secrets.stored('nobody' as AccountId)).toBeNull();
  });

  it('delete at the next start a password that was left behind', async () => {
    await using folder = await temporaryFolder();
    const first = await open(folder.path);
    await first.book.add(account, password);
    await first.book.secrets.set('nobody' as AccountId, 'left-behind', place);
    await open(folder.path);
    const secrets = await readFile(join(folder.path, 'secrets.json'), 'utf8');
    expect(secrets).not.toContain('nobody');
    expect(secrets).toContain(id);
  });

  it('say which password cannot be opened, and take a new one for it', async () => {
    await using folder = await temporaryFolder();
    const first = await open(folder.path);
    await first.book.add(account, password);
    await writeFile(join(folder.path, 'secrets.key'), Buffer.alloc(32, 1));
    const { book, unreadable } = await open(folder.path);
    expect(await book.passwordFor(account)).toBeNull();
    expect(unreadable).toEqual([id]);
    await book.update(id, (old) => old, 'new-password');
    expect(await book.passwordFor(account)).toBe('new-password');
  });

  it('leave passwords off the disk where there is no protection', async () => {
    await using folder = await temporaryFolder();
    const { book } = await open(folder.path, memoryProtector());
    await book.add(account, password);
    expect(await book.passwordFor(account)).toBe(password);
    expect(await readdir(folder.path)).toEqual(['accounts.json']);
  });

  it('tell nothing of a password when a key store fails with it in its error', async () => {
    const broken: SecretProtector = {
      protection: { kind: 'os', backend: 'test' },
      seal: (plain) => Promise.reject(new Error(`cannot seal ${plain}`)),
      open: () => Promise.reject(new Error('locked')),
    };
    await using folder = await temporaryFolder();
    const { book } = await open(folder.path, broken);
    const error: unknown = await book.add(account, password).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(RepriseError);
    expect(error).toMatchObject({ code: 'secrets' });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(password);
    expect(book.accounts.list()).toEqual([]);
  });
});

describe('the accounts of version 0.1.0', () => {
  it('are taken over under the present name, and what a kill left beside them goes', async () => {
    await using folder = await temporaryFolder();
    const { path, old } = pathsIn(folder.path);
    const first = await open(folder.path);
    await first.book.add(account, password);
    await rename(path, old);
    await writeFile(unfinishedName(old), 'half of it');
    const { book, problems } = await open(folder.path);
    expect(problems).toEqual([]);
    expect(book.accounts.list()).toEqual([account]);
    expect(await book.passwordFor(account)).toBe(password);
    expect((await readdir(folder.path)).toSorted()).toEqual([
      'accounts.json',
      'secrets.json',
      'secrets.key',
    ]);
  });

  it('that were kept aside may come back: no password is deleted while they lie there', async () => {
    await using folder = await temporaryFolder();
    const { path, old } = pathsIn(folder.path);
    const first = await open(folder.path);
    await first.book.add(account, password);
    await rename(path, `${old}.corrupt-20261123T195400.123Z`);
    await writeFile(path, '{"version":1,"accounts":[]}');
    const { book } = await open(folder.path);
    expect(book.secrets.stored(id)).not.toBeNull();
  });

  it('are not used beside present ones, which is said, and their passwords stay', async () => {
    await using folder = await temporaryFolder();
    const { path, old } = pathsIn(folder.path);
    const first = await open(folder.path);
    await first.book.add(account, password);
    await rename(path, old);
    await writeFile(path, '{"version":1,"accounts":[]}');
    const { book, problems } = await open(folder.path);
    expect(book.accounts.list()).toEqual([]);
    expect(problems).toMatchObject([{ message: expect.stringContaining(`${old} since`) }]);
    expect(book.secrets.stored(id)).not.toBeNull();
    expect(await readFile(old, 'utf8')).toContain(id);
  });

  it('keep their name where they are a newer program’s, which stay as they were', async () => {
    await using folder = await temporaryFolder();
    const { old } = pathsIn(folder.path);
    await writeFile(old, '{"version":99}');
    const { book, problems } = await open(folder.path);
    expect(problems).toMatchObject([{ message: expect.stringContaining('newer Reprise') }]);
    await expect(book.add(account, password)).rejects.toMatchObject({ code: 'storage' });
    expect(await readFile(old, 'utf8')).toBe('{"version":99}');
    expect(await readdir(folder.path)).not.toContain('accounts.json');
  });

  it('are not made of another program’s settings, which are kept aside under their name', async () => {
    await using folder = await temporaryFolder();
    await writeFile(pathsIn(folder.path).old, '{"editor.tabSize":2}');
    const { problems } = await open(folder.path);
    expect(problems).toHaveLength(1);
    expect(await readdir(folder.path)).toEqual([
      expect.stringMatching(/^settings\.json\.corrupt-/),
    ]);
  });

  it('are said to be missing where their link leads nowhere, and their passwords stay', async () => {
    await using folder = await temporaryFolder();
    const { path, old } = pathsIn(folder.path);
    const first = await open(folder.path);
    await first.book.add(account, password);
    await rm(path);
    await symlink(join(folder.path, 'elsewhere.json'), old);
    const { book, problems } = await open(folder.path);
    expect(problems).toMatchObject([{ message: expect.stringContaining('a link to a file') }]);
    expect(book.secrets.stored(id)).not.toBeNull();
  });

  it('are no folder of that name', async () => {
    await using folder = await temporaryFolder();
    await mkdir(pathsIn(folder.path).old);
    const { book, problems } = await open(folder.path);
    await book.add(account, password);
    expect(problems).toEqual([]);
    expect(await readdir(folder.path)).toContain('accounts.json');
  });
});
