/** Passwords at rest, each for one account and one server. */
import { inspect } from 'node:util';
import { RepriseError } from '../../../shared/errors.ts';
import type { AccountId } from '../../../shared/model.ts';
import { isSameServer, type PasswordServer } from '../../../shared/password-server.ts';
import type { Durable } from './durable.ts';
import type { OpenedSecret, SecretProtector } from './secret-protector.ts';
import {
  boundServer,
  sealedBytes,
  secretContext,
  type SealedSecrets,
  type StoredSecret,
} from './secrets-file.ts';

/** Why a password that is stored is not given: its user has to enter it. */
export type Unusable =
  | { readonly kind: 'unreadable'; readonly error: unknown }
  /** It was typed for another server than the one that is to get it. */
  | {
      readonly kind: 'other-server';
      readonly stored: PasswordServer;
      readonly wanted: PasswordServer;
    };

/** Hears of each stored password that cannot be given, when it is wanted. */
export type OnUnusable = (account: AccountId, why: Unusable) => void;

/** A password as its readers get it, and whose it is. */
interface Readable {
  readonly secret: StoredSecret;
  readonly server: PasswordServer;
}

/** The server that an account has now; `null` where there is no such account. */
export type ServerOf = (account: AccountId) => PasswordServer | null;

/**
 * Where passwords are kept, each for one server. Changes are on the disk when they resolve. Values
 * never appear in errors or logs.
 */
export class SealedSecretStore {
  #sealed: Durable<SealedSecrets>;
  #protector: SecretProtector;
  readonly #onUnusable: OnUnusable;
  readonly #accountServer: ServerOf;
  /** Done at most once a run: a key store that always asks for it must not have each reading write. */
  #sealingAnew: Promise<void> | null = null;
  /** What readers get while a new password waits for the settings that it belongs to. */
  readonly #before = new Map<AccountId, Readable | null>();

  /** @param accountServer says whose a password of version 1 is */
  constructor(
    sealed: Durable<SealedSecrets>,
    protector: SecretProtector,
    onUnusable: OnUnusable,
    accountServer: ServerOf,
  ) {
    this.#sealed = sealed;
    this.#protector = protector;
    this.#onUnusable = onUnusable;
    this.#accountServer = accountServer;
  }

  /** The server whose password {@link get} gives, and gives to no other; `null` where there is none. */
  serverOf(account: AccountId): PasswordServer | null {
    return this.#readable(account)?.server ?? null;
  }

  /** The password for this server; `null` where there is none, or where it cannot be given. */
  async get(account: AccountId, server: PasswordServer): Promise<string | null> {
    const readable = this.#readable(account);
    if (readable === null) return null;
    const { secret, server: stored } = readable;
    if (!isSameServer(stored, server)) {
      this.#onUnusable(account, { kind: 'other-server', stored, wanted: server });
      return null;
    }
    let opened: OpenedSecret;
    try {
      opened = await this.#open(account, secret);
    } catch (error) {
      // It stays where it is: a key store that is locked now may open it later.
      this.#onUnusable(account, { kind: 'unreadable', error });
      return null;
    }
    const { plain: password, isStale } = opened;
    if (boundServer(secret) === null) await this.#bind(account, secret, password, server);
    if (isStale) await (this.#sealingAnew ??= this.#sealAnew());
    return password;
  }

  /**
   * The password, for this server alone.
   *
   * @throws RepriseError `secrets` or `storage`; the old password is then kept
   */
  async set(account: AccountId, password: string, server: PasswordServer): Promise<void> {
    let secret: StoredSecret;
    try {
      secret = await seal(this.#protector, account, password, server);
    } catch (error) {
      if (error instanceof RepriseError) throw error;
      // No cause: what a key store throws may hold what it was given.
      throw new RepriseError(
        'secrets',
        'The password could not be protected, so it was not stored. Unlock the key store of your system and try again.',
      );
    }
    await this.restore(account, secret);
  }

  /** Until `step` has ended, readers get the password that is stored now, whatever is stored meanwhile. */
  async readAsBefore<Result>(account: AccountId, step: () => Promise<Result>): Promise<Result> {
    this.#before.set(account, this.#readable(account));
    try {
      return await step();
    } finally {
      this.#before.delete(account);
    }
  }

  /** @throws RepriseError `storage` */
  async delete(account: AccountId): Promise<void> {
    if (this.stored(account) !== null) await this.restore(account, null);
  }

  /** The password as it is stored, to {@link restore} it when a later step fails. */
  stored(account: AccountId): StoredSecret | null {
    const { secrets } = this.#sealed.value;
    return Object.hasOwn(secrets, account) ? (secrets[account] ?? null) : null;
  }

  /** Puts back what {@link stored} gave; `null` deletes. */
  async restore(account: AccountId, secret: StoredSecret | null): Promise<void> {
    await this.#sealed.change(({ secrets }) => {
      const { [account]: _replaced, ...others } = secrets;
      return { secrets: secret === null ? others : { ...others, [account]: secret } };
    });
  }

  /**
   * From now on passwords are sealed by `protector` and kept in `sealed`. Those that are held go
   * along, in one write; what is there for other accounts stays. No other change may be under way.
   *
   * @throws RepriseError `secrets` or `storage`; everything is then as it was
   */
  async moveTo(sealed: Durable<SealedSecrets>, protector: SecretProtector): Promise<void> {
    const moved: Record<string, StoredSecret> = {};
    for (const [account, secret] of Object.entries(this.#sealed.value.secrets)) {
      const { plain } = await this.#open(account, secret);
      moved[account] = await seal(protector, account, plain, boundServer(secret));
    }
    await sealed.change(({ secrets }) => ({ secrets: { ...secrets, ...moved } }));
    this.#sealed = sealed;
    this.#protector = protector;
  }

  /** Deletes the passwords of accounts that are not in `accounts`. */
  async keepOnly(accounts: ReadonlySet<string>): Promise<void> {
    const isKept = ([account]: readonly [string, unknown]): boolean => accounts.has(account);
    if (Object.entries(this.#sealed.value.secrets).every(isKept)) return;
    await this.#sealed.change(({ secrets }) => ({
      secrets: Object.fromEntries(Object.entries(secrets).filter(isKept)),
    }));
  }

  /** Resolves when nothing is waiting to be written. */
  settled(): Promise<void> {
    return this.#sealed.settled();
  }

  #readable(account: AccountId): Readable | null {
    const before = this.#before.get(account);
    if (before !== undefined) return before;
    const secret = this.stored(account);
    if (secret === null) return null;
    const server = boundServer(secret) ?? this.#accountServer(account);
    return server === null ? null : { secret, server };
  }

  #open(account: string, secret: StoredSecret): Promise<OpenedSecret> {
    return this.#protector.open(sealedBytes(secret), secretContext(account, boundServer(secret)));
  }

  /**
   * Seals whatever is sealed under a key that is about to go, in one write. What cannot be opened, or
   * sealed, stays as it is. Never rejects.
   */
  async #sealAnew(): Promise<void> {
    const anew = new Map<string, { readonly stale: StoredSecret; readonly secret: StoredSecret }>();
    for (const [account, secret] of Object.entries(this.#sealed.value.secrets)) {
      try {
        const { plain, isStale } = await this.#open(account, secret);
        if (!isStale) continue;
        const again = await seal(this.#protector, account, plain, boundServer(secret));
        anew.set(account, { stale: secret, secret: again });
      } catch {
        // The key store refuses now: it is as good as before, and sealed anew at a later start.
      }
    }
    if (anew.size === 0) return;
    const sealedAnew = this.#sealed.change(({ secrets }) => ({
      secrets: Object.fromEntries(
        Object.entries(secrets).map(([account, secret]) => {
          const again = anew.get(account);
          // Another one may have been stored meanwhile.
          return [account, again?.stale === secret ? again.secret : secret];
        }),
      ),
    }));
    // A disk that refuses leaves the file as it was.
    await sealedAnew.catch(() => undefined);
  }

  /** Takes over a password of version 1: from now on it is for this server. */
  async #bind(
    account: AccountId,
    old: StoredSecret,
    password: string,
    server: PasswordServer,
  ): Promise<void> {
    try {
      const bound = await seal(this.#protector, account, password, server);
      await this.#sealed.change(({ secrets }) =>
        // Another one may have been stored meanwhile.
        secrets[account] === old ? { secrets: { ...secrets, [account]: bound } } : { secrets },
      );
    } catch {
      // The key store or the disk refuses now: it is as good as before, and bound another time.
    }
  }

  /** Tells nothing but what it is. */
  [inspect.custom](): string {
    return 'SealedSecretStore';
  }
}

/** @param server `null` for a password of version 1, which stays one */
async function seal(
  protector: SecretProtector,
  account: string,
  password: string,
  server: PasswordServer | null,
): Promise<StoredSecret> {
  const bytes = await protector.seal(password, secretContext(account, server));
  const sealed = Buffer.from(bytes).toString('base64');
  return server === null ? sealed : { sealed, ...server };
}
