/**
 * The built interface, read into memory once, for both shells to serve: its files, the chosen theme
 * from the first paint on, and the headers that keep it to itself.
 *
 * A request is answered by looking its path up among the files that were there at the start.
 * Nothing of a request ever becomes part of a file's path, so there is nothing to climb out of:
 * `..`, `%2e%2e`, backslashes and symbolic links are just names that no file has.
 */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { RepriseError } from '../../shared/errors.ts';
import type { ThemeChoice } from '../../shared/settings.ts';

/** One file of the interface, ready to be sent. */
export interface PageFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  /** The value of `Cache-Control`. */
  readonly cacheControl: string;
}

/** What is served, by path from the root: `/` is the page itself. */
export type BuiltPage = Pick<ReadonlyMap<string, PageFile>, 'get'>;

/** The types of what Vite emits; a file of another type is not served. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

/** Where Vite puts files whose names carry a hash of their contents. */
const HASHED = '/assets/';
const ONE_YEAR_SECONDS = 31_536_000;

/**
 * Reads every regular file below `folder`.
 *
 * @throws RepriseError where there is no built interface; it says how to build it
 */
export async function loadBuiltPage(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  const page = new Map<string, PageFile>();
  for (const path of await filesBelow(folder)) {
    const contentType = CONTENT_TYPES[extname(path)];
    if (contentType === undefined) continue;
    const name = `/${relative(folder, path).split(sep).join('/')}`;
    const bytes = Uint8Array.from(await readFile(path));
    page.set(name, { bytes, contentType, cacheControl: cacheControl(name) });
  }
  const index = page.get('/index.html');
  if (index === undefined) throw notBuilt(`${folder} has no index.html`);
  page.delete('/index.html');
  return page.set('/', index);
}

async function filesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (cause) {
    throw notBuilt(`${folder} cannot be read`, cause);
  }
}

function notBuilt(why: string, cause?: unknown): RepriseError {
  return new RepriseError('internal', `The interface is not built: ${why}. Run "npm run build".`, {
    cause,
  });
}

function cacheControl(name: string): string {
  if (name.startsWith(HASHED)) return `public, max-age=${ONE_YEAR_SECONDS}, immutable`;
  return 'no-store';
}

/** How the built page begins; `data-theme` is what `tokens.css` and `theme.ts` go by. */
const ROOT_ELEMENT = '<html lang="en"';

/**
 * Serves `page` in the chosen theme in whichever browser and on whichever port: marked with the theme that is chosen at that moment;
 * the system's needs no mark.
 */
export function themedPage(page: BuiltPage, theme: () => ThemeChoice): BuiltPage {
  const index = page.get('/');
  if (index === undefined) return page;
  const marked = { light: withTheme(index, 'light'), dark: withTheme(index, 'dark') };
  return {
    get: (path) => {
      const chosen = theme();
      return path !== '/' || chosen === 'system' ? page.get(path) : marked[chosen];
    },
  };
}

function withTheme(index: PageFile, theme: 'light' | 'dark'): PageFile {
  const html = new TextDecoder().decode(index.bytes);
  const marked = html.replace(ROOT_ELEMENT, `${ROOT_ELEMENT} data-theme="${theme}"`);
  return { ...index, bytes: new TextEncoder().encode(marked) };
}

/** What a shell's page needs beyond its own files. */
interface PagePolicy {
  /** What it may connect to, such as `ws://127.0.0.1:7993`: `'self'` covers WebSockets in some browsers only. */
  readonly connectTo?: readonly string[];
  /** Hashes of what stands in a `script` element of the page itself. */
  readonly scriptHashes?: readonly string[];
}

/** The headers of every answer, alike in both shells. */
export function pageHeaders(policy: PagePolicy = {}): Readonly<Record<string, string>> {
  return {
    'Content-Security-Policy': contentSecurityPolicy(policy),
    'X-Content-Type-Options': 'nosniff',
    // Says what `frame-ancestors` says, to what does not know that.
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    // Other pages can neither hold a handle to this one nor load its files.
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': NO_FEATURES.map((feature) => `${feature}=()`).join(', '),
  };
}

/** Browser features that a mail dashboard never needs. */
const NO_FEATURES = [
  'camera',
  'display-capture',
  'geolocation',
  'hid',
  'microphone',
  'midi',
  'payment',
  'serial',
  'usb',
] as const;

function contentSecurityPolicy({ connectTo = [], scriptHashes = [] }: PagePolicy): string {
  return [
    "default-src 'none'",
    ["script-src 'self'", ...scriptHashes.map((hash) => `'${hash}'`)].join(' '),
    // No script of ours stays behind in the browser, for whoever has our port or name next.
    "worker-src 'none'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    ["connect-src 'self'", ...connectTo].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    // Where browsers know it, text never becomes markup or script, not even by a mistake of ours.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}
