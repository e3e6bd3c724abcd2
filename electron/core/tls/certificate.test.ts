import type { PeerCertificate } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { certificateFacts } from './certificate.ts';

const certificate = {
  subject: { CN: 'imap.example.org', O: 'Example' },
  issuer: { CN: 'Authority' },
  subjectaltname: 'DNS:imap.example.org, IP Address:192.0.2.1',
  valid_from: 'Nov 23 00:00:00 2026 GMT',
  valid_to: 'Dec 23 00:00:00 2026 GMT',
  fingerprint256: 'AA:BB',
} as unknown as PeerCertificate;

describe('what is kept of a certificate', () => {
  it('is what it says', () => {
    expect(certificateFacts(certificate, 7)).toEqual({
      subject: 'CN=imap.example.org, O=Example',
      issuer: 'CN=Authority',
      names: ['DNS:imap.example.org', 'IP Address:192.0.2.1'],
      validFromAt: Date.UTC(2026, 10, 23),
      validToAt: Date.UTC(2026, 11, 23),
      fingerprint256: 'AA:BB',
      verifiedAt: 7,
    });
  });

  it('is bounded, however much a stranger wrote into it', () => {
    const long = 'x'.repeat(50_000);
    const names = Array.from({ length: 5000 }, (_, index) => `DNS:${String(index)}.example.org`);
    const facts = certificateFacts(
      {
        ...certificate,
        subject: { ...certificate.subject, CN: long },
        issuer: { ...certificate.issuer, CN: long },
        subjectaltname: [`DNS:${long}`, ...names].join(', '),
      },
      7,
    );
    expect(facts.names).toHaveLength(100);
    expect(JSON.stringify(facts).length).toBeLessThan(10_000);
  });
});
