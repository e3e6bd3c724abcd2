/** One file over https, as somebody else's server gives it. */
import { isIP, type LookupFunction } from 'node:net';
import { fetchOver, type Way } from '../proxy/index.ts';
import { normalName, type TlsTrust } from '../tls/index.ts';

/** No settings are longer. */
export const MAX_FILE_BYTES = 64 * 1024;

/** How often a server may send on to another place. */
export const MAX_REDIRECTS = 3;

/** What {@link fetchFile} goes by. */
export interface Web {
  readonly way: Way;
  readonly trust: TlsTrust;
  /** Where the way is straight; through a proxy it is the proxy that knows where a name leads. */
  readonly lookup: LookupFunction;
  readonly isPublic: (address: string) => boolean;
  readonly signal: AbortSignal;
}

/** What is at `url`; `null` where the server says that it has nothing there. Throws what fails. */
export async function fetchFile(start: URL, web: Web): Promise<Uint8Array | null> {
  const { way, trust, signal } = web;
  const first = new Set<string>();
  let url = start;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    // The first host may be a company's own, and send on to itself: to where it was then, whatever
    // its name leads to by now.
    const mayBeDialled = (address: string): boolean => {
      if (redirects === 0) first.add(address);
      return web.isPublic(address) || (url.host === start.host && first.has(address));
    };
    const { status, headers, body } = await fetchOver(way, url, {
      lookup: web.lookup,
      serverLookup: checked(web.lookup, mayBeDialled),
      trust,
      maxBytes: MAX_FILE_BYTES,
      signal,
    });
    if (status === 200 && isPlain(headers['content-encoding'])) return body;
    const next = REDIRECTS.has(status) ? redirected(url, headers.location, web) : null;
    if (next === null) return null;
    url = next;
  }
  return null;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** What is packed in spite of the request could be of any size. */
function isPlain(encoding: string | undefined): boolean {
  return encoding === undefined || encoding === 'identity';
}

/** Where it goes on; `null` where that is no place to be sent to. */
function redirected(from: URL, location: string | undefined, { isPublic }: Web): URL | null {
  if (location === undefined || !URL.canParse(location, from.href)) return null;
  const url = new URL(location, from);
  const host = normalName(url.hostname);
  const isOpen = url.protocol === 'https:' && url.username === '' && url.password === '';
  if (!isOpen || host === null) return null;
  // A name is judged by the address to which it leads when it is dialled.
  return isIP(host) === 0 || isPublic(host) ? url : null;
}

/** What is checked is what is dialled: no second look-up could say something else. */
function checked(
  lookup: LookupFunction,
  mayBeDialled: (address: string) => boolean,
): LookupFunction {
  return (host, options, done) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        // Node then calls with nothing besides, whatever its types say.
        done(error, '');
        return;
      }
      const all = typeof found === 'string' ? [] : found;
      const [first, ...others] = all.filter(({ address }) => mayBeDialled(address));
      if (first === undefined) done(new Error(`${host} leads to no public address.`), '');
      else if (options.all === true) done(null, [first, ...others]);
      else done(null, first.address, first.family);
    });
  };
}
