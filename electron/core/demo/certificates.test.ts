import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { createAuthority } from './certificates.ts';
import type { CertificateKind } from './testing/index.ts';
import { startImapServer } from './testing/index.ts';
import { visit, visitError } from './testing/client.ts';

const FAULTS: readonly [CertificateKind, string][] = [
  ['expired', 'CERT_HAS_EXPIRED'],
  ['not-yet-valid', 'CERT_NOT_YET_VALID'],
  ['wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['other-authority', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
];

test.for(FAULTS)('a client that trusts the authority finds: %s', async ([kind, code]) => {
  await using server = await startImapServer({ certificate: kind });
  expect(await visitError(server)).toBe(code);
});

test('a valid certificate is good for the name and for the address', async () => {
  await using server = await startImapServer();
  expect((await visit(server)).greeting).toMatch(/^\* OK /);
  // Without a server name the certificate is held against the host, here an address.
  expect((await visit(server, { servername: '' })).greeting).toMatch(/^\* OK /);
});

test('who does not trust the authority does not trust its servers', async () => {
  await using server = await startImapServer();
  const other = await createAuthority();
  expect(await visitError(server, { ca: other.certPem })).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
});

test('a certificate says what it was asked to say', async () => {
  const authority = await createAuthority('Test authority');
  const validFromAt = Date.UTC(2030, 0, 1);
  const validToAt = Date.UTC(2031, 5, 1);
  const { certPem } = await authority.issue({
    dnsNames: ['mail.example', 'imap.example'],
    ipAddresses: ['192.0.2.1'],
    validFromAt,
    validToAt,
  });
  const certificate = new X509Certificate(certPem);
  expect(certificate.subject).toBe('CN=mail.example');
  expect(certificate.issuer).toBe('CN=Test authority');
  expect(certificate.subjectAltName).toBe(
    'DNS:mail.example, DNS:imap.example, IP Address:192.0.2.1',
  );
  expect(Date.parse(certificate.validFrom)).toBe(validFromAt);
  expect(Date.parse(certificate.validTo)).toBe(validToAt);
  expect(certificate.checkIssued(new X509Certificate(authority.certPem))).toBe(true);
  expect(certificate.ca).toBe(false);
});
