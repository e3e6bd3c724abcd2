/** Signing in with OAuth2 (RFC 6749, RFC 8252): what engine and page agree on. */
import type { AccountId, GrantId, SignInId } from './ids.ts';

/** How an account signs in at its server. */
export type SignInWay =
  | { readonly kind: 'password' }
  | {
      readonly kind: 'oauth';
      /** The authorization server, as its metadata names it; an https URL. */
      readonly issuer: string;
      readonly clientId: string;
    };

/**
 * What the place of an issuer's metadata has besides the issuer's own path, as a failed OAUTHBEARER names it
 * (RFC 7628, section 3.2.2): at the end for OpenID, in front of the path for RFC 8414, section 3.
 */
export const METADATA_PATH =
  /\/\.well-known\/(?:openid-configuration|oauth-authorization-server)(?=\/|$)/g;

/** The ways in which a sign-in is made: on this machine, or with a code that is typed on any other. */
export const SIGN_IN_FLOWS = ['browser', 'device'] as const;
export type SignInFlow = (typeof SIGN_IN_FLOWS)[number];

/** A sign-in in the browser that a provider offers. */
export interface OAuthOffer {
  readonly issuer: string;
  /** Who signs people in there, such as `Google`; the host of an issuer that is not in the list. */
  readonly name: string;
  readonly flows: readonly SignInFlow[];
  /**
   * A client id of the user's own has to be there first. Otherwise one may be had by registering
   * (RFC 7591); an issuer that does not offer that says so by the problem `client-needed`.
   */
  readonly clientNeeded: boolean;
  /** With a client id goes a "secret", which is none for a program on somebody's own machine. */
  readonly secretNeeded: boolean;
  /** How to make a client id, a sentence a step. */
  readonly steps: readonly string[];
  /** Where the provider makes one. */
  readonly stepsUrl: string | null;
}

/** A client id of the user's, or one that was had by registering. */
export interface OAuthClient {
  /** Its issuer: each has one. */
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
  /** The secret itself is sealed, and never comes back. */
  readonly hasSecret: boolean;
  /** Reprise had it from the issuer by itself (RFC 7591). */
  readonly isRegistered: boolean;
}

/** What keeps a sign-in from its end. */
export type SignInTrouble =
  /** It is outside of the server's domain, or sends on outside of its own, and nothing vouches for that: to be confirmed. */
  | 'foreign-issuer'
  /** Whoever signed in is not who the account is for: to be confirmed, or done again. */
  | 'other-user'
  /** There is no client id for the issuer, and none can be had by registering. */
  | 'client-needed'
  /** The issuer does not know the client id, or its secret. */
  | 'client'
  /** The issuer cannot be used: no https, no metadata, or that of another. */
  | 'issuer'
  /** Whoever signed in said no, or may not say yes. */
  | 'denied'
  /** An administrator has to allow it, or the app is not verified. */
  | 'policy'
  /** The issuer knows no access to mail by this name. */
  | 'scope'
  /** Nobody signed in in time. */
  | 'expired'
  /** Network, time-out, trouble of the issuer's own, or an answer that is none. */
  | 'unreachable'
  /** What was granted could not be stored. */
  | 'storage'
  | 'internal';

/** Why a sign-in failed, and what to do. No secret is ever in it. */
export interface SignInProblem {
  readonly code: SignInTrouble;
  readonly message: string;
  /** What the issuer itself said, where it said something. */
  readonly serverLine: string | null;
  /** Of `foreign-issuer`: the hosts that are to be confirmed. */
  readonly foreignHosts?: readonly string[];
}

/** A sign-in that is under way, or was; the latest ones are kept for some minutes. */
export interface SignIn {
  readonly id: SignInId;
  /** Whose it renews; `null` for that of a form. */
  readonly accountId: AccountId | null;
  readonly issuer: string;
  /** Known once it waits: typed, stored, or had by registering. */
  readonly clientId: string | null;
  readonly flow: SignInFlow;
  readonly phase: 'preparing' | 'waiting' | 'done' | 'failed' | 'cancelled';
  /** To be opened in the system's browser while it waits; the device flow's has the code in it, if any. */
  readonly url: string | null;
  /** Of the device flow: typed at {@link verificationUri} on any machine. */
  readonly userCode: string | null;
  readonly verificationUri: string | null;
  /** When waiting ends. */
  readonly expiresAt: number | null;
  readonly problem: SignInProblem | null;
  /** Who has signed in, where the issuer says that; `null` before that, and where it does not. */
  readonly signedInAs: string | null;
  /** For the account that is saved or tested with it; `null` until it is done, and for {@link accountId}. */
  readonly grant: GrantId | null;
}
