/**
 * Ways to a server that are not straight there. `way.ts`: what a way is, and the loopback that is never
 * proxied; `ways.ts` makes one of what is chosen, with `proxy-passwords.ts`, and with `environment.ts` or
 * `pac.ts` for what the system says; `dial.ts` connects by one, over `socks-connect.ts` and `http-connect.ts`, and
 * `proxy-error.ts` is why it could not; `fetch-over.ts` makes one request by such a connection.
 */
export { dialBy, PROXY_LIMIT_MS, SETTINGS_LIMIT_MS, type DialOptions } from './dial.ts';
export { hopsOfEnvironment, type Environment } from './environment.ts';
export { fetchOver, FetchTooLarge, type Fetched, type FetchOptions } from './fetch-over.ts';
export { hopsOfPac } from './pac.ts';
export {
  keepingPassword,
  memoryProxyPasswords,
  openProxyPasswords,
  type ProxyPasswords,
  typedPassword,
} from './proxy-passwords.ts';
export { ProxyError, type ProxyFacts, type ProxyTrouble } from './proxy-error.ts';
export {
  isStraight,
  notToItself,
  straight,
  viaOf,
  type Hop,
  type Proxy,
  type ProxyKind,
  type ProxySignIn,
  type Way,
} from './way.ts';
export { OF_PROGRAM, Ways, type WayOf } from './ways.ts';
