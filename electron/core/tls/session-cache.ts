/**
 * The TLS client session cache. A connection asks for its own {@link HandshakeSessions} and does
 * everything through it: it takes at most one session, and stores only what a verified handshake
 * brought, while its account still allows that.
 */
import type { Mechanism, Refusing } from '../../../shared/model.ts';
import type { AccountState, PeerEntry } from './cache-entries.ts';
import { ColdStart } from './cold-start.ts';
import { HandshakeSessions } from './handshake-sessions.ts';
import { IS_BORINGSSL, peerKey, placeKey, type Peer } from './peer.ts';
import { PeerSessions, type SessionPolicy } from './peer-sessions.ts';
import { isPaused } from './refusals.ts';

const DAY = 24 * 3600 * 1000;

/** Rule 10: renewed tickets do not keep a verification alive for longer. */
export const MAX_AGE_MS = 7 * DAY;

const DEFAULT_POLICY: SessionPolicy = { sharing: 'saving', maxAgeMs: MAX_AGE_MS };

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

const DEFAULT_LIMITS: SessionCacheLimits = {
  sessionsPerPeer: 8,
  peers: 1024,
  totalBytes: 8 * 1024 * 1024,
  sessionBytes: 16 * 1024,
};

/** One session held, without its bytes. */
export interface HeldSessionFacts {
  readonly account: string;
  readonly name: string;
  readonly port: number;
  readonly mechanism: Mechanism;
  readonly receivedAt: number;
  readonly expiresAt: number;
  readonly sizeBytes: number;
}

export class SessionCache {
  readonly #limits: SessionCacheLimits;
  readonly #now: () => number;
  readonly #isBoringSsl: boolean;
  readonly #accounts = new Map<string, AccountState>();
  /** Least recently used first. */
  readonly #peers = new Map<string, PeerEntry>();
  #bytes = 0;
  #families = 0;

  /**
   * @param options.now wall-clock time in ms: time asleep counts, and a jump back expires
   */
  constructor(
    options: {
      limits?: Partial<SessionCacheLimits>;
      now?: () => number;
      isBoringSsl?: boolean;
    } = {},
  ) {
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#now = options.now ?? Date.now;
    this.#isBoringSsl = options.isBoringSsl ?? IS_BORINGSSL;
  }

  /** Begins a handshake with `peer`. */
  begin(peer: Peer): HandshakeSessions {
    const place = placeKey(peer);
    const key = peerKey(place, peer.trust);
    return new HandshakeSessions(peer, this.#account(peer.account), {
      now: this.#now,
      isBoringSsl: this.#isBoringSsl,
      sessionBytes: this.#limits.sessionBytes,
      family: (this.#families += 1),
      place,
      entry: (state) => this.#entry(key, place, peer, state),
      stored: () => {
        this.#evict();
      },
    });
  }

  /**
   * Turns reuse for the account on or off. Off forgets its sessions at once, and until it is on
   * again nothing is offered or stored, not even by handshakes in flight.
   *
   * @returns how many sessions were forgotten
   */
  setEnabled(account: string, enabled: boolean): number {
    const state = this.#account(account);
    if (state.enabled === enabled) return 0;
    state.enabled = enabled;
    return this.forget(account);
  }

  /** How the account's sessions may be used; holds for those already held as well. */
  setPolicy(account: string, policy: SessionPolicy): void {
    this.#account(account).policy = policy;
  }

  /** Forgets the account's sessions, and those that handshakes in flight will bring. */
  forget(account: string): number {
    const state = this.#accounts.get(account);
    if (state === undefined) return 0;
    state.epoch += 1;
    let forgotten = 0;
    for (const entry of state.peers.values()) {
      forgotten += entry.sessions.clear();
      entry.coldStart.release();
      this.#peers.delete(entry.key);
    }
    state.peers.clear();
    return forgotten;
  }

  /** Forgets the account itself as well. */
  remove(account: string): number {
    const forgotten = this.forget(account);
    this.#accounts.delete(account);
    return forgotten;
  }

  /** The server of this account that keeps refusing, if one does; nothing is offered to it now. */
  refusing(account: string): Refusing | null {
    for (const { sessions } of this.#account(account).peers.values()) {
      const { inARow, pausedUntil } = sessions.refusals;
      if (pausedUntil !== null && isPaused(sessions.refusals, this.#now())) {
        return { refusals: inARow, nextTryAt: pausedUntil };
      }
    }
    return null;
  }

  /** Offers again at once to servers that kept refusing this account's sessions. */
  tryNow(account: string): void {
    for (const entry of this.#account(account).peers.values()) entry.sessions.tryNow();
  }

  /** The machine is on another network: no ticket is shared across that. */
  networkChanged(): void {
    for (const entry of this.#peers.values()) entry.sessions.endBurst();
  }

  /** What is held, least recently used peer first. */
  held(): readonly HeldSessionFacts[] {
    return [...this.#peers.values()].flatMap(({ peer, sessions }) =>
      sessions.held.map(({ origin, sizeBytes }) => ({
        account: peer.account,
        name: peer.name,
        port: peer.port,
        mechanism: origin.mechanism,
        receivedAt: origin.receivedAt,
        expiresAt: origin.expiresAt,
        sizeBytes,
      })),
    );
  }

  /** How much is held now. */
  get size(): { readonly peers: number; readonly bytes: number } {
    return { peers: this.#peers.size, bytes: this.#bytes };
  }

  #account(account: string): AccountState {
    let state = this.#accounts.get(account);
    if (state === undefined) {
      state = {
        enabled: true,
        policy: DEFAULT_POLICY,
        epoch: 0,
        peers: new Map(),
        trusted: new Map(),
      };
      this.#accounts.set(account, state);
    }
    return state;
  }

  #entry(key: string, place: string, peer: Peer, account: AccountState): PeerEntry {
    let entry = this.#peers.get(key);
    if (entry === undefined) {
      const sessions = new PeerSessions(this.#limits.sessionsPerPeer, (change) => {
        this.#bytes += change;
      });
      entry = { key, place, peer, account, sessions, coldStart: new ColdStart() };
      account.peers.set(key, entry);
      this.#peers.set(key, entry);
      this.#evict();
    } else {
      this.#peers.delete(key);
      this.#peers.set(key, entry);
    }
    return entry;
  }

  #evict(): void {
    for (const entry of this.#peers.values()) {
      if (this.#peers.size <= this.#limits.peers && this.#bytes <= this.#limits.totalBytes) return;
      entry.sessions.clear();
      entry.coldStart.release();
      entry.account.peers.delete(entry.key);
      entry.account.trusted.delete(entry.place);
      this.#peers.delete(entry.key);
    }
  }
}
