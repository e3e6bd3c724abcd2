/** For tests: certificates that are right or wrong. */
import {
  type CertificateAuthority,
  createAuthority,
  createSelfSigned,
  type ServerCertificate,
} from '../certificates.ts';

/** What is right or wrong with a server's certificate, for a client that trusts the authority. */
export type CertificateKind =
  'valid' | 'expired' | 'not-yet-valid' | 'wrong-name' | 'self-signed' | 'other-authority';

const DAY_MS = 86_400_000;

/** A certificate of the named kind, as `authority` would or would not have issued it. */
export async function certificateOf(
  kind: CertificateKind,
  authority: CertificateAuthority,
  now: number = Date.now(),
): Promise<ServerCertificate> {
  switch (kind) {
    case 'valid':
      return authority.issue();
    case 'expired':
      return authority.issue({ validFromAt: now - 30 * DAY_MS, validToAt: now - DAY_MS });
    case 'not-yet-valid':
      return authority.issue({ validFromAt: now + DAY_MS, validToAt: now + 30 * DAY_MS });
    case 'wrong-name':
      return authority.issue({ dnsNames: ['elsewhere.example'], ipAddresses: [] });
    case 'self-signed':
      return createSelfSigned();
    case 'other-authority':
      return (await createAuthority('Another authority')).issue();
  }
}
