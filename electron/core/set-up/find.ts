/** What is found for an address. */
import type { FoundSettings, SetUpResult } from '../../../shared/set-up.ts';
import { addressText, parseAddress, type MailAddress } from './address.ts';
import { providerOfDomain, type KnownProvider } from './providers.ts';

/**
 * Finds the settings for an address.
 *
 * @throws RepriseError `invalid-input` for the field `user` where it is none
 */
export function findSettings(typed: string): SetUpResult {
  const address = parseAddress(typed);
  const known = address.domain === null ? null : providerOfDomain(address.domain);
  return {
    address: addressText(address),
    found: known === null ? null : settingsAt(known, address),
    lookedUp: false,
    trouble: null,
  };
}

function settingsAt(known: KnownProvider, address: MailAddress): FoundSettings {
  const { name, passwords, hint, helpUrl, host, port, security } = known;
  return {
    host,
    port,
    security,
    user: known.user === 'address' ? addressText(address) : address.local,
    source: 'table',
    foundBy: name,
    foreign: false,
    provider: { name, passwords, hint, helpUrl },
  };
}
