/** An account as it is being typed. Pure. */
import type {
  Account,
  AccountInput,
  CertificateText,
  GrantId,
  Security,
  Trust,
} from '../../../shared/model.ts';
import type { ImapUrl } from '../../../shared/imap-url.ts';
import { isSameMailbox } from '../../../shared/mailbox-name.ts';
import {
  type NamedTrust,
  passwordPlace,
  type PasswordPlace,
} from '../../../shared/password-place.ts';
import { isSameHost } from '../../../shared/server-names.ts';
import { proxyDraftOf, toProxyInput, type ProxyDraft } from '../proxy/proxy-draft.ts';
import type { FoundSettings } from '../../../shared/set-up.ts';
import { trustName } from '../../account-password.ts';

/** What the account is to trust: what it did, or a file or certificate chosen now. */
type DraftTrust =
  | { readonly kind: 'system' }
  | { readonly kind: 'keep'; readonly fileName: string; readonly subjects: readonly string[] }
  | { readonly kind: 'ca'; readonly fileName: string; readonly pem: string }
  | ({ readonly kind: 'keep-pin' } & Pin)
  | ({ readonly kind: 'pin'; readonly pem: string } & Pin);

/** The one certificate that is trusted, and the server that showed it: it is for no other. */
interface Pin {
  readonly certificate: CertificateText;
  readonly host: string;
}

/** How the account is to sign in. */
export type DraftSignIn =
  | { readonly kind: 'password' }
  | {
      readonly kind: 'oauth';
      /** As it is typed, where no provider has named it. */
      readonly issuer: string;
      /** `null` before anybody has signed in. */
      readonly clientId: string | null;
      /** What that brought; `null` before it, and where what is stored stays. */
      readonly grant: GrantId | null;
    };

/** The fields of the form, named like those of {@link AccountInput}. */
export interface Draft {
  readonly user: string;
  readonly signIn: DraftSignIn;
  readonly password: string;
  readonly host: string;
  readonly port: string;
  readonly security: Security;
  readonly mailboxes: string;
  readonly trust: DraftTrust;
  readonly servername: string;
  readonly proxy: ProxyDraft;
  /** `null` until its user has named the account: it is called by its address. */
  readonly label: string | null;
}

export type Field = keyof Draft;

const DEFAULT_PORTS: Record<Security, string> = { tls: '993', starttls: '143' };

export const EMPTY_DRAFT: Draft = {
  user: '',
  signIn: { kind: 'password' },
  password: '',
  host: '',
  port: DEFAULT_PORTS.tls,
  security: 'tls',
  mailboxes: 'INBOX',
  trust: { kind: 'system' },
  servername: '',
  proxy: proxyDraftOf({ kind: 'program' }),
  label: null,
};

/** The fields that most people need not see. */
const ADVANCED: readonly Field[] = ['mailboxes', 'trust', 'servername', 'proxy', 'label'];

/** Whether a field is among those that are folded away. */
export function isAdvanced(field: Field): boolean {
  return ADVANCED.includes(field);
}

/** Whether one of these holds anything but what is usual. */
export function hasAdvanced(draft: Draft): boolean {
  return ADVANCED.some((field) => !isSameValue(draft[field], EMPTY_DRAFT[field]));
}

/** The draft that an account is edited with; its password is not known here. */
export function draftOf(account: Account): Draft {
  return {
    user: account.user,
    signIn:
      account.signIn.kind === 'password' ? account.signIn : { ...account.signIn, grant: null },
    password: '',
    host: account.host,
    port: String(account.port),
    security: account.security,
    mailboxes: formatMailboxes(account.mailboxes),
    trust: draftTrust(account.trust, account.host),
    servername: account.servername ?? '',
    proxy: proxyDraftOf(account.proxy),
    label: account.label,
  };
}

function draftTrust(trust: Trust, host: string): DraftTrust {
  switch (trust.kind) {
    case 'system':
      return trust;
    case 'ca':
      return { kind: 'keep', fileName: trust.fileName, subjects: trust.subjects };
    case 'pin':
      return { kind: 'keep-pin', certificate: trust.certificate, host };
  }
}

function inputTrust(trust: DraftTrust): AccountInput['trust'] {
  switch (trust.kind) {
    case 'system':
    case 'ca':
      return trust;
    case 'keep':
    case 'keep-pin':
      return { kind: 'keep' };
    case 'pin':
      return {
        kind: 'pin',
        fingerprint256: trust.certificate.fingerprint256,
        pem: trust.pem,
      };
  }
}

/** The name of the CA file that is stored or was chosen, if there is one. */
export function caFileOf({ trust }: Draft): string | null {
  return trust.kind === 'ca' || trust.kind === 'keep' ? trust.fileName : null;
}

/** The pin of the draft, if it has one. */
export function pinOf({ trust }: Draft): Pin | null {
  return trust.kind === 'pin' || trust.kind === 'keep-pin' ? trust : null;
}

/** A pin of the draft that is of another server than the one that stands there now. */
export function strayPinOf(draft: Draft): Pin | null {
  const pin = pinOf(draft);
  return pin === null || isSameHost(pin.host, draft.host) ? null : pin;
}

/**
 * Where an account that is edited will sign in; `null` while one of the fields that say so is empty, to
 * be typed anew.
 */
export function draftPlace(account: Account, draft: Draft): PasswordPlace | null {
  const { user, host, port, security, servername, trust, signIn } = draft;
  if ([user, host, port].some((text) => text.trim() === '')) return null;
  return passwordPlace(
    {
      user,
      host,
      port: Number(port),
      security,
      servername: typedName(servername),
      signIn: signIn.kind === 'password' ? signIn : { ...signIn, clientId: signIn.clientId ?? '' },
    },
    draftTrustName(trust, account.trust),
  );
}

function draftTrustName(trust: DraftTrust, stored: Trust): NamedTrust {
  switch (trust.kind) {
    case 'system':
      return trust;
    case 'keep':
    case 'keep-pin':
      return trustName(stored);
    case 'pin':
      return { kind: 'pin', fingerprint256: trust.certificate.fingerprint256 };
    case 'ca':
      // Only the engine reads the file, and may find in it what was there before.
      return { kind: 'ca', sha256: '' };
  }
}

function typedName(servername: string): string | null {
  return servername.trim() === '' ? null : servername;
}

/** What the account is called: what its user typed, else its address. */
export function labelOf(draft: Draft): string {
  return draft.label ?? draft.user.trim();
}

/**
 * What the engine is sent. Nothing is checked here: the engine answers with the field at fault.
 *
 * @param isNew a new account has a password, and be it an empty one to be refused
 */
export function toInput(draft: Draft, isNew: boolean): AccountInput {
  const label = labelOf(draft).trim();
  const { signIn } = draft;
  return {
    label: label === '' ? draft.user.trim() : label,
    user: draft.user,
    password: signIn.kind === 'oauth' || (draft.password === '' && !isNew) ? null : draft.password,
    host: draft.host,
    // What is no number at all arrives as none, and is refused as such.
    port: draft.port.trim() === '' ? Number.NaN : Number(draft.port),
    security: draft.security,
    servername: typedName(draft.servername),
    trust: inputTrust(draft.trust),
    mailboxes: parseMailboxes(draft.mailboxes),
    proxy: toProxyInput(draft.proxy),
    signIn: signIn.kind === 'password' ? signIn : { ...signIn, clientId: signIn.clientId ?? '' },
  };
}

/** Signs in at this issuer, in the browser or with a code; nobody has done so yet. */
export function signInAt(issuer: string): DraftSignIn {
  return { kind: 'oauth', issuer, clientId: null, grant: null };
}

/** Whether somebody has signed in, for this draft or, with the place as it is, for the stored account. */
export function isSignedIn({ signIn }: Draft, stored: Account['signIn'] | null): boolean {
  if (signIn.kind === 'password') return false;
  if (signIn.grant !== null) return true;
  return (
    stored?.kind === 'oauth' &&
    stored.issuer === signIn.issuer &&
    stored.clientId === signIn.clientId
  );
}

/** Whose change takes back a sign-in: it was for another server or user. */
const OF_GRANT: ReadonlySet<Field> = new Set(['user', 'host', 'port', 'security', 'servername']);

/** Whether a sign-in is no more what is wanted once this field is another one. */
export function endsSignIn(field: Field): boolean {
  return field === 'signIn' || OF_GRANT.has(field);
}

/** The draft with one field as it was typed, and what follows from that for others. */
export function withField<F extends Field>(draft: Draft, field: F, value: Draft[F]): Draft {
  const typed =
    field === 'security' ? withSecurity(draft, value as Security) : { ...draft, [field]: value };
  const { signIn } = typed;
  return OF_GRANT.has(field) && signIn.kind === 'oauth' && signIn.grant !== null
    ? { ...typed, signIn: { ...signIn, grant: null } }
    : typed;
}

/** Changes the security, and with it the port where that is the usual one. */
function withSecurity(draft: Draft, security: Security): Draft {
  const port = draft.port.trim();
  const isUsual = port === '' || Object.values(DEFAULT_PORTS).includes(port);
  return { ...draft, security, port: isUsual ? DEFAULT_PORTS[security] : draft.port };
}

/**
 * Takes over what was found for `address`, after which the account is called.
 *
 * @param hasClient there is a client id to sign in with already, so that this is as quick as a password
 */
export function withFound(
  draft: Draft,
  address: string,
  found: FoundSettings,
  hasClient: boolean,
): Draft {
  const { user, host, port, security, provider } = found;
  const label = draft.label ?? (user === address ? null : address);
  const isInBrowser =
    provider?.passwords === 'none' || (hasClient && (provider?.oauth ?? null) !== null);
  const signIn = isInBrowser ? signInAt(provider?.oauth?.issuer ?? '') : EMPTY_DRAFT.signIn;
  return { ...draft, user, host, port: String(port), security, label, signIn };
}

/**
 * Takes back what {@link withFound} filled in, before a password can be sent there for another domain:
 * where it stands there still. Port and security belong together.
 */
export function withoutFound(draft: Draft, address: string, found: FoundSettings): Draft {
  const isPort = draft.port === String(found.port) && draft.security === found.security;
  return {
    ...draft,
    host: isSameHost(draft.host, found.host) ? EMPTY_DRAFT.host : draft.host,
    ...(isPort ? { port: EMPTY_DRAFT.port, security: EMPTY_DRAFT.security } : {}),
    label: draft.label === address ? null : draft.label,
    signIn: EMPTY_DRAFT.signIn,
  };
}

/** Takes over what a link says; a password that it does not have stays as it was typed. */
export function withUrl(draft: Draft, url: ImapUrl): Draft {
  const { user, password, host, port, security, mailbox } = url;
  return {
    ...draft,
    user,
    signIn: EMPTY_DRAFT.signIn,
    password: password === '' ? draft.password : password,
    host,
    port: String(port),
    security,
    mailboxes: mailbox === null ? draft.mailboxes : formatMailboxes([mailbox]),
  };
}

/** The longest name that an account may have, in characters. */
const MAX_LABEL = 120;

/** The draft of a new account that is like another one, but for the password, and told apart by its name. */
export function draftLike(account: Account, labels: readonly string[]): Draft {
  const bare = account.label.replace(/ \(copy(?: \d+)?\)$/, '');
  const label = (number: number) => {
    const end = number === 1 ? ' (copy)' : ` (copy ${number})`;
    // Half of a character is none.
    return `${bare.slice(0, MAX_LABEL - end.length).replace(/[\uD800-\uDBFF]$/, '')}${end}`;
  };
  let number = 1;
  while (labels.includes(label(number))) number += 1;
  return { ...draftOf(account), label: label(number) };
}

/** The domain of an address, which decides over its provider; empty where there is none. */
export function domainOf(address: string): string {
  const at = address.lastIndexOf('@');
  return at === -1
    ? ''
    : address
        .slice(at + 1)
        .trim()
        .toLowerCase();
}

/** Whether anything was typed or chosen since. */
export function isSameDraft(a: Draft, b: Draft): boolean {
  return isSameValue(a, b);
}

function isSameValue(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Whether a test of `a` says something about `b` as well: mailboxes and label aside. */
export function isSameConnection(a: Draft, b: Draft): boolean {
  const bare = { mailboxes: '', label: null };
  return isSameDraft({ ...a, ...bare }, { ...b, ...bare });
}

/**
 * The mailboxes that a text names: one a line, spaces and all, or separated by commas where there is
 * no line break. Empty ones do not count.
 */
export function parseMailboxes(text: string): string[] {
  const isList = !/[\r\n]/.test(text) && text.includes(',');
  const names = isList ? text.split(',').map((name) => name.trim()) : text.split(/[\r\n]+/);
  return names.filter((name) => name.trim() !== '');
}

/** A text that {@link parseMailboxes} reads as `names`. */
export function formatMailboxes(names: readonly string[]): string {
  const text = names.join('\n');
  // A lone name with a comma in it would be read as two, but for the line break.
  return names.length === 1 && text.includes(',') ? `${text}\n` : text;
}

/** The text with `name` added at its end or taken out of it. */
export function toggleMailbox(text: string, name: string, isWatched: boolean): string {
  const others = parseMailboxes(text).filter((other) => !isSameMailbox(other, name));
  return formatMailboxes(isWatched ? [...others, name] : others);
}

const byName = new Intl.Collator(undefined, { numeric: true });

/** INBOX first, then as people look names up: servers list them in any order. */
export function sortedMailboxes(names: readonly string[]): readonly string[] {
  return names.toSorted(
    (a, b) =>
      Number(isSameMailbox(b, 'INBOX')) - Number(isSameMailbox(a, 'INBOX')) || byName.compare(a, b),
  );
}
