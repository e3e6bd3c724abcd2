/**
 * What the interface may send: accounts, server checks and settings, each rule with the sentence for
 * its user. The page loads none of it, and shows the sentences that come back.
 */
import { z } from 'zod';
import { MAIL_PROTOCOLS, MAX_ATTEMPTS } from './check.ts';
import { isInbox, isSameMailbox } from './mailbox-name.ts';
import { SIGN_IN_FLOWS, type SignInWay } from './oauth.ts';
import type { AccountId, GrantId } from './ids.ts';
import { LONGEST_AGES, SHARING_POLICIES } from './reuse-policy.ts';
import { visible } from './visible.ts';
import { whyNoServer, withoutBrackets } from './server-names.ts';
import type { AccountProxy, ProxyChoice } from './proxy.ts';
import { HISTORY_DAYS, THEME_CHOICES, type Settings } from './settings.ts';

const MAX_NAME = 255;
/** No identifier or address of an authorization server comes near this. */
const MAX_OAUTH_TEXT = 2000;

/**
 * A host name or IP address alone, in any spelling: no scheme, no spaces, no port, no path. It is kept
 * as it was typed, but for the brackets in which an IPv6 address may stand.
 */
const hostSchema = z
  .string()
  .trim()
  .check(({ value, issues }) => {
    const message = whyNoServer(value);
    if (message !== null) issues.push({ code: 'custom', input: value, message });
  })
  .overwrite(withoutBrackets);

const portSchema = z
  .number('Enter a port number, usually 993 for TLS or 143 for STARTTLS.')
  .int('A port is a whole number between 1 and 65535.')
  .min(1, 'A port is a whole number between 1 and 65535.')
  .max(65535, 'A port is a whole number between 1 and 65535.');

/** No control characters: they would end an IMAP line. */
const lineSchema = z.string().regex(/^[^\p{Cc}]*$/u, 'Control characters are not allowed here.');

/**
 * A mailbox as the person named it, spaces and all: a server may have `Sent` and `Sent `. Nothing that
 * would end an IMAP line.
 */
const mailboxSchema = lineSchema.min(1, 'A mailbox has a name.').max(1000);

/** The mailboxes of an account. */
export const mailboxesSchema = z
  .array(mailboxSchema)
  .min(1, 'Enter at least one mailbox to watch, such as INBOX.')
  .max(100, 'At most 100 mailboxes can be watched for one account.');

/** The largest CA file that is taken, in characters of PEM. */
const MAX_CA_PEM = 1_048_576;
/** No certificate of a server that is worth trusting comes near this. */
const MAX_PIN_PEM = 32_768;

const systemSchema = z.strictObject({ kind: z.literal('system') });
/** One certificate, as it was shown to whoever decided to trust it, by the fingerprint they saw. */
const pinSchema = z.strictObject({
  kind: z.literal('pin'),
  /** SHA-256 in upper-case hexadecimal with colons. */
  fingerprint256: z.string().regex(/^[0-9A-F]{2}(?::[0-9A-F]{2}){31}$/),
  pem: z.string().max(MAX_PIN_PEM),
});

/** What an account is to trust after a look at a certificate. */
export const trustChoiceSchema = z.discriminatedUnion('kind', [systemSchema, pinSchema]);
export type TrustChoice = z.infer<typeof trustChoiceSchema>;

const MAX_PROXY_TEXT = 255;
const proxyTextSchema = lineSchema.refine(
  // RFC 1929 has one octet for the length.
  (text) => new TextEncoder().encode(text).length <= MAX_PROXY_TEXT,
  'A proxy takes 255 bytes at most.',
);
const proxyPortSchema = z
  .number('Enter the port of the proxy, often 1080 for SOCKS5 and 3128 or 8080 for HTTP.')
  .int('A port is a whole number between 1 and 65535.')
  .min(1, 'A port is a whole number between 1 and 65535.')
  .max(65535, 'A port is a whole number between 1 and 65535.');

const proxyHostSchema = z
  .string()
  .trim()
  .check(({ value, issues }) => {
    const why = value === '' ? null : whyNoServer(value);
    const message = value === '' ? 'Enter the name of the proxy.' : `Proxy: ${why ?? ''}`;
    if (value === '' || why !== null) issues.push({ code: 'custom', input: value, message });
  })
  .overwrite(withoutBrackets);

const proxyPlace = { host: proxyHostSchema, port: proxyPortSchema, user: proxyTextSchema.trim() };
const httpUserSchema = proxyPlace.user.regex(
  // RFC 7617.
  /^[^:]*$/,
  'The user name for an HTTP proxy cannot have a colon in it.',
);
const socksPlaceSchema = z.strictObject({ kind: z.literal('socks5'), ...proxyPlace });
const httpPlaceSchema = z.strictObject({
  kind: z.literal('http'),
  ...proxyPlace,
  user: httpUserSchema,
});
const noProxySchema = z.strictObject({ kind: z.literal('none') });
const systemProxySchema = z.strictObject({ kind: z.literal('system') });
const programProxySchema = z.strictObject({ kind: z.literal('program') });

/** The program's proxy, as it is stored and shown. */
export const proxyChoiceSchema = z.discriminatedUnion('kind', [
  noProxySchema,
  systemProxySchema,
  socksPlaceSchema,
  httpPlaceSchema,
]) satisfies z.ZodType<ProxyChoice>;

/** An account's. */
export const accountProxySchema = z.discriminatedUnion('kind', [
  programProxySchema,
  ...proxyChoiceSchema.options,
]) satisfies z.ZodType<AccountProxy>;

/** The password for a proxy; `null` keeps the stored one, and is all there is without a user. */
const proxyPassword = {
  password: proxyTextSchema.min(1, 'Enter the password of the proxy.').nullable(),
};
const socksInputSchema = socksPlaceSchema.extend(proxyPassword);
const httpInputSchema = httpPlaceSchema.extend(proxyPassword);

/** The program's proxy, as its form sends it. */
export const proxyInputSchema = z.discriminatedUnion('kind', [
  noProxySchema,
  systemProxySchema,
  socksInputSchema,
  httpInputSchema,
]);
export type ProxyInput = z.infer<typeof proxyInputSchema>;

/** An account's. */
const accountProxyInputSchema = z.discriminatedUnion('kind', [
  programProxySchema,
  ...proxyInputSchema.options,
]);
export type AccountProxyInput = z.infer<typeof accountProxyInputSchema>;

/** An authorization server by its address. The engine says what is wrong with one that is none. */
export const issuerSchema = z
  .string()
  .trim()
  .min(1, 'Enter the address of the server that signs you in, such as https://auth.example.org.')
  .max(MAX_OAUTH_TEXT, 'This address is too long.');

/** VSCHAR of RFC 6749, appendix A. */
const clientIdSchema = z
  .string()
  .trim()
  .regex(/^[\x20-\x7e]+$/, 'Enter the client id as the provider shows it.')
  .max(MAX_OAUTH_TEXT, 'This client id is too long.');

/** How an account signs in, as it is stored and shown. */
export const signInWaySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('password') }),
  z.strictObject({ kind: z.literal('oauth'), issuer: issuerSchema, clientId: clientIdSchema }),
]) satisfies z.ZodType<SignInWay>;

const grantId = z.string().min(1).max(64) as unknown as z.ZodType<GrantId>;

const signInInputSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('password') }),
  z.strictObject({
    kind: z.literal('oauth'),
    issuer: issuerSchema,
    clientId: clientIdSchema,
    /** What a finished sign-in brought; `null` keeps what is stored. */
    grant: grantId.nullable(),
  }),
]);

/**
 * An account as the form sends it. The password is there when it is new or changed and never
 * comes back; `null` keeps the stored one.
 */
export const accountInputSchema = z.strictObject({
  label: lineSchema
    .overwrite((label) => visible(label.trim()))
    .max(120, 'This name is too long: 120 characters are enough.'),
  user: lineSchema.trim().min(1, 'Enter your e-mail address or user name.').max(MAX_NAME),
  password: z
    .string()
    .min(1, 'Enter the password, or an app password where your provider asks for one.')
    .max(4096, 'This password is too long.')
    .regex(/^[^\r\n\0]*$/, 'A password cannot contain line breaks.')
    .nullable(),
  host: hostSchema,
  port: portSchema,
  security: z.enum(['tls', 'starttls']),
  servername: hostSchema.nullable(),
  /** `keep` leaves the stored CA file or pin as it is. */
  trust: z.discriminatedUnion('kind', [
    systemSchema,
    pinSchema,
    z.strictObject({ kind: z.literal('keep') }),
    z.strictObject({
      kind: z.literal('ca'),
      fileName: lineSchema.min(1).max(MAX_NAME),
      pem: z.string().max(MAX_CA_PEM, 'This file is too large for a CA certificate file.'),
    }),
  ]),
  mailboxes: mailboxesSchema.superRefine((names, context) => {
    const again = names.find((name, index) =>
      names.slice(0, index).some((other) => isSameMailbox(other, name)),
    );
    if (again === undefined) return;
    const why = isInbox(again) ? ', whatever the case of its letters' : '';
    const message = `The mailbox “${again}” is named twice${why}. Each one needs to be watched only once.`;
    context.addIssue({ code: 'custom', message });
  }),
  /** Left out, it is as before; a new account goes with the program. */
  proxy: accountProxyInputSchema.exactOptional(),
  /** Left out, it is as before; a new account signs in with its password. */
  signIn: signInInputSchema.exactOptional(),
});
export type AccountInput = z.infer<typeof accountInputSchema>;

/** A sign-in for what stands in the form. */
export const signInStartSchema = z.strictObject({
  host: hostSchema,
  port: portSchema,
  security: z.enum(['tls', 'starttls']),
  servername: hostSchema.nullable(),
  user: accountInputSchema.shape.user,
  proxy: accountProxyInputSchema.exactOptional(),
  /** Whose stored password goes with a proxy that is kept; `null` for a new account. */
  accountId: (z.string().min(1).max(64) as unknown as z.ZodType<AccountId>).nullable(),
  issuer: issuerSchema,
  /** Left out: the one of the settings, else one that is had by registering. */
  clientId: clientIdSchema.exactOptional(),
  flow: z.enum(SIGN_IN_FLOWS),
  /** Hosts that are foreign to the server, or to its issuer, and whose names whoever signs in has seen. */
  confirmedForeign: z.array(hostSchema).max(20),
  /** Whoever signs in may be another than the user, as for a shared mailbox. */
  anyUser: z.boolean().exactOptional(),
});

/** A client id of the user's, or the end of one. */
export const oauthClientChangeSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('set'),
    issuer: issuerSchema,
    clientId: clientIdSchema,
    /** `null` keeps the stored one, and an empty text removes it. */
    clientSecret: z
      .string()
      .trim()
      .regex(/^[\x20-\x7e]*$/, 'Enter the secret as the provider shows it.')
      .max(MAX_OAUTH_TEXT, 'This secret is too long.')
      .nullable(),
  }),
  z.strictObject({ kind: z.literal('remove'), issuer: issuerSchema }),
]);

/** How an account's sessions may be used. */
export const reusePolicySchema = z.strictObject({
  sharing: z.enum(SHARING_POLICIES),
  longestAge: z.enum(LONGEST_AGES),
});

/** The longest text that the server check is asked with. */
const MAX_TEXT = 300;
/** What the server check is asked for. */
export const checkInputSchema = z.strictObject({
  /** As typed: `[imap|smtp|pop3://]HOST[:PORT]`. */
  server: z.string().max(MAX_TEXT, 'This is too long for the name of a server.'),
  starttls: z.boolean(),
  servername: z.string().max(MAX_TEXT).nullable(),
  trust: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('system') }),
    z.strictObject({
      kind: z.literal('ca'),
      fileName: z.string().min(1).max(MAX_TEXT),
      pem: z.string().max(MAX_CA_PEM, 'This file is too large for a CA certificate file.'),
    }),
  ]),
  /** `null` for the usual number. */
  attempts: z.int().min(1).max(MAX_ATTEMPTS).nullable(),
});
export type CheckInput = z.infer<typeof checkInputSchema>;

/** What a pass-through in front of a server is asked for; whether it fits, the engine says. */
export const clientWatchInputSchema = z.strictObject({
  /** As typed: `[imap|smtp|pop3://]HOST[:PORT]`. */
  server: z.string().max(MAX_TEXT, 'This is too long for the name of a server.'),
  starttls: z.boolean(),
  /** As typed; nothing for the one that goes with the server's port. */
  listenPort: z.string().max(MAX_TEXT, 'This is too long for a port.'),
  listenAddress: z.string().max(MAX_TEXT, 'This is too long for an address.'),
  /** The server's address, where its name does not lead there; mostly nothing. */
  to: z.string().max(MAX_TEXT, 'This is too long for an address.'),
});
export type ClientWatchInput = z.infer<typeof clientWatchInputSchema>;

/** A lab to start. */
export const clientLabInputSchema = z.strictObject({
  protocol: z.enum(MAIL_PROTOCOLS),
  /** As typed, for TLS from the first byte; nothing for the usual one, or any where that is taken. */
  listenPort: z.string().max(MAX_TEXT, 'This is too long for a port.'),
  listenAddress: z.string().max(MAX_TEXT, 'This is too long for an address.'),
});
export type ClientLabInput = z.infer<typeof clientLabInputSchema>;

/** Every setting. */
export const settingsSchema = z.strictObject({
  theme: z.enum(THEME_CHOICES),
  notifications: z.boolean(),
  historyDays: z.literal(HISTORY_DAYS),
  keepSessions: z.boolean(),
  forgetOnNetworkChange: z.boolean(),
  lookUpSettings: z.boolean(),
  // The page knows which there are; what it does not know is without effect.
  hiddenColumns: z.array(z.string().max(40)).max(40).readonly(),
  notified: z.array(z.string().max(300)).max(200).readonly(),
  proxy: proxyChoiceSchema,
}) satisfies z.ZodType<Settings>;

const {
  theme,
  notifications,
  historyDays,
  keepSessions,
  forgetOnNetworkChange,
  lookUpSettings,
  hiddenColumns,
  notified,
} = settingsSchema.shape;

/** Some of the settings: those to change. The proxy, with its password, has a call of its own. */
export const settingsChangeSchema = z.strictObject({
  theme: theme.exactOptional(),
  notifications: notifications.exactOptional(),
  historyDays: historyDays.exactOptional(),
  keepSessions: keepSessions.exactOptional(),
  forgetOnNetworkChange: forgetOnNetworkChange.exactOptional(),
  lookUpSettings: lookUpSettings.exactOptional(),
  hiddenColumns: hiddenColumns.exactOptional(),
  notified: notified.exactOptional(),
}) satisfies z.ZodType<Partial<Settings>>;
