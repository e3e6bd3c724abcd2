/** The accounts' peers of which something is known, within the cache's bounds. */
import { ColdStart } from './cold-start.ts';
import type { Peer } from '../peer.ts';
import { PeerSessions, type SessionPolicy } from './peer-sessions.ts';

/** Bounds of the cache; what was used least recently goes first. */
export interface SessionCacheLimits {
  /** More are of no use: servers issue two, and each resumption renews one. */
  readonly sessionsPerPeer: number;
  /** An account has one peer, seldom two. */
  readonly peers: number;
  /** A ticket is 200 to 2,000 bytes; a client certificate can make it larger. */
  readonly totalBytes: number;
  /** Node gives none above 10 KiB. */
  readonly sessionBytes: number;
}

export const DEFAULT_LIMITS: SessionCacheLimits = {
  sessionsPerPeer: 8,
  peers: 1024,
  totalBytes: 8 * 1024 * 1024,
  sessionBytes: 16 * 1024,
};

/**
 * Who trusts one certificate wants to know when the server shows another, which a resumed handshake does
 * not tell: a day is as long as a session lives mostly, and one full handshake a day costs nothing.
 */
export const PIN_VERIFIED_FOR_MS = 24 * 3600 * 1000;

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

/**
 * Every peer, and how much is held for all of them. The order of use is that of a Map: a library
 * would count an entry's bytes once, while here they change with every session that comes and goes.
 */
export class PeerTable {
  /** Least recently used first. */
  readonly #byKey = new Map<string, PeerEntry>();
  readonly #byId = new Map<string, PeerEntry>();
  readonly #limits: SessionCacheLimits;
  readonly #onChange: (peerId: string, account: AccountState) => void;
  #bytes = 0;
  #made = 0;

  /** @param onChange what is held for this peer of the account may have changed */
  constructor(
    limits: SessionCacheLimits,
    onChange: (peerId: string, account: AccountState) => void,
  ) {
    this.#limits = limits;
    this.#onChange = onChange;
  }

  /** Least recently used first. */
  get all(): readonly PeerEntry[] {
    return [...this.#byKey.values()];
  }

  /** How much is held now. */
  get size(): { readonly peers: number; readonly bytes: number } {
    return { peers: this.#byKey.size, bytes: this.#bytes };
  }

  find(key: string): PeerEntry | undefined {
    return this.#byKey.get(key);
  }

  findById(peerId: string): PeerEntry | undefined {
    return this.#byId.get(peerId);
  }

  /** The peer's entry, made where there is none; from now on it is the most recently used. */
  use(key: string, place: string, peer: Peer, account: AccountState): PeerEntry {
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      this.#byKey.delete(key);
      this.#byKey.set(key, known);
      return known;
    }
    const id = String((this.#made += 1));
    const sessions = new PeerSessions(
      {
        maxSessions: this.#limits.sessionsPerPeer,
        verifiedForMs: peer.trust.kind === 'pin' ? PIN_VERIFIED_FOR_MS : Infinity,
      },
      (change) => {
        this.#bytes += change;
      },
      () => {
        this.#onChange(id, account);
      },
    );
    const entry = { id, key, place, peer, account, sessions, coldStart: new ColdStart() };
    account.peers.set(key, entry);
    this.#byKey.set(key, entry);
    this.#byId.set(id, entry);
    this.evict();
    return entry;
  }

  /** Back within the bounds, at the cost of those that were not used for longest. */
  evict(): void {
    for (const entry of this.#byKey.values()) {
      if (this.#byKey.size <= this.#limits.peers && this.#bytes <= this.#limits.totalBytes) return;
      entry.account.trusted.delete(entry.place);
      this.drop(entry);
    }
  }

  /** @returns how many sessions went with the entry */
  drop(entry: PeerEntry): number {
    this.#byKey.delete(entry.key);
    this.#byId.delete(entry.id);
    entry.account.peers.delete(entry.key);
    entry.coldStart.release();
    return entry.sessions.clear();
  }
}
