/** Whose a stored password is: it goes to the server that it was typed for, and to no other. */
import { isSameHost, withoutBrackets } from './server-names.ts';

/** What decides which server an account signs in to. */
interface Place {
  readonly host: string;
  /** Name for the certificate check, where it differs from `host`. */
  readonly servername: string | null;
}

/**
 * The server that a password was typed for: where it is, and the name that its certificate proves.
 * Not the port and not TLS or STARTTLS, because whoever answers there has to prove the same name;
 * and not what is trusted, about which its user decides with the certificate in sight.
 */
export interface PasswordServer {
  readonly host: string;
  readonly name: string;
}

/** The server of an account, as it was typed. */
export function passwordServer({ host, servername }: Place): PasswordServer {
  return {
    host: withoutBrackets(host.trim()),
    name: withoutBrackets((servername ?? host).trim()),
  };
}

/** Whether a password for the one may be used for the other. */
export function isSameServer(one: PasswordServer, other: PasswordServer): boolean {
  return isSameHost(one.host, other.host) && isSameHost(one.name, other.name);
}

/** Why a password has to be typed although one is stored; `now` is another server. */
export function typeAgain(stored: PasswordServer, now: PasswordServer): string {
  return `Type the password again: it was for ${storedFor(stored, now)}.`;
}

/** In what the server that a password was typed for differs from `now`. */
export function storedFor(stored: PasswordServer, now: PasswordServer): string {
  return isSameHost(stored.host, now.host) ? `the certificate of ${stored.name}` : stored.host;
}
