/** Why the way through a proxy did not come about. */
import type { Address } from '../tls/index.ts';

/** The closed set of what a proxy, or the way to it, can be the matter with. */
export type ProxyTrouble =
  /** Its own name is not found. */
  | 'name-unknown'
  | 'refused'
  | 'unreachable'
  | 'timeout'
  /** It took the connection, and has not said a word of SOCKS. */
  | 'silent'
  | 'closed'
  /** What answers speaks something else. */
  | 'not-a-proxy'
  /** It answers with a page for people: a portal, or a filter. */
  | 'page'
  /** It wants to know who asks, and nothing is there to tell it. */
  | 'sign-in-wanted'
  | 'sign-in-refused'
  /** It knows other ways to sign in only, such as NTLM or Kerberos. */
  | 'sign-in-unknown'
  /** SOCKS 02, HTTP 403 and 405. */
  | 'forbidden'
  /** SOCKS 01, and what has no meaning of its own. */
  | 'failed'
  /** SOCKS 03. */
  | 'no-network'
  /** SOCKS 04. */
  | 'no-host'
  /** HTTP 500, 502 and 503. */
  | 'bad-gateway'
  /** SOCKS 05. */
  | 'server-refused'
  /** SOCKS 06, HTTP 504. */
  | 'server-timeout'
  | 'gateway-timeout'
  /** SOCKS 07. */
  | 'no-connect'
  /** SOCKS 08. */
  | 'no-address-type'
  /** Any other answer of HTTP. */
  | 'status'
  /** The system's settings could not be asked, or name nothing that can be used. */
  | 'settings'
  | 'unknown-kind'
  /** Its password is stored, and cannot be read; or was stored for another proxy. */
  | 'password-missing';

/** What is known beside the trouble. None of it is secret. */
export interface ProxyFacts {
  /** `null` where there is no proxy yet. */
  readonly proxy: (Address & { readonly kind: 'socks5' | 'http' }) | null;
  /** Where it was to lead. */
  readonly to: Address;
  /** What it answered: a status of HTTP, a reply of SOCKS. */
  readonly status?: number;
  readonly limitMs?: number;
  /** Such as `NTLM, Negotiate`, or `HTTPS proxy.example.org:443`. */
  readonly said?: string;
}

/** Thrown where the way through a proxy did not come about. Holds no password, nor what could. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  /** With `PROXY_SIGN_IN`, trying the same again may lock its user out. */
  readonly code: 'PROXY' | 'PROXY_SIGN_IN';
  readonly trouble: ProxyTrouble;
  readonly facts: ProxyFacts;

  constructor(trouble: ProxyTrouble, facts: ProxyFacts) {
    super(`The way through the proxy: ${trouble}`);
    this.trouble = trouble;
    this.facts = facts;
    this.code = STOPPING.has(trouble) ? 'PROXY_SIGN_IN' : 'PROXY';
  }
}

const STOPPING: ReadonlySet<ProxyTrouble> = new Set(['sign-in-refused', 'password-missing']);
