import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RepriseError } from '../../../shared/errors.ts';
import type { AccountId } from '../../../shared/model.ts';
import { openAccountBook, type AccountBook } from '../accounts/account-book.ts';
import { placeOf } from '../accounts/trusted.ts';
import { Durable, inMemory } from './durable.ts';
import { keyFileProtector } from './key-file.ts';
import { memoryProtector, type SecretProtector } from './secret-protector.ts';
import { SealedSecretStore, type Unusable } from './secret-store.ts';
import type { SealedSecrets } from './secrets-file.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { createSelfSigned } from '../demo/testing/index.ts';
import { accountSettings } from '../accounts/testing/account.ts';

const id = 'account-1' as AccountId;
const PASSWORD = 'hunter2-hunter2';
const account = accountSettings(id, { host: 'imap.example.org' });
const elsewhere = { ...account, host: 'imap.example.net' };
const { certPem: pem } = await createSelfSigned();
const { fingerprint256 } = new X509Certificate(pem);
/** As somebody on the same machine has them, or whoever stands on the way. */
const trustingOthers = { trust: { kind: 'pin', fingerprint256, pem } } as const;
const byAnotherCa = { trust: { kind: 'ca', fileName: 'ca.pem', pem } } as const;

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

/** Writes a password as an earlier version did. */
async function storeAsVersion(version: 1 | 2, folder: string, of = account): Promise<void> {
  const host = { host: of.host, name: of.servername ?? of.host };
  const context = version === 1 ? of.id : JSON.stringify([of.id, host.host, host.name]);
  const sealed = await keyFileProtector(folder).seal(PASSWORD, context);
  const text = Buffer.from(sealed).toString('base64');
  await tamper(folder, (file) => {
    file.version = version;
    file.secrets[of.id] = version === 1 ? text : { sealed: text, ...host };
  });
}

/** Whether the form may leave the password as it is for `place`. */
function isAllowed(book: AccountBook, place: typeof account): boolean {
  try {
    book.refuseOtherPlace(place);
    return true;
  } catch (error) {
    if (error instanceof RepriseError && error.field === 'password') return false;
    throw error;
  }
}

const refuse = () => Promise.reject(new Error('locked'));

const sealedOf = (secret: unknown) => (secret as { sealed: string }).sealed;

describe('a stored password', () => {
  it.each([
    ['the same name in another case, with a dot', { host: 'IMAP.Example.org.' }],
    ['its own name for the certificate', { servername: 'imap.example.org' }],
    ['other mailboxes, under another name', { mailboxes: ['Sent'], label: 'Home' }],
  ])('goes on to be used for the place that it was typed for: %s', async (_, change) => {
    await using folder = await temporaryFolder();
    const { book, unusable } = await open(folder.path);
    await book.add(account, PASSWORD);
    const changed = await book.update(id, (old) => ({ ...old, ...change }), null);
    expect(changed).toMatchObject(change);
    expect(await book.passwordFor(changed)).toBe(PASSWORD);
    expect(unusable).toEqual([]);
  });

  it.each([
    ['another host', { host: 'imap.example.net' }, 'imap.example.org'],
    ['a name below it', { host: 'a.imap.example.org' }, 'imap.example.org'],
    [
      'another name for the certificate',
      { servername: 'imap.example.net' },
      'the certificate of imap.example.org',
    ],
    [
      'another host that is to prove the old name',
      { host: 'imap.example.net', servername: 'imap.example.org' },
      'imap.example.org',
    ],
    ['another port', { port: 994 }, 'port 993 of imap.example.org'],
    ['STARTTLS', { security: 'starttls' as const }, 'imap.example.org over TLS'],
    ['another user', { user: 'you@example.org' }, 'the user account-1@example.org'],
    ['one certificate', trustingOthers, 'a server that the authorities of your system vouch for'],
    ['a CA file', byAnotherCa, 'a server that the authorities of your system vouch for'],
  ])('goes to no other place, and is to be typed again: %s', async (_, change, was) => {
    await using folder = await temporaryFolder();
    const { book, unusable } = await open(folder.path);
    await book.add(account, PASSWORD);
    const other = { ...account, ...change };
    expect(await book.passwordFor(other)).toBeNull();
    expect(unusable).toMatchObject([{ kind: 'other-place' }]);
    const edit = () => other;
    await expect(book.update(id, edit, null)).rejects.toMatchObject({
      code: 'invalid-input',
      field: 'password',
      message: `Type the password again: it was for ${was}.`,
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
      { kind: 'other-place', stored: { host: elsewhere.host }, wanted: { host: account.host } },
    ]);
    const rename = again.book.update(id, (old) => ({ ...old, label: 'Renamed' }), null);
    await expect(rename).rejects.toMatchObject({ field: 'password' });
    // It is still there for its own server.
    const moved = await again.book.update(id, () => elsewhere, null);
    expect(again.book.strayPasswordOf(moved)).toBeNull();
    expect(await again.book.passwordFor(moved)).toBe('new-password');
  });

  it.each([
    ['server', { host: elsewhere.host }, { host: elsewhere.host, name: elsewhere.host }],
    ['port', { port: 1993 }, { port: 1993 }],
    ['way', { security: 'starttls' }, { security: 'starttls' }],
    ['user', { user: 'you' }, { user: 'you' }],
    ['pin', trustingOthers, { trust: `pin:${fingerprint256}` }],
    ['CA file', byAnotherCa, { trust: placeOf({ ...account, ...byAnotherCa }).trust }],
  ] as const)(
    'is not had by who writes another %s into the files, whatever else they write',
    async (_, change, place) => {
      await using folder = await temporaryFolder();
      const { book } = await open(folder.path);
      await book.add(account, PASSWORD);
      await rewriteAccount(folder.path, change);
      const { host = account.host, name = host } = place as { host?: string; name?: string };
      const tamperings: readonly ((secret: object) => unknown)[] = [
        (secret) => secret,
        (secret) => ({ ...secret, ...place }),
        (secret) => ({ sealed: sealedOf(secret), host, name }),
        sealedOf,
      ];
      const original = await readFile(join(folder.path, 'secrets.json'));
      for (const changed of tamperings) {
        await writeFile(join(folder.path, 'secrets.json'), original);
        await tamper(folder.path, ({ secrets }) => {
          secrets[id] = changed(secrets[id] as object);
        });
        const again = await open(folder.path);
        const there = again.book.accounts.mustGet(id);
        expect(there).toMatchObject(change);
        expect(await again.book.passwordFor(there)).toBeNull();
        expect(again.unusable).toHaveLength(1);
      }
    },
  );

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

  it('stays with its place when it moves from memory to the disk', async () => {
    await using folder = await temporaryFolder();
    const { book } = await open(folder.path, memoryProtector());
    await book.add(account, PASSWORD);
    await book.storeSecrets(keyFileProtector(folder.path));
    const again = await open(folder.path);
    expect(await again.book.passwordFor(account)).toBe(PASSWORD);
    expect(await again.book.passwordFor(elsewhere)).toBeNull();
  });
});

describe.each([1, 2] as const)('a password that version %i of its file has stored', (version) => {
  it('takes the settings beside it at the first start, and is for those from then on', async () => {
    await using folder = await temporaryFolder();
    const paused = { ...account, paused: true };
    const { book } = await open(folder.path);
    await book.add(paused, 'another');
    await storeAsVersion(version, folder.path);

    const first = await open(folder.path);
    // Whatever is written beside it from now on, before it was ever used.
    await rewriteAccount(folder.path, trustingOthers);
    expect(await first.book.passwordFor(account)).toBe(PASSWORD);
    const second = await open(folder.path);
    expect(await second.book.passwordFor({ ...account, ...trustingOthers })).toBeNull();
    expect(await second.book.passwordFor(account)).toBe(PASSWORD);
  });

  it('is for its account’s place alone where it cannot be bound, and is bound at the next start', async () => {
    await using folder = await temporaryFolder();
    const { book: before } = await open(folder.path);
    await before.add(account, 'another');
    await storeAsVersion(version, folder.path);
    const old = await readFile(join(folder.path, 'secrets.json'), 'utf8');

    const keyFile = keyFileProtector(folder.path);
    const store = { isLocked: true };
    const { book, unusable } = await open(folder.path, {
      protection: keyFile.protection,
      open: (...args) => (store.isLocked ? refuse() : keyFile.open(...args)),
      seal: (...args) => (store.isLocked ? refuse() : keyFile.seal(...args)),
    });
    expect(await readFile(join(folder.path, 'secrets.json'), 'utf8')).toBe(old);
    expect(await book.passwordFor(account)).toBeNull();
    expect(unusable).toMatchObject([{ kind: 'unreadable' }]);
    store.isLocked = false;
    for (const change of [{ host: elsewhere.host }, { port: 1993 }, trustingOthers]) {
      const other = { ...account, ...change };
      expect(isAllowed(book, other)).toBe(false);
      expect(await book.passwordFor(other)).toBeNull();
    }
    expect(await book.passwordFor(account)).toBe(PASSWORD);

    await open(folder.path);
    await rewriteAccount(folder.path, trustingOthers);
    const last = await open(folder.path);
    expect(await last.book.passwordFor(last.book.accounts.mustGet(id))).toBeNull();
    expect(await last.book.passwordFor(account)).toBe(PASSWORD);
  });

  it('is not had for a place that the account got while passwords were in memory only', async () => {
    await using folder = await temporaryFolder();
    const { book: first } = await open(folder.path);
    await first.add(account, 'another');
    await storeAsVersion(version, folder.path);
    const moved = { ...account, port: 1993 };
    const secrets = () => readFile(join(folder.path, 'secrets.json'), 'utf8');
    const old = await secrets();

    // A day without the key store. What stays in its place keeps its password.
    const { book } = await open(folder.path, memoryProtector());
    await book.update(id, (now) => ({ ...now, label: 'Home' }), 'typed-for-the-day');
    expect(await secrets()).toBe(old);
    await book.update(id, () => moved, 'typed-for-the-new-one');
    expect(await book.passwordFor(moved)).toBe('typed-for-the-new-one');

    const again = await open(folder.path);
    expect(again.book.accounts.list()).toEqual([moved]);
    expect(await again.book.passwordFor(moved)).toBeNull();
  });

  it('is not had for the new place while an edit is being stored', async () => {
    await using folder = await temporaryFolder();
    const { book: first } = await open(folder.path);
    await first.add(account, 'another');
    await storeAsVersion(version, folder.path);

    // Not bound at the start, so that it is for whatever place its account has.
    const keyFile = keyFileProtector(folder.path);
    const store = { isReadOnly: true };
    const { book } = await open(folder.path, {
      ...keyFile,
      seal: (...args) => (store.isReadOnly ? refuse() : keyFile.seal(...args)),
    });
    store.isReadOnly = false;
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
});

describe('passwords of earlier versions', () => {
  it('are bound in one write, but for those that do not open or are for another server', async () => {
    const protector = memoryProtector();
    const sealed = async (context: string) =>
      Buffer.from(await protector.seal(context, context)).toString('base64');
    const server = { host: account.host, name: account.host };
    const secrets = {
      first: await sealed('first'),
      second: { sealed: await sealed('second'), ...server },
      stray: { sealed: await sealed('stray'), ...server, host: elsewhere.host },
      locked: await sealed('locked'),
      nobody: await sealed('nobody'),
    };
    const writes: SealedSecrets[] = [];
    const durable = new Durable<SealedSecrets>(
      { secrets },
      (value) => {
        writes.push(value);
        return '';
      },
      inMemory,
    );
    const store = new SealedSecretStore(
      durable,
      {
        ...protector,
        open: (bytes, context) =>
          context === 'locked' ? refuse() : protector.open(bytes, context),
      },
      () => undefined,
      (of) => (of === 'nobody' ? null : placeOf(account)),
    );
    await store.takeOver();
    const { first, second, stray, locked, nobody } = secrets;
    const place = placeOf(account);
    const bound = {
      first: { ...place, sealed: first },
      second: { ...place, sealed: second.sealed },
    };
    expect(writes).toEqual([{ secrets: { ...bound, stray, locked, nobody } }]);
    expect(store.placeOf('stray' as AccountId)).toEqual({ ...place, host: elsewhere.host });
    await store.takeOver();
    expect(writes).toHaveLength(1);
  });
});
