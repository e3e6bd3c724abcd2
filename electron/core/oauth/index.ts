/**
 * Signing in with OAuth2. `access-tokens.ts`: what connections get; `oauth-error.ts`: why they get none.
 */
export type { AccessToken, AccessTokens } from './access-tokens.ts';
export { OAuthError, type OAuthTrouble } from './oauth-error.ts';
