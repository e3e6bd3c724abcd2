/** An account: what the rest of the engine knows of it, and how `accounts.json` stores it. */
import { z } from 'zod';
import {
  accountInputSchema,
  reusePolicySchema,
  mailboxesSchema,
  type AccountId,
  type ReusePolicy,
  type Security,
} from '../../../shared/model.ts';
import { isSameMailbox } from '../../../shared/mailbox-name.ts';
import { accountProxySchema, signInWaySchema } from '../../../shared/inputs.ts';
import type { SignInWay } from '../../../shared/oauth.ts';
import type { AccountProxy } from '../../../shared/proxy.ts';
import type { StoredFormat } from '../storage/index.ts';
import type { TlsTrust } from '../tls/index.ts';

/** A CA file keeps the name that the user knows it by. */
export type AccountTrust =
  | Exclude<TlsTrust, { readonly kind: 'ca' }>
  | { readonly kind: 'ca'; readonly fileName: string; readonly pem: string };

/** Everything that one attempt at a connection needs. */
export interface ConnectSettings {
  readonly user: string;
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  readonly servername: string | null;
  readonly trust: TlsTrust;
  readonly proxy: AccountProxy;
  readonly signIn: SignInWay;
}

/** An account as the engine holds it and as the file stores it: no password. */
export interface AccountSettings extends ConnectSettings {
  readonly id: AccountId;
  readonly label: string;
  readonly trust: AccountTrust;
  readonly mailboxes: readonly string[];
  readonly reuse: boolean;
  readonly policy: ReusePolicy;
  readonly paused: boolean;
}

/** What the file holds. */
export interface Accounts {
  readonly accounts: readonly AccountSettings[];
}

const { user, port, security } = accountInputSchema.shape;
/** Of any length and of whatever characters earlier versions took: how it is shown is no damage. */
const label = z.string();
/** Of whatever earlier versions took for a name: that it is none is said by its connections. */
const host = z.string().min(1);

const accountSchema = z.object({
  // As Reprise makes them; a password is sealed under this name, which must not pass for another.
  id: z.string().regex(/^[\w-]{1,64}$/) as unknown as z.ZodType<AccountId, string>,
  label,
  user,
  host,
  port,
  security,
  servername: host.nullable(),
  trust: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('system') }),
    z.object({ kind: z.literal('ca'), fileName: z.string(), pem: z.string() }),
    z.object({ kind: z.literal('pin'), fingerprint256: z.string(), pem: z.string() }),
  ]),
  // Before 0.2.0 an account could have INBOX in more than one spelling.
  mailboxes: mailboxesSchema.transform((names) =>
    names.filter((name, index) => names.findIndex((one) => isSameMailbox(one, name)) === index),
  ),
  // Not there before there was a choice.
  proxy: accountProxySchema.default({ kind: 'program' }),
  signIn: signInWaySchema.default({ kind: 'password' }),
  reuse: z.boolean(),
  policy: reusePolicySchema,
  paused: z.boolean(),
}) satisfies z.ZodType<AccountSettings>;

/** Version 1, the first; a change of the format adds a step to `migrations`. */
export const accountsFormat: StoredFormat<Accounts> = {
  fileName: 'accounts.json',
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
