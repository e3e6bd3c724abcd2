/**
 * Your client: what a program of somebody else's does about TLS sessions, seen on its way to its own
 * server. In the order of reading: `watch-plan.ts` (what is asked for), `pass-through.ts` (the relay),
 * `server-addresses.ts` (where the server is), `relay-chain.ts` (relays that lead to each other),
 * `process-finder.ts` (who connects), `watched.ts` with `session-memory.ts` (what one connection
 * shows), `watch-log.ts` (all of them), `digests.ts` (what is shown of many, bounded), `failure-text.ts` and `summary.ts` (what is said of it, pure).
 * For the interface: `watch-desk.ts` keeps the state; the relays, `relays.ts`, are on a thread of their
 * own, `relay-thread.ts`, whose program `worker.ts` is. No key is held, and nothing is kept of what is
 * said before TLS or within it. `lab/` has servers of its own.
 */
export { notLetInText, turnedAwayText } from './failure-text.ts';
export { PassThrough, reachOf } from './pass-through.ts';
export { ProcessFinder } from './process-finder.ts';
export { RelayChain } from './relay-chain.ts';
export { ServerAddresses } from './server-addresses.ts';
export { WatchDesk } from './watch-desk.ts';
export { WatchLog, type WatchNews } from './watch-log.ts';
export {
  addressesOf,
  CannotWatch,
  hostToDial,
  listenAddressOf,
  listenPortOf,
  planOf,
  pointingAt,
  type WatchPlan,
} from './watch-plan.ts';
