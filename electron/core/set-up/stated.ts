/** What others state about a domain's server, and what of it is taken. */
import { getDomain } from 'tldts';
import type { Security } from '../../../shared/model.ts';
import { isIP } from 'node:net';
import { normalName, withoutZone } from '../tls/index.ts';
import { addressText, type MailAddress } from './address.ts';

/** The settings of one server, filled in for one address. */
export interface StatedServer {
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  readonly user: string;
  /** A password will do there; otherwise it is a sign-in in the browser alone. */
  readonly takesPasswords: boolean;
  /** Where one signs in in the browser, as an https URL; `null` where nothing says it. */
  readonly issuer: string | null;
}

/** As texts, as a source states them. */
export interface Statement {
  readonly host: string;
  readonly port: string;
  readonly security: Security;
  readonly user: string;
  readonly takesPasswords: boolean;
  /** A URL, or the host of one; empty where there is none. */
  readonly issuer: string;
}

/** RFC 5321 allows 254 for an address; what accounts may have is in `shared/inputs.ts`. */
const LONGEST_USER = 255;

/**
 * A statement with its placeholders filled in; `null` where anything of it cannot be meant: a host with
 * a port, a path or a line break, a port that is none, a placeholder that nobody knows.
 */
export function readStatement(stated: Statement, address: MailAddress): StatedServer | null {
  const host = normalName(filled(stated.host, { ...address, typedDomain: address.domain ?? '' }));
  const user = filled(stated.user, address);
  const port = /^\d{1,5}$/.test(stated.port) ? Number(stated.port) : 0;
  const isUser = user !== '' && user.length <= LONGEST_USER && !/[\p{Cc}\p{Cf}]/u.test(user);
  if (host === null || !isUser || port < 1 || port > 65_535) return null;
  const { security, takesPasswords } = stated;
  return { host, port, security, user, takesPasswords, issuer: issuerOf(stated.issuer) };
}

/** Nobody's issuer is longer. */
const LONGEST_ISSUER = 1000;

/** RFC 8414 section 2: https, and neither query nor fragment. */
function issuerOf(text: string): string | null {
  if (text === '' || text.length > LONGEST_ISSUER) return null;
  const url = URL.parse(text.includes('://') ? text : `https://${text}`);
  const isOne =
    url?.protocol === 'https:' && `${url.username}${url.password}${url.search}${url.hash}` === '';
  if (!isOne) return null;
  // The slash that a URL without a path gets is no part of the name, which is compared whole.
  return url.pathname === '/' && !text.endsWith('/') ? url.origin : url.href;
}

/** `''` where there is a placeholder that nobody knows. */
function filled(template: string, address: MailAddress): string {
  const values: Readonly<Partial<Record<string, string>>> = {
    '%EMAILADDRESS%': addressText(address),
    '%EMAILLOCALPART%': address.local,
    '%EMAILDOMAIN%': address.typedDomain,
  };
  let isKnown = true;
  const text = template.replace(/%[A-Z]+%?/gi, (placeholder) => {
    const value = values[placeholder];
    isKnown &&= value !== undefined;
    return value ?? '';
  });
  return isKnown ? text : '';
}

/**
 * What somebody registered: `example.co.uk` of `mail.example.co.uk`, by the Public Suffix List. Those
 * who let others register beneath them count as well, such as `github.io`: two of their customers are
 * strangers. `null` for an IP address and for a suffix itself.
 */
export function registrableDomain(name: string): string | null {
  return getDomain(name, { allowPrivateDomains: true, validateHostname: false });
}

/** Whether a server is outside of what belongs to the owner of `domain`. */
export function isForeign(host: string, domain: string): boolean {
  if (isIP(withoutZone(host)) !== 0) return true;
  const own = registrableDomain(domain);
  return own === null ? host !== domain : registrableDomain(host) !== own;
}
