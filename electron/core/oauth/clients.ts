/**
 * The client ids that Reprise signs in with, one for an issuer: the user's own, or had by registering. What
 * the providers call a secret is sealed as passwords are, for that issuer and that id.
 */
import { join } from 'node:path';
import { inspect } from 'node:util';
import { z } from 'zod';
import { RepriseError } from '../../../shared/errors.ts';
import type { OAuthClient } from '../../../shared/oauth.ts';
import {
  Durable,
  inMemory,
  memoryProtector,
  openStored,
  removeUnfinished,
  type SecretProtector,
  type StoredFormat,
} from '../storage/index.ts';
import type { Redaction } from '../log/index.ts';
import { issuerOf } from './issuers.ts';
import type { ClientKey } from './requests.ts';

interface StoredClient {
  readonly clientId: string;
  /** In base64; `null` where there is none. */
  readonly sealed: string | null;
  readonly isRegistered: boolean;
}

/** By issuer. */
interface StoredClients {
  readonly clients: Readonly<Record<string, StoredClient>>;
}

/** Version 1, the first; a change of the format adds a step to `migrations`. */
const format: StoredFormat<StoredClients> = {
  fileName: 'oauth-clients.json',
  what: 'Your client ids for signing in',
  advice: 'Enter them again in the settings.',
  migrations: [],
  schema: z.object({
    clients: z.record(
      z.url(),
      z.object({
        clientId: z.string().min(1),
        sealed: z.base64().nullable(),
        isRegistered: z.boolean(),
      }),
    ),
  }),
  empty: { clients: {} },
};

/** Hears of every change, when it is on the disk. */
type OnChange = (clients: readonly OAuthClient[]) => void;

/** Where they are kept. Changes are on the disk when they resolve. Secrets never appear in errors. */
export class OAuthClients {
  #stored: Durable<StoredClients>;
  #protector: SecretProtector;
  readonly #redaction: Redaction;
  #onChange: OnChange = () => undefined;

  constructor(stored: Durable<StoredClients>, protector: SecretProtector, redaction: Redaction) {
    this.#stored = stored;
    this.#protector = protector;
    this.#redaction = redaction;
  }

  /** Calls back now and at each change. */
  follow(onChange: OnChange): void {
    this.#onChange = onChange;
    onChange(this.list());
  }

  list(): readonly OAuthClient[] {
    return Object.entries(this.#stored.value.clients).map(
      ([issuer, { clientId, sealed, isRegistered }]) => ({
        id: issuer,
        name: issuerOf(issuer).name,
        clientId,
        hasSecret: sealed !== null,
        isRegistered,
      }),
    );
  }

  /**
   * The client id for an issuer, with its secret; `null` where there is none.
   *
   * @throws RepriseError `secrets` where the secret cannot be read
   */
  async get(issuer: string): Promise<ClientKey | null> {
    const client = this.#at(issuer);
    return client === null
      ? null
      : { clientId: client.clientId, secret: await this.#open(issuer, client) };
  }

  /**
   * The secret that goes with an id, which may be another than the one that is stored: then there is none.
   *
   * @throws RepriseError `secrets` where it cannot be read
   */
  async keyOf(issuer: string, clientId: string): Promise<ClientKey> {
    const stored = await this.get(issuer);
    return stored?.clientId === clientId ? stored : { clientId, secret: null };
  }

  /**
   * @param secret `null` keeps the stored one where the id stays; an empty text removes it
   * @throws RepriseError `secrets` or `storage`; nothing was changed then
   */
  async set(
    issuer: string,
    { clientId, secret }: ClientKey,
    { isRegistered }: Pick<OAuthClient, 'isRegistered'>,
  ): Promise<void> {
    if (secret !== null) this.#redaction.hide(keyOf(issuer), secret);
    const before = this.#at(issuer);
    const kept = before?.clientId === clientId ? before.sealed : null;
    const sealed =
      secret === null ? kept : secret === '' ? null : await this.#seal(issuer, clientId, secret);
    await this.#put(issuer, { clientId, sealed, isRegistered });
  }

  /**
   * An issuer does not know this id any more: the next sign-in registers anew. One that its user has typed
   * stays, to be mended. Never rejects.
   */
  async dropRegistered(issuer: string, clientId: string): Promise<void> {
    const client = this.#at(issuer);
    if (client?.clientId !== clientId || !client.isRegistered) return;
    // A disk that refuses: it is refused again, and dropped then.
    await this.#put(issuer, null).catch(() => undefined);
  }

  /** @throws RepriseError `storage` */
  async remove(issuer: string): Promise<void> {
    if (this.#at(issuer) !== null) await this.#put(issuer, null);
  }

  /**
   * Stores them, which were in memory only, under `protector` from now on.
   *
   * @throws RepriseError `secrets` or `storage`; then nothing was changed
   */
  async moveTo(dataDir: string, protector: SecretProtector, now: number): Promise<void> {
    const { durable } = await openStored(dataDir, format, now);
    const moved: Record<string, StoredClient> = {};
    for (const [issuer, client] of Object.entries(this.#stored.value.clients)) {
      const secret = await this.#open(issuer, client);
      const { clientId } = client;
      const sealed = secret === null ? null : await sealBy(protector, issuer, clientId, secret);
      moved[issuer] = { ...client, sealed };
    }
    await durable.change(({ clients }) => ({ clients: { ...clients, ...moved } }));
    this.#stored = durable;
    this.#protector = protector;
    this.#onChange(this.list());
  }

  /** Resolves when nothing is waiting to be written. */
  settled(): Promise<void> {
    return this.#stored.settled();
  }

  #at(issuer: string): StoredClient | null {
    const { clients } = this.#stored.value;
    return Object.hasOwn(clients, issuer) ? (clients[issuer] ?? null) : null;
  }

  async #open(issuer: string, { clientId, sealed }: StoredClient): Promise<string | null> {
    if (sealed === null) return null;
    const context = contextOf(issuer, clientId);
    const { plain, isStale } = await this.#protector.open(Buffer.from(sealed, 'base64'), context);
    // Its key is about to go. Where the key store or the disk refuses, it is as good as before.
    if (isStale) await this.#sealAnew(issuer, sealed, plain).catch(() => undefined);
    this.#redaction.hide(keyOf(issuer), plain);
    return plain;
  }

  async #sealAnew(issuer: string, stale: string, plain: string): Promise<void> {
    const client = this.#at(issuer);
    if (client?.sealed !== stale) return;
    const sealed = await this.#seal(issuer, client.clientId, plain);
    await this.#stored.change(({ clients }) => {
      const now = clients[issuer];
      // Another one may have been stored meanwhile.
      return now?.sealed === stale
        ? { clients: { ...clients, [issuer]: { ...now, sealed } } }
        : { clients };
    });
  }

  async #seal(issuer: string, clientId: string, secret: string): Promise<string> {
    try {
      return await sealBy(this.#protector, issuer, clientId, secret);
    } catch (error) {
      if (error instanceof RepriseError) throw error;
      // No cause: what a key store throws may hold what it was given.
      throw new RepriseError(
        'secrets',
        'The client secret could not be protected, so it was not stored. Unlock the key store of your system and try again.',
      );
    }
  }

  async #put(issuer: string, client: StoredClient | null): Promise<void> {
    await this.#stored.change(({ clients }) => {
      const { [issuer]: _replaced, ...others } = clients;
      return { clients: client === null ? others : { ...others, [issuer]: client } };
    });
    if ((client?.sealed ?? null) === null) this.#redaction.forget(keyOf(issuer));
    this.#onChange(this.list());
  }

  /** Tells nothing but what it is. */
  [inspect.custom](): string {
    return 'OAuthClients';
  }
}

/** Of what the log must not show. */
function keyOf(issuer: string): string {
  return `client-secret:${issuer}`;
}

/** What a secret is sealed for: under any other issuer or id it does not open. */
function contextOf(issuer: string, clientId: string): string {
  return JSON.stringify(['oauth-client', issuer, clientId]);
}

async function sealBy(
  protector: SecretProtector,
  issuer: string,
  clientId: string,
  secret: string,
): Promise<string> {
  const bytes = await protector.seal(secret, contextOf(issuer, clientId));
  return Buffer.from(bytes).toString('base64');
}

/** Client ids that are gone with the program. */
export function memoryClients(protector: SecretProtector, redaction: Redaction): OAuthClients {
  return new OAuthClients(new Durable(format.empty, () => '', inMemory), protector, redaction);
}

/** Opens those of `dataDir`, where the protection keeps any. Never rejects for what it finds there. */
export async function openClients(
  dataDir: string,
  protector: SecretProtector,
  now: number,
  redaction: Redaction,
): Promise<{
  readonly clients: OAuthClients;
  readonly problems: readonly { readonly file: string; readonly message: string }[];
}> {
  // Here, because the file need not be opened at all: then a copy of it would stay for ever.
  await removeUnfinished(join(dataDir, format.fileName));
  // Its own, whatever is chosen later: only what is in memory opens those until they have moved.
  if (protector.protection.kind === 'memory')
    return { clients: memoryClients(memoryProtector(), redaction), problems: [] };
  const { durable, problem } = await openStored(dataDir, format, now);
  const { fileName: file } = format;
  return {
    clients: new OAuthClients(durable, protector, redaction),
    problems: problem === null ? [] : [{ file, message: problem }],
  };
}
