/**
 * Decides about every request, before anything else looks at it.
 *
 * The host listens on 127.0.0.1, but every web page that the user has open can send requests
 * there too, and the engine holds the user's mail accounts. What is to be kept out:
 *
 * - **DNS rebinding.** A page of `evil.example` changes its name's address to 127.0.0.1, and for
 *   the browser this host is then the page's own server. The browser still sends the name that it
 *   believes in, so `Host` must be exactly one of our two names and our port.
 * - **Cross-site WebSocket hijacking.** The same-origin policy does not hold for WebSockets: any
 *   page may open one here, and cookies go along. A browser always names the page in `Origin`,
 *   which must be exactly ours. `SameSite=Strict` alone would not do: a *site* has no port, so a
 *   page of another program on 127.0.0.1 counts as the same site and gets our cookie sent.
 * - **Programs that the browser's user visits on other ports of 127.0.0.1.** They get our cookie, and
 *   write into `Origin` what they like. So the cookie opens a WebSocket on which nothing is served
 *   before the page has shown its key, see `page-proof.ts`.
 * - **Cross-site request forgery.** A foreign form can POST here. `Origin` must be ours for POST
 *   as well, and the token travels in a header that no form can set.
 * - **Other programs and other users of this machine.** They send whatever headers they like, so
 *   nothing but a secret keeps them out: the token or the cookie, compared in constant time.
 * - **Embedding.** `Sec-Fetch-Site` tells when a foreign page loads our files as scripts, images
 *   or frames; where a browser sends it, only our own page and plain navigation are served.
 *
 * A program that is no browser sends no `Origin`; it may connect with the token alone.
 */

import type { Session } from './credentials.ts';

/** What the decision rests on, as it was sent. */
export interface RequestFacts {
  readonly method: string;
  /** The request target, undecoded, such as `/rpc?x`. */
  readonly target: string;
  readonly isUpgrade: boolean;
  readonly headers: RequestHeaders;
}

/** The headers that count. */
interface RequestHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly authorization?: string | undefined;
  readonly cookie?: string | undefined;
  readonly 'sec-fetch-site'?: string | string[] | undefined;
  readonly 'sec-fetch-mode'?: string | string[] | undefined;
}

/** What a request is measured against. */
export interface GuardRules {
  /** The address, which anybody may know: a `Host`, such as `127.0.0.1:7993`. */
  readonly address: string;
  /** The name of this run, which is not told: the other `Host`, such as `NAME.localhost:7993`. */
  readonly name: string;
  readonly cookieName: string;
  /** Whether a text is the token, in constant time. */
  readonly isToken: (candidate: string) => boolean;
  /** Whether a text may be a token to exchange, in constant time. */
  readonly mayRedeem: (candidate: string) => boolean;
  /** The session of a cookie's value, in constant time. */
  readonly sessionOf: (cookie: string) => Session | 'ended' | null;
}

/** What to do with a request. */
export type Verdict =
  /** Serve the built file of this name, if there is one. */
  | { readonly kind: 'page'; readonly path: string }
  /** Exchange `token`; `held` is the session that its sender has a cookie of. */
  | { readonly kind: 'redeem'; readonly token: string; readonly held: Session | null }
  /** The cookie is valid: say so. */
  | { readonly kind: 'session-is-open' }
  /** Open the WebSocket: at once for who has the token; a page first shows the key of its session. */
  | { readonly kind: 'rpc'; readonly session: Session | null }
  | { readonly kind: 'refused'; readonly status: RefusalStatus; readonly reason: string };

/** 410: the session has ended, see `credentials.ts`; the page then says why. */
type RefusalStatus = 400 | 401 | 403 | 404 | 405 | 410 | 421;

export const SESSION_ENDED =
  'The link that the browser was started with has been used twice. Open the link that Reprise printed.';

/** The whole decision; see the top of this file for what each step is for. */
export function judgeRequest(request: RequestFacts, rules: GuardRules): Verdict {
  const { method, headers } = request;
  const { host } = headers;
  if (host !== rules.name && host !== rules.address) {
    return refused(421, `This is not ${rules.address}. Open the link that Reprise printed.`);
  }
  if (!request.target.startsWith('/')) return refused(400, 'This is not a path.');
  const path = request.target.split('?', 1)[0] ?? '';
  const isOwnPage = headers.origin === `http://${host}` && cameFrom(headers, ['same-origin']);
  const bearer = bearerToken(headers.authorization);
  const session = sessionOf(headers.cookie, rules);

  if (request.isUpgrade) {
    if (path !== '/rpc' || method !== 'GET') return refused(404, 'There is nothing here.');
    const isTool = headers.origin === undefined && cameFrom(headers, []);
    if (!isOwnPage && !isTool) return refused(403, 'Only the page of Reprise may connect here.');
    if (bearer !== null && rules.isToken(bearer)) return { kind: 'rpc', session: null };
    if (session === 'ended') return refused(410, SESSION_ENDED);
    if (isOwnPage && session !== null) return { kind: 'rpc', session };
    return refused(401, 'This needs the link that Reprise printed.');
  }

  if (path === '/session') {
    if (method === 'POST') {
      if (!isOwnPage) return refused(403, 'Only the page of Reprise may sign in here.');
      if (bearer !== null && rules.mayRedeem(bearer)) {
        return { kind: 'redeem', token: bearer, held: session === 'ended' ? null : session };
      }
      return refused(401, 'This token is not valid. Open the link that Reprise printed.');
    }
    if (method === 'GET') {
      if (!cameFrom(headers, ['same-origin'])) return refused(403, 'Not for other pages.');
      if (session === 'ended') return refused(410, SESSION_ENDED);
      if (session !== null) return { kind: 'session-is-open' };
      return refused(401, 'This needs the link that Reprise printed.');
    }
    return refused(405, 'Only GET and POST are understood here.');
  }

  if (method !== 'GET' && method !== 'HEAD') return refused(405, 'Only GET is understood here.');
  // The files hold no secret, so they need none; but other pages have no use for them.
  const isNavigation = headers['sec-fetch-mode'] === 'navigate';
  if (!isNavigation && !cameFrom(headers, ['same-origin', 'none'])) {
    return refused(403, 'Not for other pages.');
  }
  return { kind: 'page', path };
}

function refused(status: RefusalStatus, reason: string): Verdict {
  return { kind: 'refused', status, reason };
}

/** Whether the browser says that one of `sites` sent the request, or says nothing. */
function cameFrom(headers: RequestHeaders, sites: readonly string[]): boolean {
  const site = headers['sec-fetch-site'];
  return site === undefined || (typeof site === 'string' && sites.includes(site));
}

function bearerToken(authorization: string | undefined): string | null {
  return /^Bearer ([\w-]{1,128})$/.exec(authorization ?? '')?.[1] ?? null;
}

/**
 * The session of one of the cookies of our name. There may be several: cookies are shared across
 * ports, so another program on 127.0.0.1 can set one of this name beside ours.
 */
function sessionOf(cookies: string | undefined, rules: GuardRules): Session | 'ended' | null {
  const prefix = `${rules.cookieName}=`;
  const found = (cookies ?? '')
    .split(';')
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie.startsWith(prefix))
    .map((cookie) => rules.sessionOf(cookie.slice(prefix.length)));
  const open = found.find((session) => session !== null && session !== 'ended');
  return open ?? (found.includes('ended') ? 'ended' : null);
}
