/** Whose a stored password is: it goes where it was typed for, and nowhere else. */
import type { Security } from '../electron/core/tls/facts.ts';
import type { SignInWay } from './oauth.ts';
import { isSameHost, withoutBrackets } from './server-names.ts';

/** What says where an account signs in, as it was typed. */
interface Typed {
  readonly host: string;
  /** Name for the certificate check, where it differs from `host`. */
  readonly servername: string | null;
  readonly port: number;
  readonly security: Security;
  readonly user: string;
  readonly signIn: SignInWay;
}

/**
 * Where a password was typed for: all that decides who gets it. Of its port as well, because on one
 * machine, where a mail bridge runs, each may be another program's; and of what is trusted, because
 * that is who says whose the certificate is. What OAuth calls a refresh token has such a place as well:
 * it is sealed and moved as a password is.
 */
export interface PasswordPlace {
  readonly host: string;
  /** That the certificate proves. */
  readonly name: string;
  readonly port: number;
  readonly security: Security;
  readonly user: string;
  /** A {@link trustText}. */
  readonly trust: string;
  /** A {@link signInText}: whether it is a password, and otherwise whose token. */
  readonly signIn: string;
}

/** What is trusted, without its certificates; the `sha256` of a {@link Trust}. */
export type NamedTrust =
  | { readonly kind: 'system' }
  | { readonly kind: 'ca'; readonly sha256: string }
  | { readonly kind: 'pin'; readonly fingerprint256: string };

/** What is trusted, in a text that is another one wherever that is. Stored: it does not change. */
export function trustText(trust: NamedTrust): string {
  switch (trust.kind) {
    case 'system':
      return 'system';
    case 'ca':
      return `ca:${trust.sha256}`;
    case 'pin':
      return `pin:${trust.fingerprint256}`;
  }
}

/** `signInText` of whoever signs in with a password. */
export const BY_PASSWORD = 'password';

/** How somebody signs in, in a text that is another one wherever that is. Stored: it does not change. */
export function signInText(way: SignInWay): string {
  return way.kind === 'password' ? BY_PASSWORD : JSON.stringify([way.issuer, way.clientId]);
}

/** The place where an account signs in that trusts this. */
export function passwordPlace(typed: Typed, trust: NamedTrust): PasswordPlace {
  const { host, servername, port, security, user } = typed;
  return {
    host: withoutBrackets(host.trim()),
    name: withoutBrackets((servername ?? host).trim()),
    port,
    security,
    user: user.trim(),
    trust: trustText(trust),
    signIn: signInText(typed.signIn),
  };
}

/** Whether a password for the one may be used for the other. */
export function isSamePlace(one: PasswordPlace, other: PasswordPlace): boolean {
  return isSameSignIn(one, other) && one.trust === other.trust;
}

/** Whether one user signs in at one server, by one port and with one kind of secret, whatever is trusted. */
export function isSameSignIn(one: PasswordPlace, other: PasswordPlace): boolean {
  return (
    isSameServer(one, other) &&
    one.port === other.port &&
    one.security === other.security &&
    one.user === other.user &&
    one.signIn === other.signIn
  );
}

/** Whether both are one host that proves one name. */
export function isSameServer(
  one: Pick<PasswordPlace, 'host' | 'name'>,
  other: Pick<PasswordPlace, 'host' | 'name'>,
): boolean {
  return isSameHost(one.host, other.host) && isSameHost(one.name, other.name);
}

/** Why a password has to be typed although one is stored; `now` is another place. */
export function typeAgain(stored: PasswordPlace, now: PasswordPlace): string {
  if (now.signIn !== BY_PASSWORD)
    return `Sign in again: the sign-in was for ${storedFor(stored, now)}.`;
  return `Type the password again: it was for ${storedFor(stored, now)}.`;
}

/** In what the place that a password was typed for differs from `now`: the most telling of it. */
export function storedFor(stored: PasswordPlace, now: PasswordPlace): string {
  const { host, name, port, security, user, trust, signIn } = stored;
  if (!isSameHost(host, now.host)) return host;
  if (!isSameHost(name, now.name)) return `the certificate of ${name}`;
  if (port !== now.port) return `port ${String(port)} of ${host}`;
  if (security !== now.security) return `${host} over ${security === 'tls' ? 'TLS' : 'STARTTLS'}`;
  if (user !== now.user) return `the user ${user}`;
  if (signIn !== now.signIn)
    return signIn === BY_PASSWORD ? 'a password' : 'another way to sign in';
  if (trust === 'system') return 'a server that the authorities of your system vouch for';
  return trust.startsWith('ca:')
    ? 'a server that another CA file vouches for'
    : 'the one certificate that was trusted';
}
