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

/** Where the addresses are hidden from the program, the network has to be taken for there. */
const HIDDEN: Addresses = { all: new Set(), outward: new Set(['hidden']) };

/** This machine, whose interfaces are read by `interfaces`. */
export function machineWith(interfaces: typeof networkInterfaces): Machine {
  let latest = HIDDEN;
  return {
    addresses: () => {
      try {
        latest = readInterfaces(interfaces());
      } catch {
        // ERR_SYSTEM_ERROR: a sandbox forbids it, or the kernel has no memory for it just now.
      }
      return latest;
    },
    busyMs: () => performance.eventLoopUtilization().active,
  };
}

/** This machine. */
export const thisMachine: Machine = machineWith(networkInterfaces);
