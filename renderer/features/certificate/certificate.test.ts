import { describe, expect, it } from 'vitest';
import type { ProblemCode, ShownCertificate } from '../../../shared/model.ts';
import {
  certificateLines,
  fingerprintGroups,
  judge,
  shortAddress,
  shortFingerprint,
} from './certificate.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 5, 15);
const FINGERPRINT = Array.from({ length: 32 }, (_, at) =>
  at.toString(16).padStart(2, '0').toUpperCase(),
).join(':');

const certificate: ShownCertificate = {
  subject: 'CN=localhost',
  issuer: 'CN=localhost',
  names: ['DNS:localhost', 'IP Address:127.0.0.1', 'IP Address:0:0:0:0:0:0:0:1'],
  validFromAt: NOW - DAY,
  validToAt: NOW + DAY,
  fingerprint256: FINGERPRINT,
  pem: 'PEM',
};

describe('a certificate that was shown', () => {
  it.each(['certificate-untrusted', 'certificate-name', 'certificate-changed'] as const)(
    'may be trusted by itself where the problem is %s',
    (code) => {
      expect(judge(code, certificate, NOW)).toEqual({
        kind: 'trustable',
        fingerprint256: FINGERPRINT,
        pem: 'PEM',
      });
    },
  );

  it.each(['certificate-expired', 'certificate-unfit', 'sign-in', 'tls'] as readonly ProblemCode[])(
    'is not offered to be trusted where the problem is %s',
    (code) => {
      expect(judge(code, certificate, NOW)).toEqual({ kind: 'not', sentence: null });
    },
  );

  it.each([
    ['has expired', { validToAt: NOW }, /expired on 15 Jun 2026/],
    ['is of the future', { validFromAt: NOW + DAY }, /not valid before 16 Jun 2026/],
    ['is too large', { pem: null }, /unusually large/],
    ['has dates that nobody can read', { validToAt: Number.NaN, pem: null }, /unusually large/],
  ])('is not trusted where it %s', (_what, change, says) => {
    const judgement = judge('certificate-untrusted', { ...certificate, ...change }, NOW);
    expect(judgement).toMatchObject({ kind: 'not', sentence: expect.stringMatching(says) });
  });

  it('is told in words, beside the one before it, with what differs', () => {
    expect(
      certificateLines(certificate, null).map(({ value, differs }) => [value, differs]),
    ).toEqual([
      ['CN=localhost', false],
      ['itself (self-signed)', false],
      ['localhost, 127.0.0.1, ::1', false],
      ['14 Jun 2026 to 16 Jun 2026', false],
      [FINGERPRINT, false],
    ]);
    const before = { ...certificate, validToAt: NOW, issuer: 'CN=Home', fingerprint256: 'AA:BB' };
    const lines = certificateLines(certificate, before);
    expect(
      lines.filter(({ differs }) => differs).map(({ name, before }) => [name, before]),
    ).toEqual([
      ['Issued by', 'CN=Home'],
      ['Valid', '14 Jun 2026 to 15 Jun 2026'],
      ['SHA-256', 'AA:BB'],
    ]);
  });
});

describe('a certificate with more to say than anybody reads', () => {
  it('is cut, and what differs beyond the cut still differs', () => {
    const start = `CN=${'x'.repeat(5000)}`;
    const [subject] = certificateLines(
      { ...certificate, subject: `${start}a` },
      { ...certificate, subject: `${start}b` },
    );
    expect(subject?.value).toMatch(/^CN=x+ … \(5004 characters\)$/);
    expect(subject?.value.length).toBeLessThan(300);
    expect(subject?.differs).toBe(true);
  });
});

describe('a fingerprint', () => {
  it('is read in groups that are the whole of it', () => {
    expect(fingerprintGroups(FINGERPRINT)).toHaveLength(4);
    expect(fingerprintGroups(FINGERPRINT).join('')).toBe(FINGERPRINT);
    expect(fingerprintGroups('AA:BB')).toEqual(['AA:BB']);
  });

  it('is recognised by its beginning', () => {
    expect(shortFingerprint(FINGERPRINT)).toBe('00:01:02:03…');
  });
});

describe('an address in a certificate', () => {
  it.each([
    ['0:0:0:0:0:0:0:1', '::1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    // The longest run goes, of two the first, and a single group stays.
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0db8:0000:0000:0000:0000:0002:0001', '2001:db8::2:1'],
    ['0:0:0:0:0:FFFF:C000:201', '::ffff:192.0.2.1'],
    ['0:0:0:0:0:ffff:0:0', '::ffff:0.0.0.0'],
  ])('%s is written as %s', (long, short) => {
    expect(shortAddress(long)).toBe(short);
    expect(shortAddress(short)).toBe(short);
  });

  it.each(['127.0.0.1', '', 'not:an:address', '::1]/x[::2', '::1]:80', 'mail.example', '::1%eth0'])(
    'stays as it is where it is no IPv6 address: %j',
    (text) => {
      expect(shortAddress(text)).toBe(text);
    },
  );
});
