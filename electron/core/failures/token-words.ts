/** What went wrong with an access token, in words that a person can act on. Pure. */
import type { ProblemCode } from '../../../shared/model.ts';
import type { ClassifiedError, FailureKind } from './classify.ts';

/** Who signs in where. */
export interface TokenContext {
  readonly host: string;
  readonly user: string;
}

type Describe = (
  error: ClassifiedError,
  context: TokenContext,
) => { readonly code: ProblemCode; readonly message: string };

/** What there is with a token alone. */
export const TOKEN_WORDS = {
  'token-refused': (_error, { host, user }) => ({
    code: 'sign-in-again',
    message:
      `${host} does not take the access that was granted to Reprise for ${user}. It may have been ` +
      `taken back, granted by somebody else, or without the mail. Sign in again, as ${user}, and allow ` +
      'all that is asked for; if that does not help, see whether your provider lets mail programs in ' +
      'by IMAP.',
  }),
  'token-scope': (_error, { host, user }) => ({
    code: 'sign-in-again',
    message:
      `What was granted to Reprise for ${user} does not include the mail on ${host}. Sign in again ` +
      'and allow all that is asked for; the client id has to be one that may ask for mail over IMAP.',
  }),
  'no-sign-in-by-token': (_error, { host }) => ({
    code: 'sign-in',
    message:
      `${host} offers no sign-in by OAuth on this port. Check the server name and port, or edit the ` +
      'account to sign in by password.',
  }),
} satisfies Partial<Record<FailureKind, Describe>>;

/** What reads otherwise where nobody has typed a password. */
export const WORDS_WITH_TOKEN: Readonly<Partial<Record<FailureKind, Describe>>> = {
  'too-many-refusals': (_error, { host, user }) => ({
    code: 'sign-in-again',
    message:
      `${host} has refused too many sign-ins of ${user} and may take none for a while. Wait, and ` +
      'sign in again.',
  }),
  'not-understood': (_error, { host }) => ({
    code: 'sign-in',
    message:
      `${host} did not understand the sign-in by OAuth. Check the server name and port, or tell ` +
      'whoever runs the server, then reconnect.',
  }),
  'not-connected': (_error, { host, user }) => ({
    code: 'not-served',
    message:
      `${host} accepted the sign-in and opens no mailbox for it. Somebody other than ${user} may have ` +
      'signed in: then sign in again. Or IMAP is turned off for the mailbox, or it has no licence for ' +
      'it: ask whoever runs it. Reprise tries again, every few minutes at first and then every hour.',
  }),
};
