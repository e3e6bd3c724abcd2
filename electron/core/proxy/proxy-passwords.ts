/**
 * The passwords of proxies at rest: sealed as those of accounts are, in a file of their own, each for one
 * proxy and one user there.
 */
import { join } from 'node:path';
import { inspect } from 'node:util';
import { z } from 'zod';
import { RepriseError } from '../../../shared/errors.ts';
import {
  isPlace,
  isSameProxy,
  PROXY_KINDS,
  typeProxyPasswordAgain,
  type AccountProxy,
  type ProxyPlace,
} from '../../../shared/proxy.ts';
import type { AccountProxyInput } from '../../../shared/inputs.ts';
import {
  Durable,
  inMemory,
  memoryProtector,
  openStored,
  removeUnfinished,
  type SecretProtector,
  type StoredFormat,
} from '../storage/index.ts';

/** A sealed password in base64, and what it was typed for. That is sealed with it. */
interface SealedPassword extends ProxyPlace {
  readonly sealed: string;
}

/** By whose it is: an account, by its id, or the program. */
interface SealedPasswords {
  readonly passwords: Readonly<Record<string, SealedPassword>>;
}

/** Version 1, the first; a change of the format adds a step to `migrations`. */
const format: StoredFormat<SealedPasswords> = {
  fileName: 'proxy-passwords.json',
  what: 'The stored passwords of your proxies',
  advice: 'Enter the passwords of your proxies again.',
  migrations: [],
  schema: z.object({
    passwords: z.record(
      z.string(),
      z.object({
        sealed: z.base64(),
        kind: z.enum(PROXY_KINDS),
        host: z.string(),
        port: z.number(),
        user: z.string(),
      }),
    ),
  }),
  empty: { passwords: {} },
};

/** Where they are kept. Changes are on the disk when they resolve. Values never appear in errors. */
export class ProxyPasswords {
  #sealed: Durable<SealedPasswords>;
  #protector: SecretProtector;
  /** Whose were sealed anew in this run: a key store may ask for it again and again. */
  readonly #sealedAnew = new Set<string>();

  constructor(sealed: Durable<SealedPasswords>, protector: SecretProtector) {
    this.#sealed = sealed;
    this.#protector = protector;
  }

  /** The password for this proxy; `null` where there is none, or where it cannot be opened. */
  async get(owner: string, place: ProxyPlace): Promise<string | null> {
    const stored = this.#stored(owner);
    if (stored === null || !isSameProxy(stored, place)) return null;
    try {
      const { plain, isStale } = await this.#protector.open(
        Buffer.from(stored.sealed, 'base64'),
        contextOf(owner, stored),
      );
      if (isStale) await this.#sealAnew(owner, stored, plain);
      return plain;
    } catch {
      // It stays where it is: a key store that is locked now may open it later.
      return null;
    }
  }

  /**
   * Nothing that is stored is used for another proxy, or another user there, than it was typed for.
   *
   * @throws RepriseError `invalid-input`, field `proxy`
   */
  refuseOther(owner: string, proxy: AccountProxyInput, like: string | null = null): void {
    if (!isPlace(proxy) || proxy.user === '' || proxy.password !== null) return;
    const stored = this.#stored(owner) ?? (like === null ? null : this.#stored(like));
    if (stored !== null && isSameProxy(stored, proxy)) return;
    throw new RepriseError(
      'invalid-input',
      stored === null ? 'Enter the password of the proxy.' : typeProxyPasswordAgain(stored),
      { field: 'proxy' },
    );
  }

  /**
   * Stores the password that goes with a choice, be it that of `like`, before `step` stores the choice itself; what was there
   * before comes back should that fail. A choice without any deletes it afterwards.
   *
   * @throws RepriseError as {@link refuseOther} does, `secrets` or `storage`; nothing was changed then
   */
  async with<Result>(
    owner: string,
    proxy: AccountProxyInput | undefined,
    step: () => Promise<Result>,
    like: string | null = null,
  ): Promise<Result> {
    if (proxy === undefined) return step();
    this.refuseOther(owner, proxy, like);
    const before = this.#stored(owner);
    const isWanted = isPlace(proxy) && proxy.user !== '';
    const likes = isWanted && like !== null ? await this.get(like, proxy) : null;
    const typed = typedPassword(proxy) ?? likes;
    if (isWanted && typed !== null) await this.#put(owner, await this.#seal(owner, proxy, typed));
    try {
      const result = await step();
      // A password that nobody uses any more: should the disk refuse, it is for no proxy all the same.
      if (!isWanted) await this.forget(owner).catch(() => undefined);
      return result;
    } catch (error) {
      // Should that fail too, the first error is the one that matters.
      await this.#put(owner, before).catch(() => undefined);
      throw error;
    }
  }

  /** @throws RepriseError `storage` */
  async forget(owner: string): Promise<void> {
    if (this.#stored(owner) !== null) await this.#put(owner, null);
  }

  /**
   * Stores them, which were in memory only, under `protector` from now on.
   *
   * @throws RepriseError `secrets` or `storage`; then nothing was changed
   */
  async moveTo(dataDir: string, protector: SecretProtector, now: number): Promise<void> {
    const { durable } = await openStored(dataDir, format, now);
    const moved: Record<string, SealedPassword> = {};
    for (const [owner, place] of Object.entries(this.#sealed.value.passwords)) {
      const plain = await this.get(owner, place);
      if (plain === null) continue;
      const sealed = await protector.seal(plain, contextOf(owner, place));
      moved[owner] = { ...place, sealed: Buffer.from(sealed).toString('base64') };
    }
    await durable.change(({ passwords }) => ({ passwords: { ...passwords, ...moved } }));
    this.#sealed = durable;
    this.#protector = protector;
  }

  /** Deletes the passwords of all but these. */
  async keepOnly(owners: ReadonlySet<string>): Promise<void> {
    const isKept = ([owner]: readonly [string, unknown]): boolean => owners.has(owner);
    if (Object.entries(this.#sealed.value.passwords).every(isKept)) return;
    await this.#sealed.change(({ passwords }) => ({
      passwords: Object.fromEntries(Object.entries(passwords).filter(isKept)),
    }));
  }

  /** Resolves when nothing is waiting to be written. */
  settled(): Promise<void> {
    return this.#sealed.settled();
  }

  #stored(owner: string): SealedPassword | null {
    const { passwords } = this.#sealed.value;
    return Object.hasOwn(passwords, owner) ? (passwords[owner] ?? null) : null;
  }

  async #seal(owner: string, place: ProxyPlace, password: string): Promise<SealedPassword> {
    const { kind, host, port, user } = place;
    const bound = { kind, host, port, user };
    try {
      const sealed = await this.#protector.seal(password, contextOf(owner, bound));
      return { ...bound, sealed: Buffer.from(sealed).toString('base64') };
    } catch (error) {
      if (error instanceof RepriseError) throw error;
      // No cause: what a key store throws may hold what it was given.
      throw new RepriseError(
        'secrets',
        'The password of the proxy could not be protected, so it was not stored. Unlock the key store of your system and try again.',
      );
    }
  }

  /** Its key is about to go. Where the key store or the disk refuses, it is as good as before. */
  async #sealAnew(owner: string, stale: SealedPassword, plain: string): Promise<void> {
    if (this.#sealedAnew.has(owner)) return;
    this.#sealedAnew.add(owner);
    try {
      const fresh = await this.#seal(owner, stale, plain);
      // Another one may have been stored meanwhile.
      await this.#sealed.change(({ passwords }) =>
        passwords[owner] === stale
          ? { passwords: { ...passwords, [owner]: fresh } }
          : { passwords },
      );
    } catch {
      // The next run tries again.
    }
  }

  async #put(owner: string, sealed: SealedPassword | null): Promise<void> {
    await this.#sealed.change(({ passwords }) => {
      const { [owner]: _replaced, ...others } = passwords;
      return { passwords: sealed === null ? others : { ...others, [owner]: sealed } };
    });
  }

  /** Tells nothing but what it is. */
  [inspect.custom](): string {
    return 'ProxyPasswords';
  }
}

/** A choice as it is, with the password that is stored for it. */
export function keepingPassword(choice: AccountProxy): AccountProxyInput {
  return isPlace(choice) ? { ...choice, password: null } : choice;
}

/** The password that came with a choice; `null` where there is none, or the stored one is to be kept. */
export function typedPassword(proxy: AccountProxyInput | undefined): string | null {
  return proxy !== undefined && isPlace(proxy) && proxy.user !== '' ? proxy.password : null;
}

/** What a password is sealed for: under any other proxy, user or owner it does not open. */
function contextOf(owner: string, { kind, host, port, user }: ProxyPlace): string {
  return JSON.stringify(['proxy', owner, kind, host, port, user]);
}

/** Passwords that are gone with the program. */
export function memoryProxyPasswords(protector: SecretProtector): ProxyPasswords {
  return new ProxyPasswords(new Durable(format.empty, () => '', inMemory), protector);
}

/**
 * Opens those of `dataDir`, where the protection keeps any. Never rejects for what it finds there.
 *
 * @param owners whose there can be, the others being what a crash has left; `null` where that is not known
 */
export async function openProxyPasswords(
  dataDir: string,
  protector: SecretProtector,
  now: number,
  owners: ReadonlySet<string> | null,
): Promise<{
  readonly passwords: ProxyPasswords;
  readonly problems: readonly { readonly file: string; readonly message: string }[];
}> {
  // Here, because the file need not be opened at all: then a copy of it would stay for ever.
  await removeUnfinished(join(dataDir, format.fileName));
  // Its own, whatever is chosen later: only what is in memory opens those until they have moved.
  if (protector.protection.kind === 'memory')
    return { passwords: memoryProxyPasswords(memoryProtector()), problems: [] };
  const { durable, problem } = await openStored(dataDir, format, now);
  const { fileName: file } = format;
  const passwords = new ProxyPasswords(durable, protector);
  // A folder that cannot be written now: they are still nobody's at the next start.
  if (owners !== null) await passwords.keepOnly(owners).catch(() => undefined);
  return {
    passwords,
    problems: problem === null ? [] : [{ file, message: problem }],
  };
}
