import type { AccountState, PeerEntry } from './cache-entries.ts';
import type { SessionCacheLimits } from './cache-limits.ts';
import { ColdStart } from './cold-start.ts';
import type { Peer } from '../peer.ts';
import { PeerSessions } from './peer-sessions.ts';

/** Every peer that something is known of, within the cache's bounds: the least recently used go. */
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
      this.#limits.sessionsPerPeer,
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
