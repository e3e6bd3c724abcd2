import { join } from 'node:path';
import { RepriseError } from '../../../shared/errors.ts';
import type { AccountId } from '../../../shared/model.ts';
import {
  isSameServer,
  passwordServer,
  typeAgain,
  type PasswordServer,
} from '../../../shared/password-server.ts';
import { AccountStore } from './account-store.ts';
import { hasKeptAside, removeUnfinished } from '../storage/atomic-file.ts';
import { Durable, inMemory } from '../storage/durable.ts';
import { removeUnfinishedKey } from '../storage/key-file.ts';
import { memoryProtector, type SecretProtector } from '../storage/secret-protector.ts';
import { SealedSecretStore, type OnUnusable, type ServerOf } from '../storage/secret-store.ts';
import { secretsFormat, type SealedSecrets } from '../storage/secrets-file.ts';
import { settingsFormat, type Settings } from './accounts-file.ts';
import { openStored, type Opened } from '../storage/stored-file.ts';
import type { AccountSettings } from './types.ts';

/** Accounts with their passwords. A change resolves when both are on the disk. */
export interface AccountBook {
  readonly accounts: AccountStore;
  readonly secrets: SealedSecretStore;
  /**
   * The password to connect as `account` with; `null` where there is none that is for its server, or
   * where it cannot be opened.
   */
  passwordFor(account: AccountPlace): Promise<string | null>;
  /**
   * What is stored is not used for any other server than the one that it was typed for.
   *
   * @throws RepriseError `invalid-input`, field `password`, where that is not the server of `account`;
   *   `not-found`
   */
  refuseOtherServer(account: AccountPlace): void;
  /** The server that the stored password of `account` is for, where that is another one than its own. */
  strayPasswordOf(account: AccountPlace): PasswordServer | null;
  /** @throws RepriseError `duplicate-account`, `secrets` or `storage`; then nothing was changed */
  add(account: AccountSettings, password: string): Promise<void>;
  /**
   * @param password `null` keeps the stored one
   * @throws RepriseError `not-found`, and as {@link refuseOtherServer} and {@link add} do; then
   *   nothing was changed
   */
  update(
    id: AccountId,
    change: (account: AccountSettings) => AccountSettings,
    password: string | null,
  ): Promise<AccountSettings>;
  /**
   * Removes the account, and then its password. A password that could not be deleted is deleted at
   * the next start; `onLeftBehind` hears why.
   *
   * @throws RepriseError `not-found` or `storage`; then nothing was changed
   */
  remove(id: AccountId, onLeftBehind: (error: unknown) => void): Promise<void>;
  /**
   * Stores the passwords, which were in memory only, under `protector` from now on.
   *
   * @returns a sentence on the file of passwords where something was wrong with it
   * @throws RepriseError `secrets` or `storage`; then nothing was changed
   */
  storeSecrets(protector: SecretProtector): Promise<string | null>;
  /** Resolves when nothing is waiting to be written. */
  settled(): Promise<void>;
}

/** The user's own accounts, and what the user should know about how they were found. */
export interface OpenedBook {
  readonly book: AccountBook;
  /** Sentences on files that are damaged, unreadable or from a newer version. */
  readonly problems: readonly { readonly file: string; readonly message: string }[];
}

/** An account, or one as it would be. */
type AccountPlace = Pick<AccountSettings, 'id' | 'host' | 'servername'>;

/** Opens the accounts of `dataDir`. Never rejects for what it finds there. */
export async function openAccountBook(
  dataDir: string,
  protector: SecretProtector,
  now: number,
  onUnusable: OnUnusable,
): Promise<OpenedBook> {
  // Here, because neither need be opened at all: then a copy of it would stay for ever.
  await removeUnfinishedKey(dataDir);
  await removeUnfinished(join(dataDir, secretsFormat.fileName));
  const settings = await openStored(dataDir, settingsFormat, now);
  const keepsSecrets = protector.protection.kind !== 'memory';
  const secrets = keepsSecrets ? await openStored(dataDir, secretsFormat, now) : null;
  const accounts = new AccountStore(settings.durable);
  const store = new SealedSecretStore(
    secrets?.durable ?? emptySecrets(),
    protector,
    onUnusable,
    serverIn(accounts),
  );
  // Only a list that is known to be complete says that a password is nobody's: with a damaged one
  // kept aside, the accounts in that may come back.
  const isComplete =
    settings.intact && !(await hasKeptAside(join(dataDir, settingsFormat.fileName)));
  if (isComplete && secrets?.intact === true) {
    const known = new Set<string>(settings.durable.value.accounts.map(({ id }) => id));
    // A folder that cannot be written now: they are still nobody's at the next start.
    await store.keepOnly(known).catch(() => undefined);
  }
  return {
    book: accountBook(accounts, store, () => openStored(dataDir, secretsFormat, now)),
    problems: [
      { file: settingsFormat.fileName, message: settings.problem },
      { file: secretsFormat.fileName, message: secrets?.problem ?? null },
    ].flatMap(({ file, message }) => (message === null ? [] : [{ file, message }])),
  };
}

/** Accounts that are gone with the program, passwords included, such as the demo's. */
export function memoryBook(): AccountBook {
  const accounts = new AccountStore(
    new Durable<Settings>(settingsFormat.empty, () => '', inMemory),
  );
  return accountBook(
    accounts,
    new SealedSecretStore(emptySecrets(), memoryProtector(), () => undefined, serverIn(accounts)),
    () => Promise.resolve({ durable: emptySecrets(), problem: null }),
  );
}

function serverIn(accounts: AccountStore): ServerOf {
  return (id) => {
    const account = accounts.get(id);
    return account === null ? null : passwordServer(account);
  };
}

function emptySecrets(): Durable<SealedSecrets> {
  return new Durable<SealedSecrets>(secretsFormat.empty, () => '', inMemory);
}

function accountBook(
  accounts: AccountStore,
  secrets: SealedSecretStore,
  openSecrets: () => Promise<Pick<Opened<SealedSecrets>, 'durable' | 'problem'>>,
): AccountBook {
  /**
   * Stores the password, and puts the old one back should the step that follows fail. Nobody reads
   * the new one before that step is over: it may be for another server than the one that the account
   * still has, which may be connecting just now.
   */
  const withPassword = <Result>(
    account: AccountPlace,
    password: string,
    step: () => Promise<Result>,
  ): Promise<Result> => {
    const { id } = account;
    return secrets.readAsBefore(id, async () => {
      const before = secrets.stored(id);
      await secrets.set(id, password, passwordServer(account));
      try {
        return await step();
      } catch (error) {
        // Should that fail too, the first error is the one that matters.
        await secrets.restore(id, before).catch(() => undefined);
        throw error;
      }
    });
  };
  const refuseOtherServer = (account: AccountPlace): void => {
    // Without one: what the account has is what it was typed for.
    const server = secrets.serverOf(account.id) ?? passwordServer(accounts.mustGet(account.id));
    const wanted = passwordServer(account);
    if (isSameServer(server, wanted)) return;
    throw new RepriseError('invalid-input', typeAgain(server, wanted), { field: 'password' });
  };
  return {
    accounts,
    secrets,
    passwordFor: (account) => secrets.get(account.id, passwordServer(account)),
    refuseOtherServer,
    strayPasswordOf: (account) => {
      const server = secrets.serverOf(account.id);
      return server === null || isSameServer(server, passwordServer(account)) ? null : server;
    },
    add: async (account, password) => {
      accounts.refuseDuplicate(account);
      await withPassword(account, password, () => accounts.add(account));
    },
    update: async (id, change, password) => {
      const next = { ...change(accounts.mustGet(id)), id };
      accounts.refuseDuplicate(next);
      if (password !== null) return withPassword(next, password, () => accounts.update(id, change));
      refuseOtherServer(next);
      return accounts.update(id, change);
    },
    remove: async (id, onLeftBehind) => {
      await accounts.remove(id);
      await secrets.delete(id).catch(onLeftBehind);
    },
    storeSecrets: async (protector) => {
      const { durable, problem } = await openSecrets();
      await secrets.moveTo(durable, protector);
      return problem;
    },
    settled: async () => {
      await Promise.all([accounts.settled(), secrets.settled()]);
    },
  };
}
