/**
 * Which trusted certificates a verified one hangs on, and until when. This is the one place that says
 * so: a session, and a connection, must not outlive the authority that vouched for it, though nobody
 * verifies them again.
 */
import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, PeerCertificate } from 'node:tls';
import { distinguishedName } from './certificate.ts';

/** From when until when something is good; ms since the epoch. */
export interface Validity {
  readonly fromAt: number;
  /** No longer then. */
  readonly toAt: number;
}

/** A certificate, as far as paths through it go. */
export interface Link extends Validity {
  readonly fingerprint256: string;
  /** Names as {@link comparable}. */
  readonly subject: string;
  readonly issuer: string;
  /** As Node tells it; `null` for kinds of which it tells none. */
  readonly key: string | null;
  readonly raw: Buffer;
}

/** What a verified certificate hangs on. */
export interface Vouchers {
  /** Fingerprints of trusted certificates. */
  readonly hangsOn: readonly string[];
  /** While a full handshake would come to the same verdict. */
  readonly validity: Validity;
}

/** @throws Error where the PEM text is no certificate */
export function readAuthority(pem: string): Link {
  return linkOf(new X509Certificate(pem).toLegacyObject());
}

/** Of a certificate whose dates cannot be read. */
const NEVER: Validity = { fromAt: Number.NaN, toAt: Number.NaN };

/** Tells all that the server sent, the certificate itself first. */
export type Sent = () => readonly PeerCertificate[];

/**
 * What `leaf` hangs on, which was verified `now`, and shows some of what the server sent above it.
 *
 * By which path it was verified, OpenSSL does not tell. So each `trusted` certificate counts that may be
 * on one: those named as the issuer of a certificate that the server sent or as one of those
 * themselves, or with the key of one, since a trusted certificate may stand in for it that has other
 * dates; and those above them, which a trusted one that is cross-signed leads to.
 *
 * @param sent asked only where something may not be shown; left out where all is
 */
export function vouchersOf(
  leaf: PeerCertificate,
  trusted: readonly Link[],
  now: number,
  sent?: Sent,
): Vouchers {
  const shown = shownBy(leaf);
  const isAll = sent === undefined || isPathShown(shown, trusted, now);
  const links = isAll ? shown : sent().map(linkOf);
  const found = vouching([linkOf(leaf), ...links], trusted);
  const certificates = [...links, ...found];
  return {
    hangsOn: found.map(({ fingerprint256 }) => fingerprint256),
    // Where nobody tells what it hangs on, it is good for nothing later.
    validity: both(linkOf(leaf), untilNextDate(links.length === 0 ? [NEVER] : certificates, now)),
  };
}

/** While both are good. */
export function both(one: Validity, other: Validity): Validity {
  return { fromAt: Math.max(one.fromAt, other.fromAt), toAt: Math.min(one.toAt, other.toAt) };
}

/**
 * From the last date of these certificates to the next. In between, paths through them are good or not
 * as they are now: one that begins or ends may change by which of them OpenSSL goes, and then the
 * verdict. One that was good for nothing already, such as the old cross-signed ones that servers send
 * along, ends nothing.
 */
export function untilNextDate(certificates: readonly Validity[], now: number): Validity {
  const dates = certificates.flatMap(({ fromAt, toAt }) => [fromAt, toAt]);
  // A date that cannot be read: nothing is known of the time after this.
  if (dates.some(Number.isNaN)) return { fromAt: now, toAt: now };
  return {
    fromAt: Math.max(...dates.filter((date) => date <= now)),
    toAt: Math.min(...dates.filter((date) => date > now)),
  };
}

/** The certificate, and those above it that Node found in what the server sent, or is trusted. */
function shownBy(leaf: PeerCertificate): Link[] {
  const links: Link[] = [];
  const seen = new Set<string>();
  let current: Partial<DetailedPeerCertificate> | undefined = leaf;
  // A root is its own issuer, and a hostile chain could run in circles.
  while (current?.fingerprint256 !== undefined && !seen.has(current.fingerprint256)) {
    seen.add(current.fingerprint256);
    links.push(linkOf(current));
    current = current.issuerCertificate;
  }
  return links;
}

function vouching(shown: readonly Link[], trusted: readonly Link[]): Link[] {
  const names = new Set<string>();
  const keys = new Set<string>();
  const found = new Set<Link>();
  const add = ({ subject, issuer, key }: Link): void => {
    names.add(subject).add(issuer);
    if (key !== null) keys.add(key);
  };
  for (const link of shown) add(link);
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const authority of trusted) {
      const isMember =
        names.has(authority.subject) || (authority.key !== null && keys.has(authority.key));
      if (!isMember || found.has(authority)) continue;
      found.add(authority);
      add(authority);
    }
  }
  return [...found];
}

/**
 * Whether all of the path by which the first one was verified `now` is `shown`, or trusted. Node shows
 * one issuer of each, the first that was sent, and sometimes fewer than there are. OpenSSL takes a
 * trusted one, or else the first that is good now; and where the certificate itself is trusted as it is,
 * it looks at all that was sent above it.
 */
function isPathShown(shown: readonly Link[], trusted: readonly Link[], now: number): boolean {
  const gap = shown.findIndex(({ fromAt, toAt }) => now < fromAt || now >= toAt);
  const good = gap === -1 ? shown : shown.slice(0, gap);
  const [leaf] = shown;
  const last = shown.at(-1);
  if (trusted.some(({ fingerprint256 }) => fingerprint256 === leaf?.fingerprint256)) {
    return gap === -1 && (last === leaf || last?.subject === last?.issuer);
  }
  return good.some((link) => trusted.some((authority) => issued(authority, link)));
}

function issued(authority: Link, link: Link): boolean {
  if (authority.subject !== link.issuer) return false;
  return new X509Certificate(link.raw).checkIssued(new X509Certificate(authority.raw));
}

/** @param certificate as Node tells of it; its type promises every field */
function linkOf(certificate: Partial<PeerCertificate>): Link {
  const { fingerprint256 = '', subject, issuer, valid_from = '', valid_to = '' } = certificate;
  const { pubkey, raw = Buffer.alloc(0) } = certificate;
  return {
    fingerprint256,
    subject: comparable(subject),
    issuer: comparable(issuer),
    key: pubkey?.toString('base64') ?? null,
    fromAt: Date.parse(valid_from),
    toAt: Date.parse(valid_to),
    raw,
  };
}

/** Case and spaces, at the ends of a part too, do not tell names apart (RFC 5280 §7.1). */
function comparable(name: Parameters<typeof distinguishedName>[0]): string {
  const text = distinguishedName(name).toLowerCase().trim();
  return text.replaceAll(/\s+/g, ' ').replaceAll(/ ?([=,+]) ?/g, '$1');
}
