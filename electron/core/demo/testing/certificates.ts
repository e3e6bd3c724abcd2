/** For tests: certificates that are right or wrong. */
import { webcrypto } from 'node:crypto';
import { BasicConstraintsExtension, X509CertificateGenerator } from '@peculiar/x509';
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

/** Two authorities that vouch for each other, and nobody for them; PEM. */
export async function circleOfAuthorities(): Promise<readonly string[]> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
  const makeKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const [one, other] = [await makeKeys(), await makeKeys()];
  const sign = (
    name: string,
    by: string,
    publicKey: webcrypto.CryptoKey,
    signingKey: webcrypto.CryptoKey,
  ) =>
    X509CertificateGenerator.create({
      subject: [{ CN: [name] }],
      issuer: [{ CN: [by] }],
      publicKey,
      signingKey,
      signingAlgorithm: algorithm,
      extensions: [new BasicConstraintsExtension(true, undefined, true)],
    });
  const circle = [
    await sign('One', 'Other', one.publicKey, other.privateKey),
    await sign('Other', 'One', other.publicKey, one.privateKey),
  ];
  return circle.map((certificate) => certificate.toString('pem'));
}
