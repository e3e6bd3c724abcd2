/**
 * What a connection trusts. It is part of the peer key: a session made under one trust is never
 * offered under another, because a resumed handshake is not verified again.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';

export type TlsTrust =
  /** The authorities that Node brings and those of the operating system's store. */
  | { readonly kind: 'system' }
  /** Only the certificates of this PEM text. */
  | { readonly kind: 'ca'; readonly pem: string };

/** Older versions are broken (RFC 8996). */
export const MIN_VERSION = 'TLSv1.2';
export const MAX_VERSION = 'TLSv1.3';

/** A trust made ready for use: making a context parses every certificate, so it is kept. */
export interface TrustAnchor {
  /** SHA-256 over what is trusted: equal exactly where the certificates are. */
  readonly fingerprint: string;
  readonly context: SecureContext;
}

/** How many CA files are kept ready; the system's own authorities are always. */
const MAX_ANCHORS = 64;

let systemAnchor: TrustAnchor | null = null;
const anchors = new Map<string, TrustAnchor>();

/**
 * The context for `trust`.
 *
 * @throws the error of Node's X.509 parser where the PEM text holds no readable certificate
 */
export function trustAnchor(trust: TlsTrust): TrustAnchor {
  if (trust.kind === 'system') {
    systemAnchor ??= anchor(authorities(trust));
    return systemAnchor;
  }
  const known = anchors.get(trust.pem);
  if (known !== undefined) return known;
  const made = anchor(authorities(trust));
  if (anchors.size >= MAX_ANCHORS) {
    for (const oldest of anchors.keys()) {
      anchors.delete(oldest);
      break;
    }
  }
  anchors.set(trust.pem, made);
  return made;
}

/**
 * The certificates that `trust` stands for, as PEM; for those who need contexts of their own.
 *
 * @throws Error where the PEM text holds no certificate
 */
export function authorities(trust: TlsTrust): readonly string[] {
  return trust.kind === 'system'
    ? [...new Set([...getCACertificates('default'), ...getCACertificates('system')])]
    : splitPem(trust.pem);
}

function anchor(certificates: readonly string[]): TrustAnchor {
  return {
    fingerprint: fingerprint(certificates),
    context: createSecureContext({
      ca: [...certificates],
      minVersion: MIN_VERSION,
      maxVersion: MAX_VERSION,
    }),
  };
}

/** Order and line breaks of a PEM file do not change what it trusts. */
function fingerprint(certificates: readonly string[]): string {
  const hash = createHash('sha256');
  for (const line of certificates.map((pem) => new X509Certificate(pem).fingerprint256).sort()) {
    hash.update(line);
  }
  return hash.digest('hex');
}

function splitPem(pem: string): string[] {
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g);
  if (certificates === null) throw new Error('The CA file holds no PEM certificate.');
  return certificates;
}
