/**
 * What a connection trusts. It is part of the peer key: a session made under one trust is never
 * offered under another, because a resumed handshake is not verified again.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { isIPv4 } from 'node:net';
import {
  checkServerIdentity,
  createSecureContext,
  getCACertificates,
  type PeerCertificate,
  type SecureContext,
  type SecureContextOptions,
} from 'node:tls';
import { withoutZone } from './server-name.ts';
import {
  both,
  readAuthority,
  untilNextDate,
  vouchersOf,
  type Link,
  type Sent,
  type Vouchers,
} from './vouchers.ts';

/** Which certificates a connection accepts. There is no way to accept any. */
export type TlsTrust =
  /**
   * The authorities that Node brings and those of the operating system's store, as they are by then; see
   * {@link replaceSystemAuthorities}.
   */
  | { readonly kind: 'system' }
  /** Only the certificates of this PEM text. */
  | { readonly kind: 'ca'; readonly pem: string }
  /**
   * Only a server that shows exactly this certificate, whoever issued it and whatever name it is
   * for; its dates hold. `fingerprint256` is as Node writes it. TLS wants the certificate itself as
   * the end of the chain.
   */
  | { readonly kind: 'pin'; readonly fingerprint256: string; readonly pem: string };

/** Older versions are broken (RFC 8996). */
export const MIN_VERSION = 'TLSv1.2';
/** The newest that Node speaks. */
export const MAX_VERSION = 'TLSv1.3';

/**
 * The `sessionTimeout` of every client context, in seconds: seven days, the longest that a ticket may
 * live (RFC 8446 §4.6.1). OpenSSL gives each session its context's, 7200 s if nothing is said, however
 * long the server lets it live.
 */
export const SESSION_TIMEOUT = 604_800;

/** Whether the certificate is that of the server called `name`; the error says why not. */
export type IdentityCheck = (name: string, certificate: PeerCertificate) => Error | undefined;

/** A trust made ready for use: making a context parses every certificate, so it is kept. */
export interface TrustAnchor {
  /**
   * SHA-256 over what is trusted, and how: equal exactly where that is the same. The system's authorities
   * have one name, whichever they are by then: what was made under some of them hangs on these.
   */
  readonly fingerprint: string;
  /** SHA-256 over every certificate that is trusted now: under it, 0.1.0 kept sessions. */
  readonly exactly: string;
  /** What a certificate hangs on that is verified under this trust `now`; never nothing. */
  readonly vouchers: (leaf: PeerCertificate, now: number, sent?: Sent) => Vouchers;
  /** The same for one of which nobody knows any more what it hung on `then`: all that is trusted. */
  readonly anyVoucher: (then: number) => Vouchers;
  /** Whether all that something hangs on is trusted still. */
  readonly trusts: (vouchers: readonly string[]) => boolean;
  readonly context: SecureContext;
  readonly checkIdentity: IdentityCheck;
  /** The SHA-256 of the only certificate that is trusted; `null` where names are checked. */
  readonly pin: string | null;
}

/** How many CA files and pins are kept ready; the system's own authorities are always. */
const MAX_ANCHORS = 64;

/** `null` until they are replaced: those that Node read, once for the life of the process. */
let replaced: readonly string[] | null = null;
let systemAnchor: TrustAnchor | null = null;
const anchors = new Map<string, TrustAnchor>();

/** The code of the error for a CA file or pin in which a certificate cannot be read. */
export const UNREADABLE_TRUST = 'UNREADABLE_TRUST';

/**
 * The context for `trust`.
 *
 * @throws Error with the code {@link UNREADABLE_TRUST}
 */
export function trustAnchor(trust: TlsTrust): TrustAnchor {
  if (trust.kind === 'system') {
    systemAnchor ??= anchor(trust);
    return systemAnchor;
  }
  const key = trust.kind === 'ca' ? trust.pem : `${trust.fingerprint256}\n${trust.pem}`;
  const known = anchors.get(key);
  if (known !== undefined) return known;
  const made = readableAnchor(trust);
  if (anchors.size >= MAX_ANCHORS) {
    for (const oldest of anchors.keys()) {
      anchors.delete(oldest);
      break;
    }
  }
  anchors.set(key, made);
  return made;
}

/** By how many certificates a set of authorities differs from the one before. */
export interface AuthorityChange {
  readonly added: number;
  readonly gone: number;
}

/**
 * From now on, in the whole process, these are the authorities that {@link TlsTrust} `system` stands for.
 * Node reads those of the system once for the life of a process and its workers, so somebody else has to
 * read them anew: a child process. Sessions and connections of before are the caller's to go through.
 *
 * @throws Error where one of the PEM texts is no certificate
 */
export function replaceSystemAuthorities(pems: readonly string[]): AuthorityChange {
  const before = new Set(authorities({ kind: 'system' }).map(fingerprintOf));
  const now = new Set(pems.map(fingerprintOf));
  const change = {
    added: [...now].filter((one) => !before.has(one)).length,
    gone: [...before].filter((one) => !now.has(one)).length,
  };
  if (change.added + change.gone > 0) {
    replaced = [...pems];
    systemAnchor = null;
  }
  return change;
}

/**
 * The certificates that `trust` stands for, as PEM; for those who need contexts of their own.
 *
 * @throws Error where the PEM text holds no certificate
 */
export function authorities(trust: TlsTrust): readonly string[] {
  if (trust.kind !== 'system') return splitPem(trust.pem);
  return (
    replaced ?? [...new Set([...getCACertificates('default'), ...getCACertificates('system')])]
  );
}

/**
 * What a TLS context needs in order to trust nothing but `trust`.
 *
 * @throws Error where the PEM text holds no certificate
 */
export function trustOptions(trust: TlsTrust): SecureContextOptions {
  return {
    ca: [...authorities(trust)],
    // A pinned certificate mostly is no authority: without this only an authority ends a chain.
    ...(trust.kind === 'pin' ? { allowPartialTrustChain: true } : {}),
  };
}

/**
 * The check that belongs to `trust`: by the name, or, with a pin, by the certificate itself. The
 * chain alone would not do for a pin: an authority that is pinned vouches for others.
 */
export function identityCheck(trust: TlsTrust): IdentityCheck {
  if (trust.kind !== 'pin') return checkName;
  return (_name, { fingerprint256 }) =>
    fingerprint256 === trust.fingerprint256 ? undefined : new CertificateChanged();
}

/** Node's check of a name in its normal form, by what a certificate may say of it. */
export const checkName: IdentityCheck = (name, certificate) => {
  const error = checkServerIdentity(withoutZone(name), certificate);
  // The same address, as a certificate may write it that was made for a program that sees only IPv6.
  const isMapped = error !== undefined && isIPv4(name);
  return isMapped && checkServerIdentity(`::ffff:${name}`, certificate) === undefined
    ? undefined
    : error;
};

/** The server shows another certificate than the pinned one. */
class CertificateChanged extends Error {
  override readonly name = 'CertificateChanged';
  readonly code = 'CERTIFICATE_CHANGED';

  constructor() {
    super('The server shows another certificate than the pinned one.');
  }
}

function readableAnchor(trust: TlsTrust): TrustAnchor {
  try {
    return anchor(trust);
  } catch (cause) {
    // Node's X.509 parser, or no certificate at all.
    throw Object.assign(new Error('A trusted certificate cannot be read.', { cause }), {
      code: UNREADABLE_TRUST,
    });
  }
}

function anchor(trust: TlsTrust): TrustAnchor {
  const trusted = authorities(trust).map(readAuthority);
  const fingerprint = fingerprintOver(trusted);
  const anyVoucher = (then: number): Vouchers => ({
    hangsOn: [fingerprint],
    validity: untilNextDate(trusted, then),
  });
  // Where nobody can be named: all of them, exactly as they are.
  const known = new Set([fingerprint, ...trusted.map(({ fingerprint256 }) => fingerprint256)]);
  return {
    fingerprint: keyOf(trust, fingerprint),
    exactly: fingerprint,
    vouchers: (leaf, now, sent) => {
      const { hangsOn, validity } = vouchersOf(leaf, trusted, now, sent);
      if (hangsOn.length > 0) return { hangsOn, validity };
      const any = anyVoucher(now);
      return { ...any, validity: both(validity, any.validity) };
    },
    anyVoucher,
    trusts: (vouchers) => vouchers.every((voucher) => known.has(voucher)),
    context: createSecureContext({
      ...trustOptions(trust),
      minVersion: MIN_VERSION,
      maxVersion: MAX_VERSION,
      sessionTimeout: SESSION_TIMEOUT,
    }),
    checkIdentity: identityCheck(trust),
    pin: trust.kind === 'pin' ? trust.fingerprint256 : null,
  };
}

function keyOf(trust: TlsTrust, fingerprint: string): string {
  switch (trust.kind) {
    case 'system':
      return 'system';
    case 'ca':
      return fingerprint;
    case 'pin':
      // The same certificate as an authority lets in more than as a pin.
      return `pin ${trust.fingerprint256} ${fingerprint}`;
  }
}

/** Order and line breaks of a PEM file do not change what it trusts. */
function fingerprintOver(trusted: readonly Link[]): string {
  const hash = createHash('sha256');
  for (const line of trusted.map(({ fingerprint256 }) => fingerprint256).sort()) hash.update(line);
  return hash.digest('hex');
}

function fingerprintOf(pem: string): string {
  return new X509Certificate(pem).fingerprint256;
}

function splitPem(pem: string): string[] {
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g);
  if (certificates === null) throw new Error('The CA file holds no PEM certificate.');
  return certificates;
}
