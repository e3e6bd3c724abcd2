/** For tests: somebody to connect to, and the certificate that is shown there. */
import { rootCertificates, type PeerCertificate } from 'node:tls';
import type { Peer } from '../peer.ts';
import type { TlsTrust } from '../trust.ts';

const [ONE = '', OTHER = ''] = rootCertificates;

/** Two trusts that are not the same; whose certificates they are does not matter. */
export const TRUST = { kind: 'ca', pem: ONE } as const satisfies TlsTrust;
export const OTHER_TRUST = { kind: 'ca', pem: OTHER } as const satisfies TlsTrust;

/** Where an account of this name connects to. */
export function peerOf(account: string, changes: Partial<Peer> = {}): Peer {
  const name = 'imap.example.org';
  return { account, name, port: 993, security: 'tls', trust: TRUST, ...changes };
}

/** As Node gives one; only what the cache reads. Without `names` it is for `name` alone. */
export function certificateFor(
  name: string,
  fromAt: number,
  toAt: number,
  names = `DNS:${name}`,
): PeerCertificate {
  return {
    subject: { CN: name },
    issuer: { CN: 'Authority' },
    subjectaltname: names,
    valid_from: new Date(fromAt).toUTCString(),
    valid_to: new Date(toAt).toUTCString(),
    fingerprint256: 'AA:BB',
  } as unknown as PeerCertificate;
}
