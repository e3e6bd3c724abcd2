/** The format of `secrets.json`: passwords and refresh tokens, each sealed by the protection in force. */
import { z } from 'zod';
import { BY_PASSWORD, type PasswordPlace } from '../../../shared/password-place.ts';
import type { StoredFormat } from './stored-file.ts';

/**
 * A sealed password in base64, and the place that it was typed for. That is sealed with it: under
 * another one it does not open.
 */
export interface BoundSecret extends PasswordPlace {
  readonly sealed: string;
}

/** As version 2 wrote it: for whatever port, way, user and trust its account has on that server. */
interface ServerSecret extends Pick<PasswordPlace, 'host' | 'name'> {
  readonly sealed: string;
}

/** A text is what version 1 wrote: a sealed password for whatever place its account has. */
export type StoredSecret = BoundSecret | ServerSecret | string;

/** What the file holds, by account. */
export interface SealedSecrets {
  readonly secrets: Readonly<Record<string, StoredSecret>>;
}

const server = { sealed: z.base64(), host: z.string(), name: z.string() };

/**
 * Version 4: those before it had passwords alone, and a program that reads those would send a token as
 * one. The secrets of versions 1 and 2 are bound at the first start at which they open.
 */
export const secretsFormat: StoredFormat<SealedSecrets> = {
  fileName: 'secrets.json',
  what: 'Your stored passwords',
  advice: 'Enter the passwords of your accounts again.',
  migrations: [(old) => old, (old) => old, (old) => old],
  schema: z.object({
    secrets: z.record(
      z.string(),
      z.union([
        z.base64(),
        z.object({
          ...server,
          port: z.number(),
          security: z.enum(['tls', 'starttls']),
          user: z.string(),
          trust: z.string(),
          signIn: z.string().default(BY_PASSWORD),
        }),
        z.object(server),
      ]),
    ),
  }),
  empty: { secrets: {} },
};

/** Whether it is of today's format. */
export function isBound(secret: StoredSecret): secret is BoundSecret {
  return typeof secret !== 'string' && 'trust' in secret;
}

/** The bytes that were sealed. */
export function sealedBytes(secret: StoredSecret): Uint8Array {
  return Buffer.from(typeof secret === 'string' ? secret : secret.sealed, 'base64');
}

/**
 * What a secret is sealed for. No account's id is such a list, and the lists differ in length, so
 * nothing of one version can pass for something of another.
 */
export function contextOf(account: string, secret: StoredSecret): string {
  if (typeof secret === 'string') return account;
  const { host, name } = secret;
  if (!isBound(secret)) return JSON.stringify([account, host, name]);
  const { port, security, user, trust, signIn } = secret;
  const place = [account, host, name, port, security, user, trust];
  // As version 3 sealed passwords.
  return JSON.stringify(signIn === BY_PASSWORD ? place : [...place, signIn]);
}
