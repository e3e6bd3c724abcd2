/** Passwords at rest, each for one account and one place. */
import { inspect } from 'node:util';
import { RepriseError } from '../../../shared/errors.ts';
import type { AccountId } from '../../../shared/model.ts';
import { isSamePlace, isSameServer, type PasswordPlace } from '../../../shared/password-place.ts';
import type { Durable } from './durable.ts';
import type { OpenedSecret, SecretProtector } from './secret-protector.ts';
import {
  contextOf,
  isBound,
  sealedBytes,
  type SealedSecrets,
  type StoredSecret,
} from './secrets-file.ts';

/** Why a password that is stored is not given: its user has to enter it. */
export type Unusable =
  | { readonly kind: 'unreadable'; readonly error: unknown }
  /** It was typed for another place than the one that is to get it. */
  | {
      readonly kind: 'other-place';
      readonly stored: PasswordPlace;
      readonly wanted: PasswordPlace;
    };

/** Hears of each stored password that cannot be given, when it is wanted. */
export type OnUnusable = (account: AccountId, why: Unusable) => void;

/** A password as its readers get it, and whose it is. */
interface Readable {
  readonly secret: StoredSecret;
  readonly place: PasswordPlace;
}

/** The place that an account has now; `null` where there is no such account. */
export type AccountPlace = (account: AccountId) => PasswordPlace | null;

/**
 * Where passwords are kept, each for one place. Changes are on the disk when they resolve. Values
 * never appear in errors or logs.
 */
export class SealedSecretStore {
  #sealed: Durable<SealedSecrets>;
  #protector: SecretProtector;
  readonly #onUnusable: OnUnusable;
  readonly #accountPlace: AccountPlace;
  /** Done at most once a run: a key store that always asks for it must not have each reading write. */
  #sealingAnew: Promise<void> | null = null;
  /** What readers get while a new password waits for the settings that it belongs to. */
  readonly #before = new Map<AccountId, Readable | null>();

  /** @param accountPlace says for what a password is that an earlier version has stored */
  constructor(
    sealed: Durable<SealedSecrets>,
    protector: SecretProtector,
    onUnusable: OnUnusable,
    accountPlace: AccountPlace,
  ) {
    this.#sealed = sealed;
    this.#protector = protector;
    this.#onUnusable = onUnusable;
    this.#accountPlace = accountPlace;
  }

  /**
   * Binds what earlier versions have stored: each password to the place that its account has, all in
   * one write. What cannot be opened or written now stays as it is, for the next start. Never rejects.
   */
  async takeOver(): Promise<void> {
    const before = this.#sealed.value.secrets;
    const bound: Record<string, StoredSecret> = {};
    const bind = async ([id, secret]: readonly [string, StoredSecret]): Promise<void> => {
      const account = id as AccountId;
      const place = this.#accountPlace(account);
      if (place === null || isBound(secret)) return;
      if (typeof secret !== 'string' && !isSameServer(secret, place)) return;
      const { plain } = await this.#open(account, secret);
      bound[id] = await seal(this.#protector, account, plain, { ...place, sealed: '' });
    };
    await Promise.allSettled(Object.entries(before).map(bind));
    if (Object.keys(bound).length === 0) return;
    // A disk that is full now: they are as good as before.
    await this.#sealed
      .change(({ secrets }) => ({ secrets: { ...secrets, ...bound } }))
      .catch(() => undefined);
  }

  /** The place whose password {@link get} gives, and gives to no other; `null` where there is none. */
  placeOf(account: AccountId): PasswordPlace | null {
    return this.#readable(account)?.place ?? null;
  }

  /** The password for this place; `null` where there is none, or where it cannot be given. */
  async get(account: AccountId, place: PasswordPlace): Promise<string | null> {
    const readable = this.#readable(account);
    if (readable === null) return null;
    const { secret, place: stored } = readable;
    if (!isSamePlace(stored, place)) {
      this.#onUnusable(account, { kind: 'other-place', stored, wanted: place });
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
    if (opened.isStale) await (this.#sealingAnew ??= this.#sealAnew());
    return opened.plain;
  }

  /**
   * The password, for this place alone.
   *
   * @throws RepriseError `secrets` or `storage`; the old password is then kept
   */
  async set(account: AccountId, password: string, place: PasswordPlace): Promise<void> {
    await this.restore(account, await this.#seal(account, password, place));
  }

  /**
   * Stores another secret for the same place, in place of `before`, as {@link get} gave it: however that is
   * sealed and wherever it is kept by now. Where something else is stored, nothing changes.
   *
   * @returns whether it was stored
   * @throws RepriseError `secrets` or `storage`; the old one is then kept
   */
  async replace(
    account: AccountId,
    before: string,
    next: string,
    place: PasswordPlace,
  ): Promise<boolean> {
    for (;;) {
      const sealed = this.#sealed;
      const stored = this.stored(account);
      if (stored === null || !(await this.#holds(account, stored, before, place))) return false;
      const secret = await this.#seal(account, next, place);
      let isStored = false;
      await sealed.change(({ secrets }) => {
        isStored = secrets[account] === stored && this.#sealed === sealed;
        return { secrets: isStored ? { ...secrets, [account]: secret } : secrets };
      });
      // Else it was sealed anew, or has moved, meanwhile.
      if (isStored && this.#sealed === sealed) return true;
    }
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
   * along, in one write; what is there for other accounts stays. No change may be under way but by
   * {@link replace}.
   *
   * @throws RepriseError `secrets` or `storage`; everything is then as it was
   */
  async moveTo(sealed: Durable<SealedSecrets>, protector: SecretProtector): Promise<void> {
    let before: SealedSecrets;
    do {
      before = this.#sealed.value;
      const moved: Record<string, StoredSecret> = {};
      for (const [account, secret] of Object.entries(before.secrets)) {
        const { plain } = await this.#open(account, secret);
        moved[account] = await seal(protector, account, plain, secret);
      }
      await sealed.change(({ secrets }) => ({ secrets: { ...secrets, ...moved } }));
      // An issuer may have given another token for one of them.
    } while (this.#sealed.value !== before);
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
    if (isBound(secret)) {
      const { sealed: _sealed, ...place } = secret;
      return { secret, place };
    }
    const place = this.#accountPlace(account);
    if (place === null) return null;
    if (typeof secret === 'string') return { secret, place };
    // For the rest, what its account has now.
    const { host, name } = secret;
    return { secret, place: { ...place, host, name } };
  }

  async #seal(account: AccountId, password: string, place: PasswordPlace): Promise<StoredSecret> {
    try {
      return await seal(this.#protector, account, password, { ...place, sealed: '' });
    } catch (error) {
      if (error instanceof RepriseError) throw error;
      // No cause: what a key store throws may hold what it was given.
      throw new RepriseError(
        'secrets',
        'The password could not be protected, so it was not stored. Unlock the key store of your system and try again.',
      );
    }
  }

  /** Whether what is stored is this secret, for this place. */
  async #holds(
    account: AccountId,
    stored: StoredSecret,
    plain: string,
    place: PasswordPlace,
  ): Promise<boolean> {
    if (isBound(stored) && !isSamePlace(stored, place)) return false;
    return (await this.#open(account, stored)).plain === plain;
  }

  #open(account: string, secret: StoredSecret): Promise<OpenedSecret> {
    return this.#protector.open(sealedBytes(secret), contextOf(account, secret));
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
        const again = await seal(this.#protector, account, plain, secret);
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

  /** Tells nothing but what it is. */
  [inspect.custom](): string {
    return 'SealedSecretStore';
  }
}

/** @param like what it is for; of an earlier version, it stays one of that */
async function seal(
  protector: SecretProtector,
  account: string,
  password: string,
  like: StoredSecret,
): Promise<StoredSecret> {
  const bytes = await protector.seal(password, contextOf(account, like));
  const sealed = Buffer.from(bytes).toString('base64');
  return typeof like === 'string' ? sealed : { ...like, sealed };
}
