/** What the rest of the engine knows of accounts. */
import type { AccountId, ReusePolicy, Security } from '../../../shared/model.ts';
import type { PasswordServer } from '../../../shared/password-server.ts';
import type { TlsTrust } from '../tls/index.ts';

/** A CA file keeps the name that the user knows it by. */
export type AccountTrust =
  | Exclude<TlsTrust, { readonly kind: 'ca' }>
  | { readonly kind: 'ca'; readonly fileName: string; readonly pem: string };

/** An account as the engine holds it and as the settings file stores it: no password. */
export interface AccountSettings {
  readonly id: AccountId;
  readonly label: string;
  readonly user: string;
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  readonly servername: string | null;
  readonly trust: AccountTrust;
  readonly mailboxes: readonly string[];
  readonly reuse: boolean;
  readonly policy: ReusePolicy;
  readonly paused: boolean;
}

/** Everything that one attempt at a connection needs. */
export interface ConnectSettings {
  readonly user: string;
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  readonly servername: string | null;
  readonly trust: TlsTrust;
}

/** Where passwords are kept, each for one server. Values never appear in errors or logs. */
export interface SecretStore {
  get(account: AccountId, server: PasswordServer): Promise<string | null>;
  set(account: AccountId, password: string, server: PasswordServer): Promise<void>;
  delete(account: AccountId): Promise<void>;
}
