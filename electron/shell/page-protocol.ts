/** The page's address in Electron, `app://reprise/`, and what is served there. */
import type { CustomScheme } from 'electron';
import { pageHeaders, type BuiltPage } from '../build/page.ts';

/** A scheme of our own: `file:` pages could read other files, and have no origin. */
export const PAGE_SCHEME = 'app';
const PAGE_HOST = 'reprise';
/** As `location.origin` and Electron's `WebFrameMain.origin` spell it. */
export const PAGE_ORIGIN = `${PAGE_SCHEME}://${PAGE_HOST}`;
export const PAGE_URL = `${PAGE_ORIGIN}/`;

/**
 * Makes the scheme one with an origin of its own, as http has; to be registered before Electron is
 * ready. It may neither bypass the Content-Security-Policy nor hold service workers.
 */
export const pageScheme: CustomScheme = {
  scheme: PAGE_SCHEME,
  privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
};

/** Answers one request; the page's files are looked up, never a path, see `build/page.ts`. */
export function answerPageRequest(page: BuiltPage, request: Request): Response {
  const url = new URL(request.url);
  const headers = new Headers(pageHeaders());
  if (url.protocol !== `${PAGE_SCHEME}:` || url.host !== PAGE_HOST) {
    return new Response('There is nothing here.', { status: 404, headers });
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return new Response('Only GET is understood here.', { status: 405, headers });
  }
  const file = page.get(url.pathname);
  if (file === undefined) {
    return new Response('There is nothing here.', { status: 404, headers });
  }
  headers.set('Content-Type', file.contentType);
  headers.set('Cache-Control', file.cacheControl);
  return new Response(request.method === 'HEAD' ? null : file.bytes, { status: 200, headers });
}
