/**
 * Your client: what a program of somebody else's does about TLS sessions, seen on its way to its own
 * server. In the order of reading: `pass-through.ts` (the relay), `server-addresses.ts` (where the
 * server is), `process-finder.ts` (who connects), `watched.ts` with `session-memory.ts` (what one
 * connection shows), `watch-log.ts` (all of them), `words.ts` and `summary.ts` (what is said of it,
 * pure). No key is held, and nothing is kept of what is said before TLS or within it.
 */
export { MOST_OPEN, PassThrough, reachOf } from './pass-through.ts';
export { ProcessFinder } from './process-finder.ts';
export { NoServer, ServerAddresses } from './server-addresses.ts';
export { WatchLog, type WatchNews } from './watch-log.ts';
export { endText, offerText, outcomeText, programText } from './words.ts';
