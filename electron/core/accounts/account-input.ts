/** What the form sends becomes an account: pure, but for reading the CA file that came with it. */
import { RepriseError } from '../../../shared/errors.ts';
import type { AccountId, AccountInput, ReusePolicy } from '../../../shared/model.ts';
import { readCaFile } from './ca-file.ts';
import type { AccountSettings, AccountTrust, ConnectSettings } from './types.ts';

/** What an account begins with. */
export const DEFAULT_POLICY: ReusePolicy = { sharing: 'saving', longestAge: 'server' };

/**
 * A new account: reuse on, running.
 *
 * @throws RepriseError `bad-ca-file`, or `invalid-input` where it refers to what an account keeps
 */
export function newAccount(id: AccountId, input: AccountInput): AccountSettings {
  return { id, ...fields(input, null), reuse: true, policy: DEFAULT_POLICY, paused: false };
}

/** `account` as the form changes it; switch and pause stay. @throws as {@link newAccount} */
export function editedAccount(account: AccountSettings, input: AccountInput): AccountSettings {
  return { ...account, ...fields(input, account.trust) };
}

/** What a test of the form's settings connects with. @throws as {@link newAccount} */
export function settingsToTest(input: AccountInput, stored: AccountTrust | null): ConnectSettings {
  const { user, host, port, security, servername, trust } = fields(input, stored);
  return { user, host, port, security, servername, trust };
}

/**
 * Whether connections of the two are with different servers, users or trust: then what is open and
 * what is held for one is of no use to the other.
 */
export function connectsElsewhere(before: AccountSettings, after: AccountSettings): boolean {
  return (
    before.user !== after.user ||
    before.host !== after.host ||
    before.port !== after.port ||
    before.security !== after.security ||
    before.servername !== after.servername ||
    trustedText(before.trust) !== trustedText(after.trust)
  );
}

function trustedText(trust: AccountTrust): string | null {
  return trust.kind === 'ca' ? trust.pem : null;
}

function fields(input: AccountInput, stored: AccountTrust | null) {
  const { user, host, port, security, mailboxes } = input;
  return {
    label: input.label === '' ? user : input.label,
    user,
    host,
    port,
    security,
    servername: input.servername,
    trust: trustOf(input.trust, stored),
    mailboxes,
  };
}

function trustOf(trust: AccountInput['trust'], stored: AccountTrust | null): AccountTrust {
  switch (trust.kind) {
    case 'system':
      return { kind: 'system' };
    case 'keep':
      if (stored !== null) return stored;
      throw new RepriseError(
        'invalid-input',
        'There is no CA file to keep for a new account. Choose the file, or trust the system’s certificate authorities.',
        { field: 'trust' },
      );
    case 'ca':
      return {
        kind: 'ca',
        fileName: trust.fileName,
        pem: readCaFile(trust.pem, trust.fileName).pem,
      };
  }
}
