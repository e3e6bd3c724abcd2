/** Which way a connection goes: straight to its server, or through one proxy of a list. */
import { isOnThisMachine } from '../network/machine.ts';
import { peerName, type Address } from '../tls/index.ts';

/** How a proxy is spoken to. */
export type ProxyKind = 'socks5' | 'http';

/** Who a proxy knows its client as. */
export interface ProxySignIn {
  readonly user: string;
  readonly password: string;
}

/** A proxy that can be used. */
export interface Proxy {
  readonly kind: ProxyKind;
  readonly host: string;
  readonly port: number;
  /** `null` where none is given. */
  readonly signIn: ProxySignIn | null;
}

/** One way, which is tried after those before it have failed. */
export type Hop =
  | { readonly kind: 'straight' }
  | Proxy
  /** The system names a proxy of a kind that is not spoken here, such as `HTTPS proxy:443`. */
  | { readonly kind: 'unknown'; readonly said: string };

/**
 * The ways to a server, asked anew for each connection, in the order in which they are to be tried.
 * Straight there is one of them only where its user, or the answer of the system, says so.
 */
export type Way = (to: Address) => Promise<readonly Hop[]>;

const STRAIGHT_THERE: readonly Hop[] = [{ kind: 'straight' }];

/** No proxy. */
export const straight: Way = () => Promise.resolve(STRAIGHT_THERE);

/** `way`, but never through a proxy to this very machine: RFC 1928 and PAC files alike mean others. */
export function notToItself(way: Way): Way {
  return (to) => (isOnThisMachine(to.host) ? straight(to) : way(to));
}

/** Whether names are looked up here: on every other way that is the proxy's to do. */
export function isStraight(hops: readonly Hop[]): boolean {
  return hops.length > 0 && hops.every(({ kind }) => kind === 'straight');
}

/**
 * The name of a way in the key of sessions: the proxy, and who it knows its client as, which two
 * connections that share a ticket would share. No password is in it.
 */
export function viaOf({ kind, host, port, signIn }: Proxy): string {
  return JSON.stringify([kind, peerName({ name: host }), port, signIn?.user ?? null]);
}
