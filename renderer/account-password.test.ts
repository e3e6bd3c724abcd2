import { describe, expect, it } from 'vitest';
import type { CertificateText, Trust } from '../shared/model.ts';
import { passwordPlace } from '../shared/password-place.ts';
import { placeOf, whyTypeAgain } from './account-password.ts';
import { account } from './testing/entities.ts';

const certificate: CertificateText = {
  subject: 'CN=localhost',
  issuer: 'CN=localhost',
  names: [],
  validFromAt: 0,
  validToAt: 1,
  fingerprint256: 'AA:BB',
};
const SYSTEM = { kind: 'system' } as const;
const CA: Trust = { kind: 'ca', fileName: 'ca.pem', subjects: [], sha256: 'ab' };
const PIN: Trust = { kind: 'pin', certificate };

describe('the stored password of an account', () => {
  it.each([
    ['the system’s authorities', SYSTEM, 'a server that the authorities of your system vouch for'],
    ['a CA file', CA, 'a server that another CA file vouches for'],
    ['one certificate', PIN, 'the one certificate that was trusted'],
  ] as const)('that trusts %s is for no other trust', (_, trust, was) => {
    const stored = account('a', { trust });
    expect(whyTypeAgain(stored, placeOf(stored))).toBeNull();
    const other = passwordPlace(stored, { kind: 'pin', fingerprint256: 'CC:DD' });
    expect(whyTypeAgain(stored, other)).toBe(`Type the password again: it was for ${was}.`);
  });

  it('is for another place than the account has, and is wanted for its own at once', () => {
    const elsewhere = account('a', { host: 'imap.example.net' });
    const killed = account('a', { strayPassword: placeOf(elsewhere) });
    expect(whyTypeAgain(killed, placeOf(killed))).toBe(
      'Type the password again: it was for imap.example.net.',
    );
    expect(whyTypeAgain(killed, placeOf(elsewhere))).toBeNull();
  });

  it('of the demo is known to nobody, and is not asked for', () => {
    const demo = account('a', { demo: true });
    expect(whyTypeAgain(demo, placeOf(account('b', { port: 1 })))).toBeNull();
  });
});
