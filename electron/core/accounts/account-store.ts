import { RepriseError } from '../../../shared/errors.ts';
import type { AccountId } from '../../../shared/model.ts';
import { isSameHost } from '../../../shared/server-names.ts';
import type { Durable } from '../storage/index.ts';
import type { Accounts, AccountSettings } from './account.ts';

/**
 * The account list. Every change is on the disk before it can be seen; when that fails the call
 * rejects with `storage`, and the list is as it was.
 */
export class AccountStore {
  readonly #accounts: Durable<Accounts>;

  constructor(accounts: Durable<Accounts>) {
    this.#accounts = accounts;
  }

  /** All accounts, in the order in which they were added. */
  list(): readonly AccountSettings[] {
    return this.#accounts.value.accounts;
  }

  get(id: AccountId): AccountSettings | null {
    return this.list().find((account) => account.id === id) ?? null;
  }

  /** @throws RepriseError `not-found` */
  mustGet(id: AccountId): AccountSettings {
    const account = this.get(id);
    if (account === null) throw accountNotFound();
    return account;
  }

  /** @throws RepriseError `duplicate-account` for the same user on the same server and port */
  refuseDuplicate(account: AccountSettings): void {
    refuseDuplicate(account, this.list());
  }

  /** @throws RepriseError `duplicate-account` as {@link refuseDuplicate} does */
  async add(account: AccountSettings): Promise<void> {
    await this.#accounts.change(({ accounts }) => {
      refuseDuplicate(account, accounts);
      return { accounts: [...accounts, account] };
    });
  }

  /**
   * Replaces the account of the same id, and returns what is stored now.
   *
   * @throws RepriseError `not-found`, or `duplicate-account` as {@link refuseDuplicate} does
   */
  async update(
    id: AccountId,
    change: (account: AccountSettings) => AccountSettings,
  ): Promise<AccountSettings> {
    let changed: AccountSettings | null = null;
    await this.#accounts.change(({ accounts }) => {
      const account = accounts.find((candidate) => candidate.id === id);
      if (account === undefined) throw accountNotFound();
      const next = { ...change(account), id };
      refuseDuplicate(next, accounts);
      changed = next;
      return { accounts: accounts.map((candidate) => (candidate.id === id ? next : candidate)) };
    });
    // `change` has run, or the line above has thrown.
    return changed ?? this.mustGet(id);
  }

  /** @throws RepriseError `not-found` */
  async remove(id: AccountId): Promise<void> {
    await this.#accounts.change(({ accounts }) => {
      if (!accounts.some((account) => account.id === id)) throw accountNotFound();
      return { accounts: accounts.filter((account) => account.id !== id) };
    });
  }

  /** Resolves when nothing is waiting to be written. */
  settled(): Promise<void> {
    return this.#accounts.settled();
  }
}

/**
 * Whether both would sign in to the same mailboxes: host names are compared in whatever spelling, user
 * names exactly, because servers may tell them apart.
 */
export function isSameAccount(a: AccountPlace, b: AccountPlace): boolean {
  return a.user === b.user && a.port === b.port && isSameHost(a.host, b.host);
}

type AccountPlace = Pick<AccountSettings, 'user' | 'host' | 'port'>;

function refuseDuplicate(account: AccountSettings, accounts: readonly AccountSettings[]): void {
  const twin = accounts.find((other) => other.id !== account.id && isSameAccount(other, account));
  if (twin === undefined) return;
  throw new RepriseError(
    'duplicate-account',
    `${account.user} on ${account.host}:${String(account.port)} is already there, as “${twin.label}”. Change that account, or enter another user name.`,
    { field: 'user' },
  );
}

/** The error of every call for an account that is not there. */
export function accountNotFound(): RepriseError {
  return new RepriseError(
    'not-found',
    'This account is no longer there. It may have been removed.',
  );
}
