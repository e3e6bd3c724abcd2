/** Whether the stored password of an account may stay when something of the account changes. Pure. */
import type { Account, Trust } from '../shared/model.ts';
import {
  isSamePlace,
  type NamedTrust,
  passwordPlace,
  type PasswordPlace,
  typeAgain,
} from '../shared/password-place.ts';

/** Where the account signs in as it is. */
export function placeOf(account: Account): PasswordPlace {
  return passwordPlace(account, trustName(account.trust));
}

/** What an account trusts, as its password knows it. */
export function trustName(trust: Trust): NamedTrust {
  return trust.kind === 'pin'
    ? { kind: 'pin', fingerprint256: trust.certificate.fingerprint256 }
    : trust;
}

/**
 * Why the password has to be typed again for `now`: the stored one is for another place. `null` while
 * it may stay as it is, and for the demo's accounts: nobody knows their passwords.
 */
export function whyTypeAgain(account: Account, now: PasswordPlace): string | null {
  const stored = account.strayPassword ?? placeOf(account);
  return account.demo || isSamePlace(stored, now) ? null : typeAgain(stored, now);
}
