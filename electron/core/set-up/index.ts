/**
 * Settings for an address. In the order of reading: `address.ts`: what was typed; `providers.ts`:
 * Reprise's own list; `find.ts` asks everybody else at once, and takes the best word. Whom it asks is
 * `sources.ts`, over `names.ts` for the DNS and `web.ts` for files, with `public-addresses.ts` for where
 * a redirect may lead; what they say is read by `settings-file.ts` and `pacc.ts`, and taken, or not, by
 * `stated.ts`.
 */
export { SetUp, theInternet, type Internet } from './find.ts';
export { Names } from './names.ts';
export { helpLinks } from './providers.ts';
export { isForeign } from './stated.ts';
