/** Serves the built page as `app://reprise/`. */
import type { CustomScheme } from 'electron';
import type { BuiltPage } from '../build/built-page.ts';
import { pageHeaders } from '../build/page-headers.ts';
import { PAGE_HOST, PAGE_SCHEME } from './page-origin.ts';

/**
 * Makes the scheme one with an origin of its own, as http has; to be registered before Electron is
 * ready. It may neither bypass the Content-Security-Policy nor hold service workers.
 */
export const pageScheme: CustomScheme = {
  scheme: PAGE_SCHEME,
  privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
};

/** Answers one request; the page's files are looked up, never a path, see `built-page.ts`. */
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
