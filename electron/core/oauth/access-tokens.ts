import type { AccountId } from '../../../shared/model.ts';
import type { AccountSettings } from '../accounts/index.ts';

/** A token that opens the mailboxes of one account for a while. */
export interface AccessToken {
  readonly token: string;
  /** When it ends; `null` where the issuer does not say. */
  readonly expiresAt: number | null;
  /** From when on another one is given; `null` with the same. */
  readonly renewAt: number | null;
}

/** What connections sign in with whose account signs in by OAuth. */
export interface AccessTokens {
  /**
   * One that lives for 60 s more, or for a quarter of its life where that is shorter. However many ask, one
   * refresh of an account is under way.
   *
   * Rejects with an `OAuthError`, or with the signal's reason.
   */
  get(account: AccountSettings, options: { readonly signal: AbortSignal }): Promise<AccessToken>;
  /** The server has refused this token: nobody gets it again. */
  refused(account: AccountId, token: string): void;
  /** Calls back whenever an account has got another token, until the function that it returns is called. */
  listen(listener: (account: AccountId, token: AccessToken) => void): () => void;
}
