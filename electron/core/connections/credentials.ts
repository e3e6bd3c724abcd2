/** What a connection signs in with, and who gives it. */
import type { AccountSettings } from '../accounts/index.ts';
import { ConnectError } from '../failures/index.ts';
import type { AccessToken, AccessTokens } from '../oauth/index.ts';

/** Gives the password at each connect as this account; `null` where none is stored for its place. */
export type PasswordOf = (account: AccountSettings) => Promise<string | null>;

/** What a sign-in is made with. */
export type Credentials =
  | { readonly kind: 'password'; readonly password: string }
  /** Told of it where the server refuses it. */
  | ({ readonly kind: 'token'; readonly refused: () => void } & AccessToken);

/** Gives them, at each connect. @throws where there are none to be had */
export type GetCredentials = (signal: AbortSignal) => Promise<Credentials>;

/** Gives what this account signs in with. */
export function credentialsOf(
  account: AccountSettings,
  password: PasswordOf,
  tokens: Pick<AccessTokens, 'get' | 'refused'>,
): GetCredentials {
  if (account.signIn.kind === 'password') return () => byPassword(() => password(account));
  return async (signal) => {
    const token = await tokens.get(account, { signal });
    const refused = (): void => {
      tokens.refused(account.id, token.token);
    };
    return { kind: 'token', ...token, refused };
  };
}

/** @throws ConnectError where there is no password, or it cannot be read */
export async function byPassword(stored: () => Promise<string | null>): Promise<Credentials> {
  let password: string | null;
  try {
    password = await stored();
  } catch (cause) {
    throw new ConnectError('SECRET_UNREADABLE', { cause });
  }
  if (password === null || password === '') throw new ConnectError('SECRET_MISSING');
  return { kind: 'password', password };
}

/** What nobody may read. */
export function secretOf(credentials: Credentials): string {
  return credentials.kind === 'password' ? credentials.password : credentials.token;
}
