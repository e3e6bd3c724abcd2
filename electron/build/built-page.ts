/**
 * The built interface, read into memory once, for both shells to serve.
 *
 * A request is answered by looking its path up among the files that were there at the start.
 * Nothing of a request ever becomes part of a file's path, so there is nothing to climb out of:
 * `..`, `%2e%2e`, backslashes and symbolic links are just names that no file has.
 */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';

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

/** There is no built interface; the message says how to build it. */
export class NotBuiltError extends Error {
  override readonly name = 'NotBuiltError';
}

/**
 * Reads every regular file below `folder`.
 *
 * @throws {NotBuiltError} where there is no built interface
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
  if (index === undefined) {
    throw new Error(
      `The interface is not built: ${folder} has no index.html. Run "npm run build".`,
    );
  }
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
    throw new NotBuiltError(
      `The interface is not built: ${folder} cannot be read. Run "npm run build".`,
      {
        cause,
      },
    );
  }
}

function cacheControl(name: string): string {
  if (name.startsWith(HASHED)) return `public, max-age=${ONE_YEAR_SECONDS}, immutable`;
  return 'no-store';
}
