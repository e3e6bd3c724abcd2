/** The format of `settings.json`: the account list, without any secret. */
import { z } from 'zod';
import { accountInputSchema, reusePolicySchema, type AccountId } from '../../../shared/model.ts';
import type { StoredFormat } from '../storage/stored-file.ts';
import type { AccountSettings } from './types.ts';

/** What the file holds. */
export interface Settings {
  readonly accounts: readonly AccountSettings[];
}

const { label, user, host, port, security, servername, mailboxes } = accountInputSchema.shape;

const accountSchema = z.object({
  // As Reprise makes them; a password is sealed under this name, which must not pass for another.
  id: z.string().regex(/^[\w-]{1,64}$/) as unknown as z.ZodType<AccountId, string>,
  label,
  user,
  host,
  port,
  security,
  servername,
  trust: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('system') }),
    z.object({ kind: z.literal('ca'), fileName: z.string(), pem: z.string() }),
    z.object({ kind: z.literal('pin'), fingerprint256: z.string(), pem: z.string() }),
  ]),
  mailboxes,
  reuse: z.boolean(),
  policy: reusePolicySchema,
  paused: z.boolean(),
}) satisfies z.ZodType<AccountSettings>;

/** Version 1, the first; a change of the format adds a step to `migrations`. */
export const settingsFormat: StoredFormat<Settings> = {
  fileName: 'settings.json',
  what: 'Your accounts',
  advice: 'Repair it and put it back, or add the accounts again.',
  migrations: [],
  schema: z.object({
    accounts: z
      .array(accountSchema)
      .refine((accounts) => new Set(accounts.map(({ id }) => id)).size === accounts.length),
  }),
  empty: { accounts: [] },
};
