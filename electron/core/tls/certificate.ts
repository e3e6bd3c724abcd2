/** The facts of a certificate that the interface shows and that sessions keep. */
import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { CertificateFacts } from '../../../shared/model.ts';

/** What Node says of the peer's certificate; `null` on a resumed connection, which shows none. */
export function peerCertificate(socket: TLSSocket): PeerCertificate | null {
  const certificate = socket.getPeerCertificate();
  // Node's type promises every field; without a certificate the object is empty or null.
  return (certificate as Partial<PeerCertificate> | null)?.fingerprint256 === undefined
    ? null
    : certificate;
}

/** @param verifiedAt when the handshake that showed it took place, in ms since the epoch */
export function certificateFacts(
  certificate: PeerCertificate,
  verifiedAt: number,
): CertificateFacts {
  return {
    subject: distinguishedName(certificate.subject),
    issuer: distinguishedName(certificate.issuer),
    names: certificate.subjectaltname?.split(', ') ?? [],
    validFromAt: Date.parse(certificate.valid_from),
    validToAt: Date.parse(certificate.valid_to),
    fingerprint256: certificate.fingerprint256,
    verifiedAt,
  };
}

/** `CN=imap.example.org, O=Example`, in the order in which Node gives the parts. */
function distinguishedName(name: Readonly<Record<string, unknown>> | undefined): string {
  return Object.entries(name ?? {})
    .map(([type, value]) => `${type}=${Array.isArray(value) ? value.join('+') : String(value)}`)
    .join(', ');
}
