/** Passwords at rest: `secrets.json`, each sealed by the protection in force. */
import { inspect } from 'node:util';
import { z } from 'zod';
import { RepriseError } from '../../../shared/errors.ts';
import type { AccountId } from '../../../shared/model.ts';
import type { Durable } from './durable.ts';
import type { SecretProtector } from './secret-protector.ts';
import type { StoredFormat } from './stored-file.ts';
import type { SecretStore } from './types.ts';

/** What the file holds: sealed passwords in base64, by account. */
export interface SealedSecrets {
  readonly secrets: Readonly<Record<string, string>>;
}

/** Version 1, the first. */
export const secretsFormat: StoredFormat<SealedSecrets> = {
  fileName: 'secrets.json',
  what: 'Your stored passwords',
  advice: 'Enter the passwords of your accounts again.',
  migrations: [],
  schema: z.object({ secrets: z.record(z.string(), z.base64()) }),
  empty: { secrets: {} },
};

/** A {@link SecretStore} whose changes are on the disk when they resolve. */
export class SealedSecretStore implements SecretStore {
  #sealed: Durable<SealedSecrets>;
  #protector: SecretProtector;
  readonly #onUnreadable: (account: AccountId, error: unknown) => void;
  /** What readers get while a new password waits for the settings that it belongs to. */
  readonly #before = new Map<AccountId, string | null>();

  /** @param onUnreadable a password is there but cannot be opened: the user has to enter it again */
  constructor(
    sealed: Durable<SealedSecrets>,
    protector: SecretProtector,
    onUnreadable: (account: AccountId, error: unknown) => void,
  ) {
    this.#sealed = sealed;
    this.#protector = protector;
    this.#onUnreadable = onUnreadable;
  }

  /** The password; `null` where there is none, or where it cannot be opened. */
  async get(account: AccountId): Promise<string | null> {
    const before = this.#before.get(account);
    const sealed = before === undefined ? this.sealed(account) : before;
    if (sealed === null) return null;
    try {
      return await this.#protector.open(Buffer.from(sealed, 'base64'), account);
    } catch (error) {
      // It stays where it is: a key store that is locked now may open it later.
      this.#onUnreadable(account, error);
      return null;
    }
  }

  /** @throws RepriseError `secrets` or `storage`; the old password is then kept */
  async set(account: AccountId, password: string): Promise<void> {
    let sealed: Uint8Array;
    try {
      sealed = await this.#protector.seal(password, account);
    } catch (error) {
      if (error instanceof RepriseError) throw error;
      // No cause: what a key store throws may hold what it was given.
      throw new RepriseError(
        'secrets',
        'The password could not be protected, so it was not stored. Unlock the key store of your system and try again.',
      );
    }
    await this.restore(account, Buffer.from(sealed).toString('base64'));
  }

  /** Until `step` has ended, readers get the password that is stored now, whatever is stored meanwhile. */
  async readAsBefore<Result>(account: AccountId, step: () => Promise<Result>): Promise<Result> {
    this.#before.set(account, this.sealed(account));
    try {
      return await step();
    } finally {
      this.#before.delete(account);
    }
  }

  /** @throws RepriseError `storage` */
  async delete(account: AccountId): Promise<void> {
    if (this.sealed(account) !== null) await this.restore(account, null);
  }

  /** The sealed password as it is stored, to {@link restore} it when a later step fails. */
  sealed(account: AccountId): string | null {
    const { secrets } = this.#sealed.value;
    return Object.hasOwn(secrets, account) ? (secrets[account] ?? null) : null;
  }

  /** Puts back what {@link sealed} gave; `null` deletes. */
  async restore(account: AccountId, sealed: string | null): Promise<void> {
    await this.#sealed.change(({ secrets }) => {
      const { [account]: _replaced, ...others } = secrets;
      return { secrets: sealed === null ? others : { ...others, [account]: sealed } };
    });
  }

  /**
   * From now on passwords are sealed by `protector` and kept in `sealed`. Those that are held go
   * along, in one write; what is there for other accounts stays. No other change may be under way.
   *
   * @throws RepriseError `secrets` or `storage`; everything is then as it was
   */
  async moveTo(sealed: Durable<SealedSecrets>, protector: SecretProtector): Promise<void> {
    const moved: Record<string, string> = {};
    for (const [account, text] of Object.entries(this.#sealed.value.secrets)) {
      const plain = await this.#protector.open(Buffer.from(text, 'base64'), account);
      moved[account] = Buffer.from(await protector.seal(plain, account)).toString('base64');
    }
    await sealed.change(({ secrets }) => ({ secrets: { ...secrets, ...moved } }));
    this.#sealed = sealed;
    this.#protector = protector;
  }

  /** Deletes the passwords of accounts that are not in `accounts`. */
  async keepOnly(accounts: ReadonlySet<string>): Promise<void> {
    const isKept = ([account]: readonly [string, string]): boolean => accounts.has(account);
    if (Object.entries(this.#sealed.value.secrets).every(isKept)) return;
    await this.#sealed.change(({ secrets }) => ({
      secrets: Object.fromEntries(Object.entries(secrets).filter(isKept)),
    }));
  }

  /** Resolves when nothing is waiting to be written. */
  settled(): Promise<void> {
    return this.#sealed.settled();
  }

  /** Tells nothing but what it is. */
  [inspect.custom](): string {
    return 'SealedSecretStore';
  }
}
