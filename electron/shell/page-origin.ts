/** The page's address in Electron. */

/** A scheme of our own: `file:` pages could read other files, and have no origin. */
export const PAGE_SCHEME = 'app';
export const PAGE_HOST = 'reprise';
/** As `location.origin` and Electron's `WebFrameMain.origin` spell it. */
export const PAGE_ORIGIN = `${PAGE_SCHEME}://${PAGE_HOST}`;
export const PAGE_URL = `${PAGE_ORIGIN}/`;
