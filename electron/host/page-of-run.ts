/**
 * The built page as one run of the host serves it: so that nothing that a browser has kept of this
 * port, from whoever had it before, is taken for a part of it.
 *
 * Its files lie below a name that is made for the run, where nobody can have left another in the
 * browser's cache, and each is loaded only if it is what was built.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { BuiltPage, PageFile } from '../build/page.ts';

/** What {@link pageOfRun} makes. */
interface PageOfRun {
  readonly page: BuiltPage;
  /** For the policy: of the only script that stands in the page itself, which is a table of hashes. */
  readonly scriptHashes: readonly string[];
}

/** 128 bits. */
const NAME_BYTES = 16;

/** How the page names its files, and where the first of them stands. */
const REFERENCE = /(src|href)="\.(\/[^"]+)"/g;
const FIRST_SCRIPT = '<script ';

/** Moves all files of `built` but the page itself, and has the page name and check them. */
export function pageOfRun(built: ReadonlyMap<string, PageFile>): PageOfRun {
  const folder = `/${randomBytes(NAME_BYTES).toString('hex')}`;
  const files = [...built].filter(([path]) => path !== '/');
  const moved = new Map(
    files.map(([path, file]) => [folder + path, { ...file, cacheControl: 'no-store' }]),
  );
  const index = built.get('/');
  if (index === undefined) return { page: moved, scriptHashes: [] };

  const integrityOf = (path: string) => {
    const file = built.get(path);
    return file === undefined ? undefined : `sha384-${hash('sha384', file.bytes)}`;
  };
  // Modules that load one another name no hash; browsers look it up here.
  const scripts = files.map(([path]) => path).filter((path) => path.endsWith('.js'));
  const integrity = Object.fromEntries(scripts.map((path) => [folder + path, integrityOf(path)]));
  const table = JSON.stringify({ integrity });
  const html = new TextDecoder()
    .decode(index.bytes)
    .replaceAll(REFERENCE, (_, attribute: string, path: string) => {
      const known = /\.(?:js|css)$/.test(path) ? integrityOf(path) : undefined;
      const check = known === undefined ? '' : ` integrity="${known}"`;
      return `${attribute}="${folder}${path}"${check}`;
    })
    .replace(FIRST_SCRIPT, `<script type="importmap">${table}</script>${FIRST_SCRIPT}`);
  moved.set('/', { ...index, bytes: new TextEncoder().encode(html) });
  return { page: moved, scriptHashes: [`sha256-${hash('sha256', table)}`] };
}

function hash(algorithm: string, content: string | Uint8Array): string {
  return createHash(algorithm).update(content).digest('base64');
}
