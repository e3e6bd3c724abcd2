import type { PeerCertificate } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { vouchersOf } from './vouchers.ts';

/** A certificate as Node tells of it. */
function certificate(subject: string, issuer: string, above?: PeerCertificate): PeerCertificate {
  const { length } = subject + issuer;
  return {
    subject: { CN: subject },
    issuer: { CN: issuer },
    fingerprint256: `${subject} ${issuer} ${String(length)}`,
    ...(above === undefined ? {} : { issuerCertificate: above }),
  } as unknown as PeerCertificate;
}

const trusted = (fingerprint256: string, subject: string, issuer = subject) => ({
  fingerprint256,
  subject: `cn=${subject}`,
  issuer: `cn=${issuer}`,
});

const intermediate = certificate('Intermediate', 'Root');

describe('what a verified certificate hangs on', () => {
  it.each([
    ['the authority that issued it', certificate('leaf', 'Root'), [trusted('a', 'root')], ['a']],
    [
      'the root above what the server sent',
      certificate('leaf', 'Intermediate', intermediate),
      [trusted('a', 'root'), trusted('b', 'other')],
      ['a'],
    ],
    [
      'each of several of one name',
      certificate('leaf', 'Root'),
      [trusted('a', 'root'), trusted('b', 'root')],
      ['a', 'b'],
    ],
    [
      'a trusted twin of what the server sent',
      certificate('leaf', 'Intermediate', intermediate),
      [trusted('a', 'intermediate')],
      ['a'],
    ],
    [
      'those above a trusted one that is cross-signed',
      certificate('leaf', 'Root'),
      [trusted('b', 'older'), trusted('a', 'root', 'older')],
      ['b', 'a'],
    ],
    [
      'itself, where it is trusted as it is',
      certificate('leaf', 'leaf'),
      [trusted('a', 'leaf')],
      ['a'],
    ],
    [
      'names that differ by case and spaces only',
      certificate('leaf', 'The  ROOT'),
      [trusted('a', 'the root')],
      ['a'],
    ],
    ['nobody that could be named', certificate('leaf', 'Root'), [trusted('a', 'other')], []],
  ])('is %s', (_, leaf, authorities, expected) => {
    expect(vouchersOf(leaf, authorities)).toEqual(expect.arrayContaining(expected));
    expect(vouchersOf(leaf, authorities)).toHaveLength(expected.length);
  });

  it('is found in a chain that runs in circles', () => {
    const one = certificate('one', 'other') as PeerCertificate & { issuerCertificate: unknown };
    one.issuerCertificate = certificate('other', 'one', one);
    expect(vouchersOf(one, [trusted('a', 'one')])).toEqual(['a']);
  });
});
