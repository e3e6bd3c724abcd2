import { describe, expect, it } from 'vitest';
import { createAuthority, createSelfSigned } from '../demo/testing/index.ts';
import type { TlsTrust } from '../tls/index.ts';
import { chosenTrust } from './account-input.ts';
import { accountSettings } from './testing/account.ts';
import { parseCertificate } from './ca-file.ts';
import { placeOf } from './trusted.ts';

const [one, two] = [await createAuthority(), await createSelfSigned()];
const [own, other] = [one.certPem, two.certPem];

const trustOf = (trust: TlsTrust) => placeOf({ ...accountSettings('a'), trust }).trust;
const ofFile = (pem: string) => trustOf({ kind: 'ca', pem });

describe('what a password knows of the trust that it was typed for', () => {
  it('is the same for the same certificates, in whatever order, with whatever around them', () => {
    expect(ofFile(`${other}# a comment\n${own}`.replaceAll('\n', '\r\n'))).toBe(
      ofFile(`${own}\n${other}`),
    );
  });

  it('is another one for every other trust', () => {
    const texts = [
      trustOf({ kind: 'system' }),
      ofFile(own),
      ofFile(other),
      ofFile(own + other),
      ofFile(own + own.slice(0, -60) + own.slice(-50)),
      ...[own, other].map((pem) => {
        const { fingerprint256 = '' } = parseCertificate(pem) ?? {};
        return trustOf(chosenTrust({ kind: 'pin', fingerprint256, pem }));
      }),
    ];
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('is not that of a certificate which only a lenient reader of the file finds there', () => {
    const body = own.split('\n').slice(1, -2).join('\n');
    const disguised = other.replace('-----\n', `-----\n${body.replace('\n', ':\n')}\n\n`);
    expect(ofFile(disguised)).not.toBe(ofFile(own));
  });
});
