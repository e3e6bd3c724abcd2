/** How far the set-up of a new account has come, and what is said of it. Pure. */
import { isUrl } from '../../../shared/imap-url.ts';
import type { FoundSettings, SetUpResult, SetUpSource } from '../../../shared/set-up.ts';
import { withWireName } from '../../../shared/server-names.ts';
import { SECURITY_WORDS } from '../../words.ts';
import { domainOf } from './draft.ts';

/** Settings that were found, and for which address. */
export interface Found {
  readonly address: string;
  readonly settings: FoundSettings;
  /** Why there might have been others; `null` where nothing went wrong. */
  readonly trouble: string | null;
}

/** Which part of the form is shown. */
export type SetUp =
  /** The address alone is asked for. */
  | { readonly kind: 'address' }
  /** Its settings are being found, while the password is typed. */
  | { readonly kind: 'looking' }
  | { readonly kind: 'found'; readonly found: Found }
  /** Every field, also of what was `found` before and is being changed. */
  | { readonly kind: 'manual'; readonly found: Found | null; readonly why: string | null };

/** What is known of how one signs in there. */
export function foundIn(setUp: SetUp): Found | null {
  return setUp.kind === 'found' || setUp.kind === 'manual' ? setUp.found : null;
}

/** Whether a password is of any use with the settings that are shown. */
export function takesPasswords(setUp: SetUp): boolean {
  return setUp.kind !== 'found' || setUp.found.settings.provider?.passwords !== 'none';
}

/** The server of found settings as it is connected to: `imap.example.org, port 993, TLS`. */
export function serverText({ host, port, security }: FoundSettings): string {
  return `${withWireName(host)}, port ${port}, ${SECURITY_WORDS[security]}`;
}

/** Who names these settings, as what follows them. */
export function sourceText({ settings, address }: Found): string {
  const { source, foundBy } = settings;
  const word = wordOf(source, withWireName(foundBy));
  return source.startsWith('mx-') ? `${word}, where the mail of ${domainOf(address)} goes` : word;
}

function wordOf(source: SetUpSource, foundBy: string): string {
  switch (source) {
    case 'table':
      return `known to Reprise: ${foundBy}`;
    case 'mx-table':
      return `known to Reprise: ${foundBy}`;
    case 'autoconfig':
    case 'well-known':
    case 'pacc':
    case 'mx-autoconfig':
    case 'mx-well-known':
    case 'mx-pacc':
      return `found by ${foundBy}’s own settings`;
    case 'ispdb':
    case 'mx-ispdb':
      return `found in the list of providers at ${foundBy}`;
    case 'srv':
    case 'mx-srv':
      return `found in the DNS of ${foundBy}`;
  }
}

/** Whose word is taken for a server outside of the address's domain, before a secret goes there. */
export function foreignSentence(
  { settings, address }: Found,
  secret: 'password' | 'sign-in',
): string {
  const { host, domain } = settings;
  const whose =
    host === domain
      ? `${withWireName(host)} is not part of ${domainOf(address)}.`
      : `${withWireName(host)} belongs to ${withWireName(domain)}, not to ${domainOf(address)}.`;
  return `${whose} Go on only if you know that your mail is there: whoever runs that server gets your ${secret}.`;
}

/** What is said where nothing was found; `isOn` is the setting that allows look-ups. */
export function nothingFound({ address, trouble }: SetUpResult, isOn: boolean): string {
  const domain = domainOf(address);
  const what = isOn
    ? `No settings were found for ${domain}.`
    : `Reprise does not know ${domain}, and look-ups are switched off in Settings.`;
  return [what, trouble, ENTER_SERVER].filter((part) => part !== null).join(' ');
}

/** For a user name: it says nothing of a server. */
export const ENTER_SERVER = 'Enter the server that your provider names for IMAP.';

/**
 * Whether a link came into the field in one piece, as pasted: its password must not stand there. One
 * that is typed, or put together, is read when its user goes on.
 */
export function isPastedLink(before: string, after: string): boolean {
  if (!isUrl(after) || (isUrl(before) && !after.includes('@'))) return false;
  let start = 0;
  while (start < before.length && before[start] === after[start]) start += 1;
  let end = 0;
  const rest = Math.min(before.length, after.length) - start;
  while (end < rest && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return after.length - start - end > 1;
}

/** After a link was pasted. */
export const FROM_LINK = 'Filled in from the link.';
