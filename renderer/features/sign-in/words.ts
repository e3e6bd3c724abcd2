/** What is said of signing in with OAuth. Pure. */
import type { OAuthOffer, SignInFlow, SignInTrouble } from '../../../shared/oauth.ts';
import { GOOGLE_OAUTH, MICROSOFT_OAUTH } from '../../../shared/oauth-offers.ts';

/** What a password costs, beside {@link browserCost}; of providers that take such a one. */
export const PASSWORD_COSTS = {
  app: 'Made once, on the provider’s pages. Whoever has it can read all of the mail, until you delete it there.',
  account: 'The one of the account. Whoever has it can do everything there, until you change it.',
  none: 'For a bridge on this computer that takes one: the provider itself does not.',
} as const;

/** Whose servers end a connection when its access token ends, which is about once an hour. */
const ENDS_HOURLY: ReadonlySet<string> = new Set([GOOGLE_OAUTH.issuer, MICROSOFT_OAUTH.issuer]);

/** What a sign-in in the browser costs. */
export function browserCost({ issuer, clientNeeded }: OAuthOffer, hasClient: boolean): string {
  return [
    'No password is stored, and you can take it back there.',
    ...(clientNeeded && !hasClient ? ['First you make a client id of your own, once.'] : []),
    ...(ENDS_HOURLY.has(issuer) ? ['Connections are renewed every hour.'] : []),
  ].join(' ');
}

/** Why a client id is wanted, and for how long that does. */
export function whyClient({ name, clientNeeded }: OAuthOffer): string {
  const who = name === '' ? 'The issuer' : name;
  return clientNeeded
    ? `${who} signs people in for programs that it knows by a client id. Reprise brings none: make your own, once for all of your accounts there.`
    : `${who} signs people in for programs that it knows by a client id, and lets none register by themselves: ask whoever runs it for one.`;
}

/** What a client secret is, where one goes with the id. */
export const SECRET_HINT =
  'Goes with the client id. For a program on one’s own computer it is no secret, but is stored encrypted like one.';

/** The way to sign in beside the one that is offered first, as a button. */
export function otherFlow({ flows }: OAuthOffer): SignInFlow | null {
  return flows[1] ?? null;
}

/** What one can go on with. */
export type NextStep = 'client' | 'confirm-issuer' | 'any-user' | 'again';

/** What helps where a sign-in has failed. */
export function nextStep(code: SignInTrouble): NextStep {
  switch (code) {
    case 'client-needed':
    case 'client':
      return 'client';
    case 'foreign-issuer':
      return 'confirm-issuer';
    case 'other-user':
      return 'any-user';
    case 'issuer':
    case 'denied':
    case 'policy':
    case 'scope':
    case 'expired':
    case 'unreachable':
    case 'storage':
    case 'internal':
      return 'again';
  }
}
