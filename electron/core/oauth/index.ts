/**
 * Signing in with OAuth2. In the order of reading: `issuers.ts`: what is known of authorization servers,
 * and which may be asked; `requests.ts`: everything that goes to them; `clients.ts`: by which client id.
 * `sign-ins.ts` takes a wish to what is granted, over `loopback.ts` for the browser's way back, and
 * `grants.ts` holds it until an account is stored with it. `access-tokens.ts`: what connections get from
 * then on, read by `answers.ts`; `oauth-error.ts`: why they get none.
 */
export { TokenDesk, type AccessToken, type AccessTokens } from './access-tokens.ts';
export { memoryClients, openClients, type OAuthClients } from './clients.ts';
export { Grants, type Granted } from './grants.ts';
export { readIssuer } from './issuers.ts';
export { OAuthError } from './oauth-error.ts';
export { Requests } from './requests.ts';
export { SignIns } from './sign-ins.ts';
