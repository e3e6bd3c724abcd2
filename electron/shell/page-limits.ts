/** What no page may do, whatever becomes of it: leave, open windows, or use the machine's features. */
import type { App, Session } from 'electron';
import { PAGE_ORIGIN, PAGE_URL } from './page-protocol.ts';

/** What *Copy* needs, and what the notifications need that a user may opt in to; all else is denied. */
const ALLOWED_PERMISSIONS: ReadonlySet<string> = new Set([
  'clipboard-sanitized-write',
  'notifications',
]);

/**
 * Applies to every page that is ever made in this program.
 *
 * @param isKnown whether a page may have this shown in the user's browser
 */
export function limitPages(
  app: App,
  isKnown: (url: string) => boolean,
  openLink: (url: string) => void,
): void {
  app.on('web-contents-created', (_, contents) => {
    contents.setWindowOpenHandler(({ url }) => {
      // Compared whole: a page that was taken over could put into a link what it knows.
      if (isKnown(url)) openLink(url);
      return { action: 'deny' };
    });
    contents.on('will-frame-navigate', (details) => {
      if (!details.isMainFrame || !isReload(details.url)) details.preventDefault();
    });
    contents.on('will-redirect', (details) => {
      details.preventDefault();
    });
    contents.on('will-attach-webview', (event) => {
      event.preventDefault();
    });
  });
}

/** Denies the session's pages everything that a permission exists for, but for those two. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_, permission, decide, details) => {
    decide(
      ALLOWED_PERMISSIONS.has(permission) &&
        details.isMainFrame &&
        isPageOrigin(details.requestingUrl),
    );
  });
  session.setPermissionCheckHandler((_, permission, requestingOrigin, details) => {
    return (
      ALLOWED_PERMISSIONS.has(permission) && details.isMainFrame && isPageOrigin(requestingOrigin)
    );
  });
  session.setDevicePermissionHandler(() => false);
}

/** The page may load itself anew; its own hash does not count as navigation. */
function isReload(url: string): boolean {
  return url.split('#', 1)[0] === PAGE_URL;
}

/** Chromium gives origins with a slash in some of these places and without in others. */
function isPageOrigin(url: string): boolean {
  return url === PAGE_ORIGIN || url.startsWith(PAGE_URL);
}
