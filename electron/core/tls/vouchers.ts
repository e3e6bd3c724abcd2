/**
 * Which trusted certificates a verified one hangs on. This is the one place that says so: a session, and
 * a connection, must not outlive the authority that vouched for it, though nobody verifies them again.
 */
import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, PeerCertificate } from 'node:tls';
import { distinguishedName } from './certificate.ts';

/** A certificate that is trusted, as far as paths to it go. */
export interface Authority {
  readonly fingerprint256: string;
  /** Names as {@link comparable}. */
  readonly subject: string;
  readonly issuer: string;
}

/** @throws Error where the PEM text is no certificate */
export function readAuthority(pem: string): Authority {
  const { fingerprint256, subject, issuer } = new X509Certificate(pem).toLegacyObject();
  return { fingerprint256, subject: comparable(subject), issuer: comparable(issuer) };
}

/**
 * The fingerprints of all `trusted` certificates that may be on the path by which `leaf` was verified:
 * which path that was, OpenSSL does not tell. They are those named as the issuer of a certificate that
 * the server sent or as one of those themselves, since a trusted certificate of the same name may stand
 * in for it; and those above them, which a trusted one that is cross-signed leads to.
 */
export function vouchersOf(leaf: PeerCertificate, trusted: readonly Authority[]): string[] {
  const names = new Set<string>();
  const seen = new Set<string>();
  let current: Partial<DetailedPeerCertificate> | undefined = leaf;
  // A root is its own issuer, and a hostile chain could run in circles.
  while (current?.fingerprint256 !== undefined && !seen.has(current.fingerprint256)) {
    seen.add(current.fingerprint256);
    names.add(comparable(current.subject)).add(comparable(current.issuer));
    current = current.issuerCertificate;
  }
  const found = new Set<Authority>();
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const authority of trusted) {
      if (!names.has(authority.subject)) continue;
      found.add(authority);
      names.add(authority.issuer);
    }
  }
  return [...found].map(({ fingerprint256 }) => fingerprint256);
}

/** Case and spaces do not tell names apart (RFC 5280 §7.1). */
function comparable(name: Parameters<typeof distinguishedName>[0]): string {
  return distinguishedName(name).toLowerCase().replaceAll(/\s+/g, ' ');
}
