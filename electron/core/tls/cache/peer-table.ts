/** The accounts' peers of which something is known, within the cache's bounds. */
import { ColdStart } from './cold-start.ts';
import type { Owner } from './held-session.ts';
import type { Peer, PeerKeys } from '../peer.ts';
import { PeerSessions } from './peer-sessions.ts';

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
  /** Whose its sessions are from now on; what it allows is part of it. */
  owner: Owner;
  /** Handshakes that began before the latest change to it store nothing. */
  epoch: number;
  readonly peers: Map<string, PeerEntry>;
  /** By place: the trust that sessions were last stored under. */
  readonly trusted: Map<string, string>;
  /** By the key that it shares under, the one of its own: with it, the user. */
  readonly sharedAs: Map<string, string>;
}

/** Places of one account of which something is remembered; an account has one, seldom two. */
export const MAX_PLACES = 64;

/** Whether the account shares its sessions with others that do. */
export function isSharing({ enabled, owner }: AccountState): boolean {
  return enabled && owner.policy.sharing === 'shared';
}

/** An account that may use the sessions of a peer. */
export interface PeerUser {
  readonly account: AccountState;
  /** Of what it would keep sessions under alone. */
  readonly own: Pick<PeerKeys, 'key' | 'place'>;
}

/** A peer that is within the cache's bounds: of one account, or of all that share it. */
export interface PeerEntry {
  /** Names it to others: the key spells out what they need not know. */
  readonly id: string;
  readonly key: string;
  /** As one of its users sees it. */
  readonly peer: Peer;
  readonly isShared: boolean;
  /** By the name of the account. */
  readonly users: Map<string, PeerUser>;
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
  readonly #onChange: (entry: PeerEntry) => void;
  #bytes = 0;
  #made = 0;

  /** @param onChange what is held for this peer, or who may use it, may have changed */
  constructor(limits: SessionCacheLimits, onChange: (entry: PeerEntry) => void) {
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

  /** The entry that this account has for the peer, or that it may use. */
  find({ key, sharedKey }: PeerKeys, account: AccountState): PeerEntry | undefined {
    return this.#byKey.get(isSharing(account) ? sharedKey : key);
  }

  findById(peerId: string): PeerEntry | undefined {
    return this.#byId.get(peerId);
  }

  /**
   * The entry that this account has for the peer, made where there is none; from now on it is the most
   * recently used.
   */
  use(keys: PeerKeys, peer: Peer, account: AccountState): PeerEntry {
    const isShared = isSharing(account);
    const key = isShared ? keys.sharedKey : keys.key;
    const known = this.find(keys, account);
    if (known !== undefined) {
      this.#byKey.delete(key);
      this.#byKey.set(key, known);
      this.#join(known, keys, account);
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
        this.#onChange(entry);
      },
    );
    const entry: PeerEntry = {
      id,
      key,
      peer,
      isShared,
      users: new Map(),
      sessions,
      coldStart: new ColdStart(),
    };
    this.#byKey.set(key, entry);
    this.#byId.set(id, entry);
    this.#join(entry, keys, account);
    this.evict();
    return entry;
  }

  #join(entry: PeerEntry, { key, place }: PeerKeys, account: AccountState): void {
    const name = account.owner.account;
    if (entry.users.get(name)?.account === account) return;
    entry.users.set(name, { account, own: { key, place } });
    account.peers.set(entry.key, entry);
    if (entry.isShared) this.#onChange(entry);
  }

  /**
   * All that the account had as `ended` has ended, whoever holds it. It is a user of what others share
   * when it connects again.
   *
   * @returns how many sessions went
   */
  end(account: AccountState, ended: Owner): number {
    let gone = 0;
    for (const entry of account.peers.values()) {
      entry.coldStart.releaseFrom(ended);
      if (!entry.isShared || entry.users.size === 1) gone += this.drop(entry);
      else this.#leave(entry, account);
    }
    // Also where it is no user, since the entry before went to make room.
    for (const { isShared, sessions } of this.#byKey.values()) {
      if (isShared) gone += sessions.dropEnded();
    }
    return gone;
  }

  #leave(entry: PeerEntry, account: AccountState): void {
    account.peers.delete(entry.key);
    entry.users.delete(account.owner.account);
    this.#onChange(entry);
  }

  /** Back within the bounds, at the cost of those that were not used for longest. */
  evict(): void {
    for (const entry of this.#byKey.values()) {
      if (this.#byKey.size <= this.#limits.peers && this.#bytes <= this.#limits.totalBytes) return;
      for (const { account, own } of entry.users.values()) account.trusted.delete(own.place);
      this.drop(entry);
    }
  }

  /** @returns how many sessions went with the entry */
  drop(entry: PeerEntry): number {
    this.#byKey.delete(entry.key);
    this.#byId.delete(entry.id);
    for (const { account } of entry.users.values()) account.peers.delete(entry.key);
    entry.coldStart.release();
    return entry.sessions.clear();
  }
}
