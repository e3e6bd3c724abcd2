/** The facts of a certificate that the interface shows and that sessions keep. */
import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, PeerCertificate, TLSSocket } from 'node:tls';
import type { CertificateFacts } from './facts.ts';
import { visible } from './visible.ts';

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
 * All that the server sent, in its order, the certificate itself first. Node loses it by telling
 * (nodejs/node#65579), so from then on the socket says of its peer what is `shown`.
 */
export function sentCertificates(
  socket: TLSSocket,
  shown: DetailedPeerCertificate,
): PeerCertificate[] {
  const sent: PeerCertificate[] = [];
  let next = socket.getPeerX509Certificate();
  for (; next !== undefined; next = next.issuerCertificate) sent.push(next.toLegacyObject());
  Object.defineProperties(socket, {
    getPeerCertificate: { value: () => shown },
    getPeerX509Certificate: { value: () => new X509Certificate(shown.raw) },
  });
  return sent;
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
  const seen = visible(text);
  return seen.length > MAX_TEXT ? `${seen.slice(0, MAX_TEXT)} …` : seen;
}

/** `CN=imap.example.org, O=Example`, in the order in which Node gives the parts. */
export function distinguishedName(name: Readonly<Record<string, unknown>> | undefined): string {
  return Object.entries(name ?? {})
    .map(([type, value]) => `${type}=${Array.isArray(value) ? value.join('+') : String(value)}`)
    .join(', ');
}
