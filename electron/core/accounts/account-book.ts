import { lstat, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RepriseError } from '../../../shared/errors.ts';
import type { AccountId } from '../../../shared/model.ts';
import { isSamePlace, typeAgain, type PasswordPlace } from '../../../shared/password-place.ts';
import {
  Durable,
  hasKeptAside,
  inMemory,
  isBound,
  memoryProtector,
  type OnUnusable,
  type Opened,
  openStored,
  readOwnFile,
  readStored,
  removeUnfinished,
  removeUnfinishedKey,
  type SealedSecrets,
  SealedSecretStore,
  type SecretProtector,
  secretsFormat,
} from '../storage/index.ts';
import {
  accountsFormat,
  type Accounts,
  type AccountSettings,
  type ConnectSettings,
} from './account.ts';
import { AccountStore } from './account-store.ts';
import { placeOf } from './trusted.ts';

/** What an account signs in with, or would. */
type SignIn = ConnectSettings & Pick<AccountSettings, 'id'>;

/** Opens the file of passwords, for a book that kept them in memory until now. */
type OpenSecrets = () => Promise<Pick<Opened<SealedSecrets>, 'durable' | 'problem'>>;

/** Accounts with their passwords. A change resolves when both are on the disk. */
export class AccountBook {
  readonly accounts: AccountStore;
  readonly secrets: SealedSecretStore;
  readonly #protector: SecretProtector;
  readonly #openSecrets: OpenSecrets;

  constructor(
    accounts: Durable<Accounts>,
    sealed: Durable<SealedSecrets>,
    protector: SecretProtector,
    onUnusable: OnUnusable,
    openSecrets: OpenSecrets,
  ) {
    this.accounts = new AccountStore(accounts);
    this.secrets = new SealedSecretStore(sealed, protector, onUnusable, (id) => {
      const account = this.accounts.get(id);
      return account === null ? null : placeOf(account);
    });
    this.#protector = protector;
    this.#openSecrets = openSecrets;
  }

  /**
   * The password to connect as `account` with; `null` where there is none that is for its place, or
   * where it cannot be opened.
   */
  passwordFor(account: SignIn): Promise<string | null> {
    return this.secrets.get(account.id, placeOf(account));
  }

  /**
   * What is stored is not used for any other place than the one that it was typed for.
   *
   * @throws RepriseError `invalid-input`, field `password` or `signIn`, where that is not the place of `account`;
   *   `not-found`
   */
  refuseOtherPlace(account: SignIn): void {
    // Without one: what the account has is what it was typed for.
    const place = this.secrets.placeOf(account.id) ?? placeOf(this.accounts.mustGet(account.id));
    const wanted = placeOf(account);
    if (isSamePlace(place, wanted)) return;
    const field = account.signIn.kind === 'password' ? 'password' : 'signIn';
    throw new RepriseError('invalid-input', typeAgain(place, wanted), { field });
  }

  /** What the stored password of `account` is for, where that is another place than its own. */
  strayPasswordOf(account: SignIn): PasswordPlace | null {
    const place = this.secrets.placeOf(account.id);
    return place === null || isSamePlace(place, placeOf(account)) ? null : place;
  }

  /** @throws RepriseError `duplicate-account`, `secrets` or `storage`; then nothing was changed */
  async add(account: AccountSettings, password: string): Promise<void> {
    this.accounts.refuseDuplicate(account);
    await this.#withPassword(account, password, () => this.accounts.add(account));
  }

  /**
   * @param password `null` keeps the stored one
   * @throws RepriseError `not-found`, and as {@link refuseOtherPlace} and {@link add} do; then
   *   nothing was changed, but for what {@link #dropUnbound} has deleted
   */
  async update(
    id: AccountId,
    change: (account: AccountSettings) => AccountSettings,
    password: string | null,
  ): Promise<AccountSettings> {
    const before = this.accounts.mustGet(id);
    const next = { ...change(before), id };
    this.accounts.refuseDuplicate(next);
    const update = () => this.accounts.update(id, change);
    if (password === null) {
      this.refuseOtherPlace(next);
      return update();
    }
    if (!isSamePlace(placeOf(before), placeOf(next))) await this.#dropUnbound(id);
    return this.#withPassword(next, password, update);
  }

  /**
   * Takes up the refresh token that an issuer gives in place of `before`, as {@link passwordFor} gave it.
   *
   * @returns whether it was stored: not so where the account was changed or removed meanwhile
   * @throws RepriseError `secrets` or `storage`; the old one is then kept
   */
  renew(account: SignIn, before: string, token: string): Promise<boolean> {
    return this.secrets.replace(account.id, before, token, placeOf(account));
  }

  /**
   * Removes the account, and then its password. A password that could not be deleted is deleted at
   * the next start; `onLeftBehind` hears why.
   *
   * @throws RepriseError `not-found` or `storage`; then nothing was changed
   */
  async remove(id: AccountId, onLeftBehind: (error: unknown) => void): Promise<void> {
    await this.accounts.remove(id);
    await this.secrets.delete(id).catch(onLeftBehind);
  }

  /**
   * Stores the passwords, which were in memory only, under `protector` from now on.
   *
   * @returns a sentence on the file of passwords where something was wrong with it
   * @throws RepriseError `secrets` or `storage`; then nothing was changed
   */
  async storeSecrets(protector: SecretProtector): Promise<string | null> {
    const { durable, problem } = await this.#openSecrets();
    await this.secrets.moveTo(durable, protector);
    return problem;
  }

  /** Resolves when nothing is waiting to be written. */
  async settled(): Promise<void> {
    await Promise.all([this.accounts.settled(), this.secrets.settled()]);
  }

  /**
   * Deletes a password on the disk that an earlier version has stored for an account that is about to
   * move. While passwords are kept in memory those are not bound: the next start would bind it to the
   * place that the account has by then.
   *
   * @throws RepriseError `storage`; the account is then not to be moved
   */
  async #dropUnbound(id: AccountId): Promise<void> {
    if (this.#protector.protection.kind !== 'memory') return;
    const { durable, problem } = await this.#openSecrets();
    // What cannot be read today may hold one.
    if (problem !== null) throw new RepriseError('storage', problem);
    const secret = durable.value.secrets[id];
    if (secret === undefined || isBound(secret)) return;
    await durable.change(({ secrets: { [id]: _unbound, ...others } }) => ({ secrets: others }));
  }

  /**
   * Stores the password, and puts the old one back should the step that follows fail. Nobody reads
   * the new one before that step is over: it may be for another place than the one that the account
   * still has, which may be connecting just now.
   */
  #withPassword<Result>(
    account: SignIn,
    password: string,
    step: () => Promise<Result>,
  ): Promise<Result> {
    const { id } = account;
    return this.secrets.readAsBefore(id, async () => {
      const before = this.secrets.stored(id);
      await this.secrets.set(id, password, placeOf(account));
      try {
        return await step();
      } catch (error) {
        // Should that fail too, the first error is the one that matters.
        await this.secrets.restore(id, before).catch(() => undefined);
        throw error;
      }
    });
  }
}

/** The user's own accounts, and what the user should know about how they were found. */
export interface OpenedBook {
  readonly book: AccountBook;
  /** Its list is known to be all there is: what belongs to none of these accounts is nobody's. */
  readonly isComplete: boolean;
  /** Sentences on files that are damaged, unreadable or from a newer version. */
  readonly problems: readonly { readonly file: string; readonly message: string }[];
}

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
  const { fileName, isOnly, problem } = await takeOverAccounts(dataDir);
  const accounts = await openStored(dataDir, { ...accountsFormat, fileName }, now);
  const keepsSecrets = protector.protection.kind !== 'memory';
  const openSecrets = () => openStored(dataDir, secretsFormat, now);
  const secrets = keepsSecrets ? await openSecrets() : null;
  const book = new AccountBook(
    accounts.durable,
    secrets?.durable ?? emptySecrets(),
    protector,
    onUnusable,
    openSecrets,
  );
  // With a damaged list kept aside, the accounts in that may come back.
  const isComplete = isOnly && accounts.intact;
  if (isComplete && secrets?.intact === true) {
    // A folder that cannot be written now: they are still nobody's at the next start.
    const known = new Set<string>(book.accounts.list().map(({ id }) => id));
    await book.secrets.keepOnly(known).catch(() => undefined);
  }
  await book.secrets.takeOver();
  return {
    book,
    isComplete,
    problems: [
      { file: NAME_OF_0_1, message: problem },
      { file: accountsFormat.fileName, message: accounts.problem },
      { file: secretsFormat.fileName, message: secrets?.problem ?? null },
    ].flatMap(({ file, message }) => (message === null ? [] : [{ file, message }])),
  };
}

/** What Reprise 0.1.0 called the file of the accounts; what is in it is the same. */
const NAME_OF_0_1 = 'settings.json';

/** Under which name the accounts lie, and what is known of other lists of accounts beside them. */
interface AccountsFile {
  readonly fileName: string;
  /** No other list is there, be it damaged and kept aside, or written by an older program since. */
  readonly isOnly: boolean;
  readonly problem: string | null;
}

/**
 * Gives the file of version 0.1.0 its present name, in one step: whenever the program is killed, it
 * is there under one of the two. Where it cannot be renamed it goes on to be used as it is.
 */
async function takeOverAccounts(dataDir: string): Promise<AccountsFile> {
  const path = join(dataDir, accountsFormat.fileName);
  const old = join(dataDir, NAME_OF_0_1);
  await removeUnfinished(old);
  const isOnly = !(await hasKeptAside(path)) && !(await hasKeptAside(old));
  const { fileName } = accountsFormat;
  const found = await stat(old).catch(() => null);
  if (found === null && (await lstat(old).catch(() => null)) !== null) {
    const problem = `${old} is a link to a file that is not there, so its accounts are not shown. Bring that file back and start Reprise again, or remove the link.`;
    return { fileName, isOnly: false, problem };
  }
  // Something else of that name is not ours.
  if (found?.isFile() !== true) return { fileName, isOnly, problem: null };
  if ((await lstat(path).catch(() => null)) !== null) {
    const problem = `An older Reprise has saved accounts in ${old} since. They are not used: those in ${path} are. Add what you miss again, then remove that file.`;
    return { fileName, isOnly: false, problem };
  }
  const asItIs = { fileName: NAME_OF_0_1, isOnly, problem: null };
  try {
    // What is damaged, or a newer program's, keeps its name: opening it says so.
    const { kind } = readStored((await readOwnFile(old)).toString('utf8'), accountsFormat);
    if (kind !== 'value') return asItIs;
    await rename(old, path);
    return { fileName, isOnly, problem: null };
  } catch {
    // Unreadable, or in a folder that cannot be changed: reading or writing it says what is wrong.
    return asItIs;
  }
}

/** Accounts that are gone with the program, passwords included, such as the demo's. */
export function memoryBook(): AccountBook {
  return new AccountBook(
    new Durable<Accounts>(accountsFormat.empty, () => '', inMemory),
    emptySecrets(),
    memoryProtector(),
    () => undefined,
    () => Promise.resolve({ durable: emptySecrets(), problem: null }),
  );
}

function emptySecrets(): Durable<SealedSecrets> {
  return new Durable<SealedSecrets>(secretsFormat.empty, () => '', inMemory);
}
