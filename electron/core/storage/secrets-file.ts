/** The format of `secrets.json`: passwords, each sealed by the protection in force. */
import { z } from 'zod';
import type { PasswordServer } from '../../../shared/password-server.ts';
import type { StoredFormat } from './stored-file.ts';

/**
 * A sealed password in base64, and the server that it was typed for. That is sealed with it: under
 * another one it does not open.
 */
export interface BoundSecret extends PasswordServer {
  readonly sealed: string;
}

/** A text is what version 1 wrote: a sealed password for whatever server its account has. */
export type StoredSecret = BoundSecret | string;

/** What the file holds, by account. */
export interface SealedSecrets {
  readonly secrets: Readonly<Record<string, StoredSecret>>;
}

/** Version 2: version 1 did not say what server a password is for. Each is bound when it is used. */
export const secretsFormat: StoredFormat<SealedSecrets> = {
  fileName: 'secrets.json',
  what: 'Your stored passwords',
  advice: 'Enter the passwords of your accounts again.',
  migrations: [(old) => old],
  schema: z.object({
    secrets: z.record(
      z.string(),
      z.union([z.base64(), z.object({ sealed: z.base64(), host: z.string(), name: z.string() })]),
    ),
  }),
  empty: { secrets: {} },
};

/** The bytes that were sealed. */
export function sealedBytes(secret: StoredSecret): Uint8Array {
  return Buffer.from(typeof secret === 'string' ? secret : secret.sealed, 'base64');
}

/**
 * What a password is sealed for. No account's id is such a list, so nothing that is bound can pass
 * for something of version 1.
 */
export function secretContext(account: string, server: PasswordServer | null): string {
  return server === null ? account : JSON.stringify([account, server.host, server.name]);
}

/** The server that it was typed for; `null` where that is not known. */
export function boundServer(secret: StoredSecret): PasswordServer | null {
  return typeof secret === 'string' ? null : { host: secret.host, name: secret.name };
}
