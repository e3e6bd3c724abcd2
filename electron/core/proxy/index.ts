/**
 * Ways to a server that are not straight there. `way.ts`: what a way is, and the loopback that is never
 * proxied; `dial.ts` connects by one, over `socks-connect.ts` and `http-connect.ts`, and
 * `proxy-error.ts` is why it could not; `fetch-over.ts` makes one request by such a connection.
 */
export { dialBy, PROXY_LIMIT_MS, SETTINGS_LIMIT_MS, type DialOptions } from './dial.ts';
export { fetchOver, FetchTooLarge, type Fetched, type FetchOptions } from './fetch-over.ts';
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
