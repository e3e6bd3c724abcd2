/**
 * Settings for an address. `address.ts`: what was typed; `providers.ts`: Reprise's own list;
 * `find.ts`: what is found for an address.
 */
export { findSettings } from './find.ts';
export { helpLinks } from './providers.ts';
