/** E-mail addresses as people type and paste them. */
import { isIP } from 'node:net';
import { RepriseError } from '../../../shared/errors.ts';
import { normalName, withoutZone } from '../tls/index.ts';

/** An address, taken apart. */
export interface MailAddress {
  /** Before the last @, as it was typed, in quotes where they were typed. */
  readonly local: string;
  /** After it, as it was typed: `bücher.example`, or `[192.0.2.1]`. */
  readonly typedDomain: string;
  /** The domain in ASCII; `null` where it is an IP address, of which there is nothing to look up. */
  readonly domain: string | null;
}

/** The whole of it, as mail servers know it for a user's name. */
export function addressText({ local, typedDomain }: MailAddress): string {
  return `${local}@${typedDomain}`;
}

/** RFC 5322 section 3.2.4. */
const QUOTED = /^"(?:[^"\\\p{Cc}]|\\[^\p{Cc}])+"$/u;
/** What no local part has outside of quotes. RFC 5322 section 3.2.3, and RFC 6531 for all else. */
const SPECIAL = /["(),:;<>@[\\\]]/;
/** Come along when an address is copied from a page, and are not seen: no-width spaces, marks. */
const UNSEEN_ENDS = /^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu;

/**
 * Reads `a@example.org`, `A <a@example.org>` and `mailto:a@example.org?subject=x`.
 *
 * @throws RepriseError `invalid-input` for the field `user`, with what is wrong
 */
export function parseAddress(typed: string): MailAddress {
  const pasted = bareAddress(typed.replace(UNSEEN_ENDS, ''));
  const text = pasted.replace(UNSEEN_ENDS, '').replace(/[＠﹫]/g, '@');
  if (/\p{Cc}/u.test(text)) throw wrong('An e-mail address has no line breaks or tabs in it.');
  const at = text.lastIndexOf('@');
  if (at === -1) throw wrong(`There is no @ in this e-mail address. ${LOOKS_LIKE}`);
  const local = text.slice(0, at);
  const typedDomain = text.slice(at + 1).replace(/[.。．｡]$/, '');
  if (local === '') throw wrong('The part before the @ is missing in this e-mail address.');
  if (typedDomain === '') throw wrong('The part after the @ is missing in this e-mail address.');
  if (!QUOTED.test(local)) refuseLocalPart(local);
  if (/\s/.test(typedDomain)) throw wrong(NO_SPACES);
  return { local, typedDomain, domain: domainOf(typedDomain) };
}

function refuseLocalPart(local: string): void {
  if (local.includes('@')) {
    throw wrong('There is more than one @ in this e-mail address. Enter one address alone.');
  }
  if (/\s/.test(local)) throw wrong(NO_SPACES);
  if (SPECIAL.test(local)) throw wrong(`This is not an e-mail address. ${LOOKS_LIKE}`);
}

function domainOf(typed: string): string | null {
  const [, literal] = /^\[(?:IPv6:)?(.+)\]$/i.exec(typed) ?? [];
  const name = normalName(literal ?? typed);
  const isOther = literal !== undefined && isIP(withoutZone(name ?? '')) === 0;
  // One dot at the end is read past before this, and a second one by what makes the name normal.
  if (name === null || isOther || /[.。．｡]$/.test(typed)) {
    throw wrong(
      'The part after the @ is not the name of a domain. It looks like example.org, without port or path.',
    );
  }
  return isIP(withoutZone(name)) === 0 ? name : null;
}

/** The address out of a link, or out of what stands beside a name. */
function bareAddress(text: string): string {
  const [, link] = /^mailto:([^?]*)/i.exec(text) ?? [];
  if (link !== undefined) return decoded(link);
  return /^(?:[^<]*|".*"\s*)<([^<>]*)>$/s.exec(text)?.[1] ?? text;
}

function decoded(link: string): string {
  try {
    return decodeURIComponent(link);
  } catch {
    // URIError: a percent sign that stands for itself.
    return link;
  }
}

const LOOKS_LIKE = 'It looks like robin@example.org.';
const NO_SPACES = 'An e-mail address has no spaces. Check it for a typing error.';

function wrong(message: string): RepriseError {
  return new RepriseError('invalid-input', message, { field: 'user' });
}
