/** What the machine that Reprise runs on tells about itself, as a parameter for tests. */
import { networkInterfaces } from 'node:os';
import { performance } from 'node:perf_hooks';
import { readInterfaces, type Addresses } from './addresses.ts';

/** Asked every few seconds. */
export interface Machine {
  /** The addresses that it has now. */
  addresses(): Addresses;
  /**
   * For how long this program has been busy, in ms, since it started: it only ever rises, and it
   * does not while the program waits or is not run at all.
   */
  busyMs(): number;
}

/** This machine. */
export const thisMachine: Machine = {
  addresses: () => readInterfaces(networkInterfaces()),
  busyMs: () => performance.eventLoopUtilization().active,
};
