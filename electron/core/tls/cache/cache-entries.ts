/** What the cache keeps for each account and each of its peers; the cache owns them. */
import type { ColdStart } from './cold-start.ts';
import type { Peer } from '../peer.ts';
import type { PeerSessions, SessionPolicy } from './peer-sessions.ts';

/** An account, for as long as it is known. */
export interface AccountState {
  enabled: boolean;
  /** A copy of its sessions may outlive the program. */
  kept: boolean;
  policy: SessionPolicy;
  /** Handshakes that began before the latest change to it store nothing. */
  epoch: number;
  readonly peers: Map<string, PeerEntry>;
  /** By place: the trust that sessions were last stored under. */
  readonly trusted: Map<string, string>;
}

/** A peer that is within the cache's bounds. */
export interface PeerEntry {
  /** Names it to others: the key spells out what they need not know. */
  readonly id: string;
  readonly key: string;
  readonly place: string;
  readonly peer: Peer;
  readonly account: AccountState;
  readonly sessions: PeerSessions;
  readonly coldStart: ColdStart;
}
