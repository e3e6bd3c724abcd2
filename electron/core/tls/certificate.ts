/** The facts of a certificate that the interface shows and that sessions keep. */
import type { DetailedPeerCertificate, PeerCertificate, TLSSocket } from 'node:tls';
import type { CertificateFacts } from './facts.ts';

/**
 * What Node says of the peer's certificate, with those above it; `null` on a resumed connection,
 * which shows none.
 */
export function peerCertificate(socket: TLSSocket): DetailedPeerCertificate | null {
  const certificate = socket.getPeerCertificate(true);
  // Node's type promises every field; without a certificate the object is empty or null.
  return (certificate as Partial<PeerCertificate> | null)?.fingerprint256 === undefined
    ? null
    : certificate;
}

/**
 * Whether the server asked for a certificate of the client's (RFC 8446 §4.3.2), which has none. Only such
 * a request names signature algorithms to a client. On BoringSSL, which does not tell them, `false`.
 */
export function asksForCertificate(socket: TLSSocket): boolean {
  // Node's type promises a list; there is none once the handle is gone.
  const algorithms = socket.getSharedSigalgs() as readonly string[] | null | undefined;
  return (algorithms?.length ?? 0) > 0;
}

/** Certificates take 1 to 2 kB; one that is larger is somebody's joke, and is not passed on. */
const MAX_PEM = 16_384;

/** The certificate itself (RFC 7468); `null` where it is unusually large. */
export function certificatePem({ raw }: Pick<PeerCertificate, 'raw'>): string | null {
  const lines = raw.toString('base64').match(/.{1,64}/g) ?? [];
  const pem = `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
  return pem.length > MAX_PEM ? null : pem;
}

/**
 * A certificate may be 100 kB of names, and what is kept of it goes into the state of every mailbox
 * that it concerns. Whether it is for a name is never decided by this.
 */
const MAX_NAMES = 100;
const MAX_TEXT = 500;

/** @param verifiedAt when the handshake that showed it took place, in ms since the epoch */
export function certificateFacts(
  certificate: PeerCertificate,
  verifiedAt: number,
): CertificateFacts {
  return {
    subject: cut(distinguishedName(certificate.subject)),
    issuer: cut(distinguishedName(certificate.issuer)),
    names: certificate.subjectaltname?.split(', ', MAX_NAMES).map(cut) ?? [],
    validFromAt: Date.parse(certificate.valid_from),
    validToAt: Date.parse(certificate.valid_to),
    fingerprint256: certificate.fingerprint256,
    verifiedAt,
  };
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)} …` : text;
}

/** `CN=imap.example.org, O=Example`, in the order in which Node gives the parts. */
export function distinguishedName(name: Readonly<Record<string, unknown>> | undefined): string {
  return Object.entries(name ?? {})
    .map(([type, value]) => `${type}=${Array.isArray(value) ? value.join('+') : String(value)}`)
    .join(', ');
}

/** When a certificate, with all those that vouch for it, is good; ms since the epoch. */
export interface Validity {
  readonly fromAt: number;
  readonly toAt: number;
}

/**
 * While a full handshake would accept the whole chain: authorities expire as well, and nobody asks
 * them again when a session is resumed.
 *
 * @param now one that is not good now was not needed for the verdict: servers send old
 *   cross-signed ones along
 */
export function chainValidity(leaf: PeerCertificate, now: number): Validity {
  let fromAt = Date.parse(leaf.valid_from);
  let toAt = Date.parse(leaf.valid_to);
  const seen = new Set<string>();
  let current: Partial<DetailedPeerCertificate> | undefined = leaf;
  // A root is its own issuer, and a hostile chain could run in circles.
  while (current?.fingerprint256 !== undefined && !seen.has(current.fingerprint256)) {
    seen.add(current.fingerprint256);
    const from = Date.parse(current.valid_from ?? '');
    const to = Date.parse(current.valid_to ?? '');
    if (from <= now && now < to) {
      fromAt = Math.max(fromAt, from);
      toAt = Math.min(toAt, to);
    }
    current = current.issuerCertificate;
  }
  return { fromAt, toAt };
}
