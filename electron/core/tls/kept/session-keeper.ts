/** The seam between the session cache and a copy of its sessions that outlives the program. */
import type { SharingPolicy } from '../facts.ts';
import type { HeldSession } from '../cache/held-session.ts';

/** What handshakes cost that offered nothing, oldest first: what resumed ones are compared with. */
export interface FullCosts {
  /** Times of the TLS phase, in ms. */
  readonly ms: readonly number[];
  /** On the wire, both ways together. */
  readonly bytes: readonly number[];
}

/** None has been seen. */
export const NO_COSTS: FullCosts = { ms: [], bytes: [] };

/** The sessions of one peer that may be kept. */
export interface KeptPeer {
  /** The whole key of rule 1, see {@link peerKey}. */
  readonly key: string;
  /** What the account allowed while they were kept. */
  readonly sharing: SharingPolicy;
  /** Oldest first. */
  readonly sessions: readonly HeldSession[];
  /** With this peer, as far as they are known. */
  readonly costs: FullCosts;
}

/** Who keeps a copy of the sessions of accounts that may be kept. None of its calls throws. */
export interface SessionKeeper {
  /** Sessions came or went: the copy is out of date. */
  changed(): void;
  /** Sessions were forgotten, or are under another policy: the copy must not hold them any more. */
  forgotten(): void;
  /** Whether there is anything to take back at all. */
  readonly isEmpty: boolean;
  /** What was kept for this peer key under this policy, given once; `null` where nothing was. */
  takeBack(key: string, sharing: SharingPolicy): Pick<KeptPeer, 'sessions' | 'costs'> | null;
}
