/**
 * The TLS client session cache. A connection asks for its own {@link HandshakeSessions} and does
 * everything through it: it takes at most one session, and stores only what a verified handshake
 * brought, while its account still allows that.
 */
import type { HeldForPeer, HeldSessionFacts, Refusing } from '../facts.ts';
import { HandshakeSessions } from './handshake-sessions.ts';
import { isKeepable, keepable, type KeptPeer, type SessionKeeper } from '../kept/keepable.ts';
import { IS_BORINGSSL, keysOf, peerName, type Peer, type PeerKeys } from '../peer.ts';
import { trustAnchor, type TrustAnchor } from '../trust.ts';
import { both } from '../vouchers.ts';
import type { SessionPolicy, SessionRoot } from './held-session.ts';
import {
  DEFAULT_LIMITS,
  isSharing,
  MAX_PLACES,
  PeerTable,
  type AccountState,
  type SessionCacheLimits,
} from './peer-table.ts';
import { isPaused } from './refusals.ts';

const DAY = 24 * 3600 * 1000;

/** Rule 10: renewed tickets do not keep a verification alive for longer. */
export const MAX_AGE_MS = 7 * DAY;

const DEFAULT_POLICY: SessionPolicy = { sharing: 'saving', maxAgeMs: MAX_AGE_MS };

/** One for a program; accounts share in it what those do that chose to, and nothing else. */
export class SessionCache {
  readonly #limits: SessionCacheLimits;
  readonly #now: () => number;
  readonly #isBoringSsl: boolean;
  readonly #onChange: (peerId: string) => void;
  readonly #accounts = new Map<string, AccountState>();
  readonly #peers: PeerTable;
  /** On how many other networks the machine has been since. */
  #moves = 0;
  #keeper: SessionKeeper | null = null;

  /**
   * @param options.now wall-clock time in ms: time asleep counts, and a jump back expires
   * @param options.onChange what {@link heldForPeer} says of this peer may have changed
   */
  constructor(
    options: {
      limits?: Partial<SessionCacheLimits>;
      now?: () => number;
      isBoringSsl?: boolean;
      onChange?: (peerId: string) => void;
    } = {},
  ) {
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#now = options.now ?? Date.now;
    this.#isBoringSsl = options.isBoringSsl ?? IS_BORINGSSL;
    this.#onChange = options.onChange ?? (() => undefined);
    this.#peers = new PeerTable(this.#limits, ({ id, users }) => {
      this.#onChange(id);
      const isKept = [...users.values()].some(({ account }) => account.owner.isKept);
      if (isKept) this.#keeper?.changed();
    });
  }

  /** From now on `keeper` has a copy of what {@link keepable} gives. */
  keepBy(keeper: SessionKeeper): void {
    this.#keeper = keeper;
  }

  /**
   * The sessions of the peer's account may be kept by the keeper, and those for this peer come back
   * that it has from an earlier run. The account's switch and policy must be set before. A trust that
   * cannot be read brings nothing back: its connections say so. Nor does one certificate that is pinned:
   * its server is verified afresh in each run.
   */
  keep(peer: Peer): void {
    const state = this.#account(peer.account);
    state.owner.isKept = true;
    const keeper = this.#keeper;
    if (keeper === null || !keeper.isGivingBack || !state.enabled) return;
    const keys = readableKeys(peer);
    if (keys === null) return;
    const { place, key, anchor } = keys;
    if (peer.trust.kind === 'pin') {
      this.#peers.use(keys, peer, state).sessions.startAfresh();
      return;
    }
    const { owner } = state;
    const { sharing } = owner.policy;
    const kept = isSharing(state)
      ? keeper.takeBack(keys.sharedKey, sharing, owner, key)
      : keeper.takeBack(key, sharing, owner);
    if (peer.trust.kind === 'system') {
      // Under all that the system trusted, 0.1.0 kept these.
      kept.push(...keeper.takeBack(place + anchor.exactly, sharing, owner));
    }
    for (const { origin } of kept) hangOn(origin.root, anchor);
    const usable = kept
      .filter((session) => isKeepable(session, sharing, this.#now()))
      .filter(({ sizeBytes }) => sizeBytes <= this.#limits.sessionBytes);
    if (usable.length === 0) return;
    const { sessions } = this.#peers.use(keys, peer, state);
    for (const session of usable) sessions.put(session);
    state.trusted.set(place, anchor.fingerprint);
    this.#peers.evict();
  }

  /**
   * What may be kept while the program runs, most recently used first: nothing of accounts that
   * offer each ticket once, because a copy of a ticket could outlive its use.
   */
  keepable(): readonly KeptPeer[] {
    return keepable(this.#peers.all.toReversed(), false, this.#now());
  }

  /** The last act: what may be kept, which nobody is offered here any more. */
  handOver(): readonly KeptPeer[] {
    const kept = keepable(this.#peers.all.toReversed(), true, this.#now());
    for (const account of this.#accounts.keys()) this.forget(account);
    return kept;
  }

  /**
   * Begins a handshake with `peer`; `connection` is who makes it.
   *
   * @param offers `false` where it is to go without a session, since the one before broke off with one
   * @throws Error with the code {@link UNREADABLE_TRUST} or {@link UNUSABLE_NAME}
   */
  begin(peer: Peer, connection: string | null = null, offers = true): HandshakeSessions {
    const keys = keysOf(peer);
    const account = this.#account(peer.account);
    this.#endOtherUser(keys, account);
    const { place, anchor } = keys;
    const trial = this.#peers.find(keys, account)?.sessions.refusals.trials ?? 0;
    return new HandshakeSessions(
      { peer, anchor, place, account, connection, offers, trial },
      {
        now: this.#now,
        isBoringSsl: this.#isBoringSsl,
        sessionBytes: this.#limits.sessionBytes,
        moves: () => this.#moves,
        entry: () => this.#peers.use(keys, peer, account),
        stored: () => {
          this.#peers.evict();
        },
      },
    );
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

  /**
   * How the account's sessions may be used; holds for those already held as well. What was shared is
   * nobody's when its account shares no more, and what was its own is not shared when it begins to.
   *
   * @returns how many sessions were forgotten
   */
  setPolicy(account: string, policy: SessionPolicy): number {
    const state = this.#account(account);
    const { owner } = state;
    const { sharing, maxAgeMs } = owner.policy;
    owner.policy = policy;
    const isOtherwiseHeld = (sharing === 'shared') !== (policy.sharing === 'shared');
    if (isOtherwiseHeld) return this.#end(state);
    for (const { id } of state.peers.values()) this.#onChange(id);
    if (sharing !== policy.sharing || maxAgeMs !== policy.maxAgeMs) this.#forgotten(state);
    return 0;
  }

  /**
   * An account that shares is going to connect to `peer`: it may use what is held for it from now on,
   * which {@link heldForPeer} says, until it is told to forget. Others need not be expected.
   */
  expect(peer: Peer): void {
    const state = this.#account(peer.account);
    const keys = isSharing(state) ? readableKeys(peer) : null;
    if (keys === null) return;
    this.#endOtherUser(keys, state);
    this.#peers.use(keys, peer, state);
  }

  /** What an account shared as one user ends when it connects as another. */
  #endOtherUser({ key, sharedKey }: PeerKeys, state: AccountState): void {
    if (!isSharing(state)) return;
    const before = state.sharedAs.get(sharedKey);
    const isOther = before !== undefined && before !== key;
    if (isOther || state.sharedAs.size >= MAX_PLACES) {
      this.#end(state);
      state.sharedAs.clear();
    }
    state.sharedAs.set(sharedKey, key);
  }

  /** Forgets the account's sessions, whoever may use them, and those that handshakes in flight will bring. */
  forget(account: string): number {
    const state = this.#accounts.get(account);
    return state === undefined ? 0 : this.#end(state);
  }

  #end(state: AccountState): number {
    const ended = state.owner;
    ended.hasEnded = true;
    state.owner = { ...ended, hasEnded: false };
    state.epoch += 1;
    const forgotten = this.#peers.end(state, ended);
    this.#forgotten(state);
    return forgotten;
  }

  /**
   * Forgets what is held for one peer, whoever may use it. Handshakes of its accounts in flight store
   * nothing: what they bring may descend from what is forgotten.
   */
  forgetPeer(peerId: string): number {
    const entry = this.#peers.findById(peerId);
    if (entry === undefined) return 0;
    for (const { account } of entry.users.values()) {
      account.epoch += 1;
      // It does not lead any more: those who wait go on.
      for (const { coldStart } of account.peers.values()) coldStart.releaseFrom(account.owner);
    }
    const forgotten = this.#peers.drop(entry);
    for (const { account } of entry.users.values()) this.#forgotten(account);
    return forgotten;
  }

  /** Forgets the account itself as well. */
  remove(account: string): number {
    const state = this.#accounts.get(account);
    if (state === undefined) return 0;
    this.#accounts.delete(account);
    return this.#end(state);
  }

  /** The server of this account that keeps refusing, if one does; nothing is offered to it now. */
  refusing(account: string): Refusing | null {
    for (const { sessions } of this.#account(account).peers.values()) {
      const { inARow, broken, pausedUntil, offered, resumed } = sessions.refusals;
      if (pausedUntil !== null && isPaused(sessions.refusals, this.#now())) {
        const before = { offered: offered - inARow, resumed };
        return { refusals: inARow, broken, before, nextTryAt: pausedUntil };
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
    this.#moves += 1;
    for (const entry of this.#peers.all) entry.sessions.moved();
  }

  /**
   * The system's authorities were replaced: sessions that hang on one that is gone go, those in the copy
   * as well. The others stay.
   *
   * @returns how many were forgotten
   */
  authoritiesChanged(): number {
    const { trusts } = trustAnchor({ kind: 'system' });
    let forgotten = 0;
    for (const { peer, users, sessions } of this.#peers.all) {
      if (peer.trust.kind !== 'system') continue;
      const gone = sessions.dropUntrusted(({ origin }) => trusts(origin.root.hangsOn));
      if (gone > 0) for (const { account } of users.values()) this.#forgotten(account);
      forgotten += gone;
    }
    return forgotten;
  }

  /** Each session that is held, least recently used peer first. */
  held(): readonly HeldSessionFacts[] {
    return this.#peers.all.flatMap(({ peer, sessions }) =>
      sessions.held.map(({ origin, owners, sizeBytes }) => ({
        account: owners.at(-1)?.account ?? peer.account,
        name: peerName(peer),
        port: peer.port,
        mechanism: origin.mechanism,
        receivedAt: origin.receivedAt,
        expiresAt: origin.expiresAt,
        sizeBytes,
      })),
    );
  }

  /** What is held for a peer that was told of; `null` where that is nothing. */
  heldForPeer(peerId: string): HeldForPeer | null {
    const entry = this.#peers.findById(peerId);
    const latest = entry?.sessions.latest ?? null;
    if (entry === undefined || latest === null) return null;
    const { account, port, security } = entry.peer;
    const { root, mechanism, connection, receivedAt } = latest.origin;
    return {
      account: latest.owners.at(-1)?.account ?? account,
      sharedBy: entry.isShared ? [...entry.users.keys()] : null,
      name: peerName(entry.peer),
      port,
      security,
      mechanism,
      endsAt: entry.sessions.held.map((session) => entry.sessions.endsAt(session)),
      issuedTo: connection,
      issuedAt: receivedAt,
      fullHandshakeAt: root.fullHandshakeAt,
      resumptions: root.resumptions,
    };
  }

  /** How much is held now. */
  get size(): { readonly peers: number; readonly bytes: number } {
    return this.#peers.size;
  }

  #account(account: string): AccountState {
    let state = this.#accounts.get(account);
    if (state === undefined) {
      state = {
        enabled: true,
        owner: { account, policy: DEFAULT_POLICY, isKept: false, hasEnded: false },
        epoch: 0,
        peers: new Map(),
        trusted: new Map(),
        sharedAs: new Map(),
      };
      this.#accounts.set(account, state);
    }
    return state;
  }

  /** Also where nothing was held: what has been taken since may still be in the copy. */
  #forgotten(account: AccountState): void {
    if (account.owner.isKept) this.#keeper?.forgotten();
  }
}

/** 0.1.0 did not say what its sessions hang on: then it is all that is trusted, as under the same key. */
function hangOn(root: SessionRoot, { anyVoucher }: TrustAnchor): void {
  if (root.hangsOn.length > 0) return;
  const { hangsOn, validity } = anyVoucher(root.fullHandshakeAt);
  root.hangsOn = hangsOn;
  root.validity = both(root.validity, validity);
}

function readableKeys(peer: Peer): PeerKeys | null {
  try {
    return keysOf(peer);
  } catch {
    // Node's X.509 parser, on a PEM text that was changed by hand.
    return null;
  }
}
