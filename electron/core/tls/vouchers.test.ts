import type { PeerCertificate } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { untilNextDate, vouchersOf, type Link } from './vouchers.ts';

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

const trusted = (fingerprint256: string, subject: string, issuer = subject): Link => ({
  fingerprint256,
  subject: `cn=${subject}`,
  issuer: `cn=${issuer}`,
  key: null,
  fromAt: 0,
  toAt: 10,
  raw: Buffer.alloc(0),
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
      certificate('leaf', ' The  ROOT '),
      [trusted('a', 'the root')],
      ['a'],
    ],
    [
      'one of another name with the key of what the server sent',
      certificate('leaf', 'Intermediate', { ...intermediate, pubkey: Buffer.from('key') }),
      [{ ...trusted('a', 'renamed'), key: Buffer.from('key').toString('base64') }],
      ['a'],
    ],
    ['nobody that could be named', certificate('leaf', 'Root'), [trusted('a', 'other')], []],
  ])('is %s', (_, leaf, authorities, expected) => {
    const { hangsOn } = vouchersOf(leaf, authorities, 5);
    expect(hangsOn.toSorted()).toEqual(expected.toSorted());
  });

  it('is found in a chain that runs in circles', () => {
    const one = certificate('one', 'other') as PeerCertificate & { issuerCertificate: unknown };
    one.issuerCertificate = certificate('other', 'one', one);
    expect(vouchersOf(one, [trusted('a', 'one')], 5).hangsOn).toEqual(['a']);
  });
});

const span = (fromAt: number, toAt: number) => ({ fromAt, toAt });

describe('the verdict on a path', () => {
  it.each([
    ['the earliest end', [span(0, 30), span(0, 20)], span(0, 20)],
    ['the latest beginning', [span(0, 30), span(5, 30)], span(5, 30)],
    ['the next beginning, which may lead elsewhere', [span(0, 30), span(15, 40)], span(0, 15)],
    ['the last end, for the same reason', [span(0, 30), span(1, 8)], span(8, 30)],
    ['nothing, where a date cannot be read', [span(0, 30), span(0, Number.NaN)], span(10, 10)],
  ])('holds within %s', (_, certificates, expected) => {
    expect(untilNextDate(certificates, 10)).toEqual(expected);
  });
});
