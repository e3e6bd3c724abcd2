/** What the form sends becomes an account: pure, but for reading the CA file that came with it. */
import { RepriseError } from '../../../shared/errors.ts';
import type { AccountId, AccountInput, ReusePolicy, TrustChoice } from '../../../shared/model.ts';
import { isSameSignIn } from '../../../shared/password-place.ts';
import type { SignInWay } from '../../../shared/oauth.ts';
import { isSameChoice, withoutPassword, type AccountProxy } from '../../../shared/proxy.ts';
import { isSameHost } from '../../../shared/server-names.ts';
import { readCaFile } from './ca-file.ts';
import { isReadable, isSameTrust, placeOf, readPin, unreadableTrustSentence } from './trusted.ts';
import type { AccountSettings, AccountTrust, ConnectSettings } from './account.ts';

/** What an account begins with. */
export const DEFAULT_POLICY: ReusePolicy = { sharing: 'saving', longestAge: 'server' };

/**
 * A new account: running, with reuse on, unless it is `like` one that has it off. _Shared_ is
 * not taken over: it tells the server that two accounts belong together, and is chosen for each.
 *
 * @throws RepriseError `bad-ca-file`, or `invalid-input` where it refers to what an account keeps
 */
export function newAccount(
  id: AccountId,
  input: AccountInput,
  like: AccountSettings | null = null,
): AccountSettings {
  const { reuse, policy } = like ?? { reuse: true, policy: DEFAULT_POLICY };
  const sharing = policy.sharing === 'shared' ? DEFAULT_POLICY.sharing : policy.sharing;
  return { id, ...fields(input, like), reuse, policy: { ...policy, sharing }, paused: false };
}

/** `account` as the form changes it; switch and pause stay. @throws as {@link newAccount} */
export function editedAccount(account: AccountSettings, input: AccountInput): AccountSettings {
  return { ...account, ...fields(input, account) };
}

/** What its user decided to trust, from what the certificate dialog showed. @throws as {@link newAccount} */
export function chosenTrust(choice: TrustChoice): AccountTrust {
  return choice.kind === 'pin' ? readPin(choice) : choice;
}

/** What a test of the form's settings connects with. @throws as {@link newAccount} */
export function settingsToTest(input: AccountInput, stored: Stored | null): ConnectSettings {
  const { label: _label, mailboxes: _mailboxes, ...settings } = fields(input, stored);
  return settings;
}

/**
 * Whether connections of the two are with different servers, users or trust, or go different ways: then what is open and
 * what is held for one is of no use to the other.
 */
export function connectsElsewhere(before: AccountSettings, after: AccountSettings): boolean {
  return (
    signsInElsewhere(before, after) ||
    !isSameTrust(before.trust, after.trust) ||
    !isSameChoice(before.proxy, after.proxy)
  );
}

/** Whether a password that was refused for one may be right for the other. */
export function signsInElsewhere(before: AccountSettings, after: AccountSettings): boolean {
  return !isSameSignIn(placeOf(before), placeOf(after));
}

/** What an account keeps of before. */
type Stored = Pick<AccountSettings, 'host' | 'trust' | 'proxy' | 'signIn'>;

function fields(input: AccountInput, stored: Stored | null) {
  const { user, host, port, security, mailboxes } = input;
  return {
    label: input.label === '' ? user : input.label,
    user,
    host,
    port,
    security,
    servername: input.servername,
    trust: trustOf(input, stored),
    mailboxes,
    proxy: proxyOf(input, stored),
    signIn: signInOf(input, stored),
  };
}

function proxyOf({ proxy }: AccountInput, stored: Stored | null): AccountProxy {
  if (proxy === undefined) return stored?.proxy ?? { kind: 'program' };
  return withoutPassword(proxy);
}

function signInOf({ signIn }: AccountInput, stored: Stored | null): SignInWay {
  if (signIn === undefined) return stored?.signIn ?? { kind: 'password' };
  if (signIn.kind === 'password') return signIn;
  const { kind, issuer, clientId } = signIn;
  return { kind, issuer, clientId };
}

/** Keeping what cannot be read would leave the account without any connection. */
function readable(trust: AccountTrust): AccountTrust {
  if (trust.kind === 'system' || isReadable(trust)) return trust;
  throw new RepriseError('bad-ca-file', unreadableTrustSentence(trust.kind), { field: 'trust' });
}

function trustOf({ trust, host }: AccountInput, stored: Stored | null): AccountTrust {
  switch (trust.kind) {
    case 'system':
    case 'pin':
      return chosenTrust(trust);
    case 'keep':
      // A pin was agreed to for the server that showed it.
      if (stored?.trust.kind === 'pin' && !isSameHost(stored.host, host)) {
        throw new RepriseError(
          'invalid-input',
          `Only a certificate of ${stored.host} is trusted. Remove it, or keep that server.`,
          { field: 'trust' },
        );
      }
      if (stored !== null) return readable(stored.trust);
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
