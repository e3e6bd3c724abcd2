import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RepriseError } from '../../../shared/errors.ts';
import type { AccountId } from '../../../shared/model.ts';
import { openAccountBook, type AccountBook } from '../accounts/account-book.ts';
import { keyFileProtector } from './key-file.ts';
import { memoryProtector, type SecretProtector } from './secret-protector.ts';
import type { Unusable } from './secret-store.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { accountSettings } from '../accounts/testing/account.ts';

const id = 'account-1' as AccountId;
const PASSWORD = 'hunter2-hunter2';
const account = accountSettings(id, { host: 'imap.example.org' });
const elsewhere = { ...account, host: 'imap.example.net' };

async function open(path: string, protector: SecretProtector = keyFileProtector(path)) {
  const unusable: Unusable[] = [];
  const { book, problems } = await openAccountBook(path, protector, Date.now(), (_, why) =>
    unusable.push(why),
  );
  expect(problems).toEqual([]);
  return { book, unusable };
}

interface SecretsFile {
  version: number;
  secrets: Record<string, unknown>;
}

/** Changes `secrets.json` as somebody does who can write there and has no key. */
async function tamper(folder: string, change: (file: SecretsFile) => void): Promise<void> {
  const path = join(folder, 'secrets.json');
  const file = JSON.parse(await readFile(path, 'utf8')) as SecretsFile;
  change(file);
  await writeFile(path, JSON.stringify(file));
}

/** The same with `accounts.json`. */
async function rewriteAccount(folder: string, change: object): Promise<void> {
  const path = join(folder, 'accounts.json');
  const file = JSON.parse(await readFile(path, 'utf8')) as { accounts: object[] };
  file.accounts = file.accounts.map((account) => ({ ...account, ...change }));
  await writeFile(path, JSON.stringify(file));
}

/** Whether the form may leave the password as it is for `place`. */
function isAllowed(book: AccountBook, place: typeof account): boolean {
  try {
    book.refuseOtherServer(place);
    return true;
  } catch (error) {
    if (error instanceof RepriseError && error.field === 'password') return false;
    throw error;
  }
}

const sealedOf = (secret: unknown) => (secret as { sealed: string }).sealed;

describe('a stored password', () => {
  it.each([
    ['the same name in another case, with a dot', { host: 'IMAP.Example.org.' }],
    ['another port, over STARTTLS', { port: 143, security: 'starttls' as const }],
    ['its own name for the certificate', { servername: 'imap.example.org' }],
  ])('goes on to be used for the server that it was typed for: %s', async (_, change) => {
    await using folder = await temporaryFolder();
    const { book, unusable } = await open(folder.path);
    await book.add(account, PASSWORD);
    const changed = await book.update(id, (old) => ({ ...old, ...change }), null);
    expect(changed).toMatchObject(change);
    expect(await book.passwordFor(changed)).toBe(PASSWORD);
    expect(unusable).toEqual([]);
  });

  it.each([
    ['another host', { host: 'imap.example.net' }],
    ['a name below it', { host: 'a.imap.example.org' }],
    ['another name for the certificate', { servername: 'imap.example.net' }],
    [
      'another host that is to prove the old name',
      { host: 'imap.example.net', servername: 'imap.example.org' },
    ],
  ])('goes to no other server, and is to be typed again: %s', async (_, change) => {
    await using folder = await temporaryFolder();
    const { book, unusable } = await open(folder.path);
    await book.add(account, PASSWORD);
    const other = { ...account, ...change };
    expect(await book.passwordFor(other)).toBeNull();
    expect(unusable).toMatchObject([{ kind: 'other-server' }]);
    const edit = () => other;
    await expect(book.update(id, edit, null)).rejects.toMatchObject({
      code: 'invalid-input',
      field: 'password',
      message: expect.stringMatching(
        /^Type the password again: .*imap\.example\.org\.$/,
      ) as unknown,
    });
    expect(book.accounts.mustGet(id)).toEqual(account);
    expect(await book.passwordFor(account)).toBe(PASSWORD);
    await book.update(id, edit, 'typed-again');
    expect(await book.passwordFor(other)).toBe('typed-again');
    expect(await book.passwordFor(account)).toBeNull();
  });

  it('is not sent after a kill between its file and that of the account, which is said', async () => {
    await using folder = await temporaryFolder();
    const { book } = await open(folder.path);
    await book.add(account, 'old-password');
    const before = await readFile(join(folder.path, 'accounts.json'));
    await book.update(id, () => elsewhere, 'new-password');
    await writeFile(join(folder.path, 'accounts.json'), before);

    const again = await open(folder.path);
    expect(again.book.accounts.list()).toEqual([account]);
    expect(again.book.strayPasswordOf(account)).toMatchObject({ host: elsewhere.host });
    expect(await again.book.passwordFor(account)).toBeNull();
    expect(again.unusable).toMatchObject([
      { kind: 'other-server', stored: { host: elsewhere.host }, wanted: { host: account.host } },
    ]);
    const rename = again.book.update(id, (old) => ({ ...old, label: 'Renamed' }), null);
    await expect(rename).rejects.toMatchObject({ field: 'password' });
    // It is still there for its own server.
    const moved = await again.book.update(id, () => elsewhere, null);
    expect(again.book.strayPasswordOf(moved)).toBeNull();
    expect(await again.book.passwordFor(moved)).toBe('new-password');
  });

  it('is not had by who writes another server into the files, whatever else they write', async () => {
    await using folder = await temporaryFolder();
    const { book } = await open(folder.path);
    await book.add(account, PASSWORD);
    await rewriteAccount(folder.path, { host: elsewhere.host });
    const there = { host: elsewhere.host, name: elsewhere.host };
    const tamperings: readonly ((secret: unknown) => unknown)[] = [
      (secret) => secret,
      (secret) => ({ sealed: sealedOf(secret), ...there }),
      (secret) => sealedOf(secret),
    ];
    const original = await readFile(join(folder.path, 'secrets.json'));
    for (const changed of tamperings) {
      await writeFile(join(folder.path, 'secrets.json'), original);
      await tamper(folder.path, ({ secrets }) => {
        secrets[id] = changed(secrets[id]);
      });
      const again = await open(folder.path);
      expect(again.book.accounts.mustGet(id).host).toBe(elsewhere.host);
      expect(await again.book.passwordFor(elsewhere)).toBeNull();
      expect(again.unusable).toHaveLength(1);
    }
  });

  it('is not had under an id that spells what it is sealed for', async () => {
    await using folder = await temporaryFolder();
    const { book } = await open(folder.path);
    const short = accountSettings('a', { host: 'a.example' });
    await book.add(short, PASSWORD);
    const forged = JSON.stringify(['a', 'a.example', 'a.example']);
    await rewriteAccount(folder.path, { id: forged, host: elsewhere.host });
    await tamper(folder.path, (file) => {
      file.secrets = { [forged]: sealedOf(file.secrets['a']) };
    });
    const { book: again, problems } = await openAccountBook(
      folder.path,
      keyFileProtector(folder.path),
      Date.now(),
      () => undefined,
    );
    expect(problems).toMatchObject([{ file: 'accounts.json' }]);
    expect(again.accounts.list()).toEqual([]);
  });

  it('of an older version is taken over once, for the server that its account has', async () => {
    await using folder = await temporaryFolder();
    const { book } = await open(folder.path);
    await book.add(account, PASSWORD);
    const old = await keyFileProtector(folder.path).seal(PASSWORD, id);
    await tamper(folder.path, (file) => {
      file.version = 1;
      file.secrets = { [id]: Buffer.from(old).toString('base64') };
    });

    const first = await open(folder.path);
    const move = first.book.update(id, () => elsewhere, null);
    await expect(move).rejects.toMatchObject({ field: 'password' });
    expect(await first.book.passwordFor(account)).toBe(PASSWORD);
    expect(first.unusable).toEqual([]);

    await rewriteAccount(folder.path, { host: elsewhere.host });
    const second = await open(folder.path);
    expect(await second.book.passwordFor(elsewhere)).toBeNull();
    expect(await second.book.passwordFor(account)).toBe(PASSWORD);
  });

  it('of an older version is not had for the new server while an edit is being stored', async () => {
    await using folder = await temporaryFolder();
    const { book: first } = await open(folder.path);
    await first.add(account, PASSWORD);
    const old = await keyFileProtector(folder.path).seal(PASSWORD, id);
    await tamper(folder.path, (file) => {
      file.secrets = { [id]: Buffer.from(old).toString('base64') };
    });

    const { book } = await open(folder.path);
    const allowed: boolean[] = [];
    const given: Promise<string | null>[] = [];
    // Asked for whenever the edit is applied: at last with the new password on the disk already.
    const edit = () => {
      allowed.push(isAllowed(book, elsewhere), isAllowed(book, account));
      given.push(book.passwordFor(elsewhere), book.passwordFor(account));
      return elsewhere;
    };
    await book.update(id, edit, 'typed-for-the-new-one');
    expect(allowed).toEqual([false, true, false, true]);
    expect(await Promise.all(given)).toEqual([null, PASSWORD, null, PASSWORD]);
    expect(await book.passwordFor(elsewhere)).toBe('typed-for-the-new-one');
    expect(await book.passwordFor(account)).toBeNull();
  });

  it('of an older version is given also where it cannot be written anew', async () => {
    await using folder = await temporaryFolder();
    const { book } = await open(folder.path);
    await book.add(account, PASSWORD);
    const old = await keyFileProtector(folder.path).seal(PASSWORD, id);
    await tamper(folder.path, (file) => {
      file.secrets = { [id]: Buffer.from(old).toString('base64') };
    });
    const keyFile = keyFileProtector(folder.path);
    const again = await open(folder.path, {
      ...keyFile,
      seal: () => Promise.reject(new Error('locked')),
    });
    expect(await again.book.passwordFor(account)).toBe(PASSWORD);
    expect(again.unusable).toEqual([]);
  });

  it('stays with its server when it moves from memory to the disk', async () => {
    await using folder = await temporaryFolder();
    const { book } = await open(folder.path, memoryProtector());
    await book.add(account, PASSWORD);
    await book.storeSecrets(keyFileProtector(folder.path));
    const again = await open(folder.path);
    expect(await again.book.passwordFor(account)).toBe(PASSWORD);
    expect(await again.book.passwordFor(elsewhere)).toBeNull();
  });
});
