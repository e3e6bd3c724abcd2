/** Why there is no token. */

/**
 * What is to be done about it:
 *
 * - `sign-in-again`: the refresh token is dead, or there is none for this place;
 * - `client`: the issuer does not know the client id, or its secret;
 * - `policy`: an administrator has to allow it, or somebody has taken it back;
 * - `scope`: what was granted does not open the mailbox;
 * - `unreachable`: the network, a time-out, trouble of the issuer's own, or an answer that is none. It is
 *   tried again by itself.
 */
export type OAuthTrouble = 'sign-in-again' | 'client' | 'policy' | 'scope' | 'unreachable';

/** No token. Its message is a sentence for the user; no secret is ever in it. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly trouble: OAuthTrouble;
  /** What the issuer itself said, where it said something: an error's code and description. */
  readonly serverLine: string | null;
  /** For so long the issuer is not asked again, whoever asks for a token. */
  readonly retryAfterMs: number | null;

  constructor(
    trouble: OAuthTrouble,
    message: string,
    serverLine: string | null = null,
    retryAfterMs: number | null = null,
  ) {
    super(message);
    this.trouble = trouble;
    this.serverLine = serverLine;
    this.retryAfterMs = retryAfterMs;
  }

  /** What `failures/` knows it by. */
  get code(): 'OAUTH_UNREACHABLE' | 'OAUTH_SIGN_IN_AGAIN' {
    return this.trouble === 'unreachable' ? 'OAUTH_UNREACHABLE' : 'OAUTH_SIGN_IN_AGAIN';
  }
}
