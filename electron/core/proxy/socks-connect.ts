/** SOCKS5 (RFC 1928, 1929) over a connection to the proxy, by the package `socks`. */
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { SocksClient } from 'socks';
import type { Address } from '../tls/index.ts';
import { ProxyError, type ProxyFacts, type ProxyTrouble } from './proxy-error.ts';
import type { Proxy } from './way.ts';

/** Longer than any limit here; the package's own timer does not hold the program. */
const LIMIT_MS = 120_000;

/**
 * Has the proxy connect to `to`, whose name goes to it as it is. What the server said with the proxy's
 * answer stays to be read.
 *
 * @throws ProxyError
 */
export async function connectOverSocks(
  raw: Socket,
  proxy: Proxy,
  to: Address,
  facts: ProxyFacts,
): Promise<void> {
  const { host, port, signIn } = proxy;
  if (signIn !== null && [signIn.user, signIn.password].some(isTooLong))
    throw new ProxyError('sign-in-refused', facts);
  try {
    await SocksClient.createConnection({
      command: 'connect',
      proxy: {
        host,
        port,
        type: 5,
        ...(signIn === null ? {} : { userId: signIn.user, password: signIn.password }),
      },
      destination: to,
      existing_socket: raw,
      timeout: LIMIT_MS,
    });
  } catch (error) {
    // No cause: the package hangs all its options on the error, the password among them.
    const said = error instanceof Error ? error.message : '';
    throw new ProxyError(troubleOf(said, proxy), facts);
  }
  await keepEarly(raw);
}

/** RFC 1929 has one octet for the length. */
function isTooLong(text: string): boolean {
  return Buffer.byteLength(text) > 255;
}

/** In the turn after its answer the package gives on what came behind that, and lets the rest flow. */
async function keepEarly(raw: Socket): Promise<void> {
  const early: Buffer[] = [];
  const keep = (chunk: Buffer): void => {
    early.push(chunk);
  };
  raw.on('data', keep);
  raw.on('error', unheard);
  await turn();
  raw.pause();
  raw.off('data', keep);
  raw.off('error', unheard);
  if (early.length > 0) raw.unshift(Buffer.concat(early));
}

/** Whoever gets the socket sees that it is destroyed. */
function unheard(): void {}

/** By the names that the package has for the replies of RFC 1928 section 6, 01 to 08. */
const REPLIES: Readonly<Record<string, ProxyTrouble>> = {
  Failure: 'failed',
  NotAllowed: 'forbidden',
  NetworkUnreachable: 'no-network',
  HostUnreachable: 'no-host',
  ConnectionRefused: 'server-refused',
  TTLExpired: 'server-timeout',
  CommandNotSupported: 'no-connect',
  AddressNotSupported: 'no-address-type',
};

/** By the words of the package, which has no codes. */
const WORDS: readonly (readonly [RegExp, ProxyTrouble])[] = [
  [/Authentication failed/i, 'sign-in-refused'],
  [/no accepted authentication type/i, 'sign-in-wanted'],
  [/unknown authentication type/i, 'sign-in-unknown'],
  [/invalid socks version|Invalid Socks5|Received invalid/i, 'not-a-proxy'],
];

function troubleOf(said: string, { signIn }: Proxy): ProxyTrouble {
  const [, reply] = /rejected connection - (\w+)/i.exec(said) ?? [];
  if (reply !== undefined) return REPLIES[reply] ?? 'failed';
  const trouble = WORDS.find(([words]) => words.test(said))?.[1] ?? 'closed';
  // Asked for what it was not offered, or not content with what it was.
  if (trouble === 'sign-in-refused' && signIn === null) return 'sign-in-wanted';
  if (trouble === 'sign-in-wanted' && signIn !== null) return 'sign-in-unknown';
  return trouble;
}
