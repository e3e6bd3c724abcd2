/**
 * The sessions held for one peer: which of them is offered next, and which are dropped. One object
 * a peer key; the cache owns them and their number.
 */
import type { NotOfferedReason } from '../facts.ts';
import type { HeldSession, SessionPolicy } from './held-session.ts';
import {
  elsewhere,
  isPaused,
  NO_REFUSALS,
  refused,
  takenUp,
  tryNow,
  type Refusals,
} from './refusals.ts';

/** Tickets of a burst are shared for so long: connections that start later are another burst. */
export const BURST_MS = 10_000;
/** Handshakes that broke off and were not judged yet: as many as an account may have under way. */
const MAX_UNJUDGED = 256;
/** A refused second use may have had another cause, such as a new ticket key: it is tried again. */
const SINGLE_USE_MS = 3_600_000;

/** A session to offer, or why there is none. */
export type Choice =
  { readonly session: HeldSession } | { readonly session: null; readonly reason: NotOfferedReason };

/** A handshake broke off in which this session was offered, or what it resumed did. */
export interface BrokenOffer {
  readonly session: HeldSession;
  /** It was taken up, and nothing ever came over that connection. */
  readonly wasTakenUp: boolean;
  /** `refusals.trials` as it was when that connection began. */
  readonly trial: number;
}

interface LastTaken {
  readonly session: HeldSession;
  readonly at: number;
}

function isSameBurst(last: LastTaken, now: number): boolean {
  return now >= last.at && now - last.at < BURST_MS;
}

/** How sessions of a peer are used, whatever accounts allow. */
export interface PeerBounds {
  readonly maxSessions: number;
  /** After a full handshake of so long ago the server is verified afresh. */
  readonly verifiedForMs: number;
}

export class PeerSessions {
  /** Oldest first. */
  #sessions: HeldSession[] = [];
  #lastTaken: LastTaken | null = null;
  /** Why nothing is left, where nothing is. */
  #emptyReason: NotOfferedReason = 'nothing-held';
  /** The server takes a ticket once only, as far as is known: until then none is shared. */
  #singleUseUntil = 0;
  /** Oldest first. Each is judged by the next handshake, which goes without a session. */
  #unjudged: BrokenOffer[] = [];
  refusals: Refusals = NO_REFUSALS;

  readonly #bounds: PeerBounds;
  readonly #onSize: (changeBytes: number) => void;
  readonly #onChange: () => void;

  /**
   * @param onChange what {@link held}, {@link latest} or the number of reuses says has changed;
   *   called last, so that all of it can be read
   */
  constructor(bounds: PeerBounds, onSize: (changeBytes: number) => void, onChange: () => void) {
    this.#bounds = bounds;
    this.#onSize = onSize;
    this.#onChange = onChange;
  }

  get held(): readonly HeldSession[] {
    return this.#sessions;
  }

  /** Until when this one may be offered, by the wish of all whose it is. */
  endsAt(session: HeldSession): number {
    return session.endsAt(this.#maxAgeMs(session));
  }

  #maxAgeMs({ maxAgeMs }: HeldSession): number {
    return Math.min(maxAgeMs, this.#bounds.verifiedForMs);
  }

  /** Whether an account that allows so much may offer it: others that share it may allow more. */
  #isUsable(session: HeldSession, now: number, { maxAgeMs }: SessionPolicy): boolean {
    return !session.isExpired(now, Math.min(maxAgeMs, this.#maxAgeMs(session)));
  }

  /** The newest session: held, or the last one that was taken; `null` where there was none. */
  get latest(): HeldSession | null {
    return this.#sessions.at(-1) ?? this.#lastTaken?.session ?? null;
  }

  /**
   * Whether waiting for another handshake's tickets makes sense: there are none, no burst is
   * under way already, and the server is not known to bring none or to refuse them.
   */
  isWorthWaiting(now: number, policy: SessionPolicy): boolean {
    this.#dropExpired(now);
    const isHeld = this.#sessions.some((session) => this.#isUsable(session, now, policy));
    if (isHeld || this.#unjudged.length > 0) return false;
    if (this.refusals.inARow > 0 || this.refusals.issuesNothing) return false;
    return this.#lastTaken === null || !isSameBurst(this.#lastTaken, now);
  }

  /**
   * Chooses what to offer and, for a ticket that is offered once, removes it: one act.
   *
   * @param trial `refusals.trials` as it was when the connection began: those of a burst do as its
   *   first one does, though a pause has begun meanwhile
   */
  take(now: number, policy: SessionPolicy, trial: number): Choice {
    this.#dropExpired(now);
    if (policy.sharing === 'private') this.#dropOffered();
    // A used ticket is kept no longer than it may be shared.
    if (this.#lastTaken !== null && !isSameBurst(this.#lastTaken, now)) {
      this.#lastTaken = null;
      this.#onChange();
    }
    if (trial >= this.refusals.trials && isPaused(this.refusals, now)) {
      return { session: null, reason: 'server-keeps-refusing' };
    }
    const newest = this.#sessions.findLast((session) => this.#isUsable(session, now, policy));
    if (newest !== undefined) {
      newest.offered = true;
      const isKept = newest.origin.protocol === 'TLSv1.2' && policy.sharing !== 'private';
      if (!isKept) {
        this.#remove((session) => session === newest);
        this.#lastTaken = { session: newest, at: now };
        this.#emptyReason = 'all-in-use';
        this.#onChange();
      }
      return { session: newest };
    }
    const shareable = this.#shareable(now, policy);
    if (shareable !== null) return { session: shareable };
    // Too old for this account, though not for others that share them.
    if (this.#sessions.length > 0) return { session: null, reason: 'expired' };
    const reason = this.refusals.issuesNothing ? 'none-issued' : this.#emptyReason;
    return { session: null, reason };
  }

  #shareable(now: number, policy: SessionPolicy): HeldSession | null {
    const last = this.#lastTaken;
    if (policy.sharing === 'private' || now < this.#singleUseUntil || last === null) return null;
    return isSameBurst(last, now) && this.#isUsable(last.session, now, policy)
      ? last.session
      : null;
  }

  /**
   * A session of another version drops those held: the server would not take them. Under TLS 1.2 one
   * session is held, the latest; but what renews another takes the place of that one, and of none that
   * has come since.
   *
   * @param renews what was taken up in the handshake that brought it
   */
  put(session: HeldSession, renews: HeldSession | null = null): void {
    const { protocol } = session.origin;
    const isLate = renews !== null && this.#sessions.some((held) => held !== renews);
    if (protocol === 'TLSv1.2' && isLate) return;
    this.#remove((held) => held.origin.protocol !== protocol || protocol === 'TLSv1.2');
    if (this.#lastTaken?.session.origin.protocol !== protocol) this.#lastTaken = null;
    this.#sessions.push(session);
    this.#onSize(session.sizeBytes);
    const surplus = this.#sessions.length - this.#bounds.maxSessions;
    if (surplus > 0) {
      const kept = new Set(this.#sessions.slice(surplus));
      this.#remove((held) => !kept.has(held));
    }
    this.#emptyReason = 'nothing-held';
    this.refusals = { ...this.refusals, issuesNothing: false };
    this.#onChange();
  }

  resumed(session: HeldSession): void {
    session.resumed = true;
    this.#onChange();
  }

  /** The server speaks over what it took up: it is not refusing. */
  wentThrough(): void {
    this.refusals = takenUp(this.refusals);
  }

  /** A full handshake ended without bringing anything: others need not wait for its tickets. */
  broughtNothing(): void {
    this.refusals = { ...this.refusals, issuesNothing: true };
  }

  /**
   * The server made a full handshake: the ticket and its siblings are as good as dead (RFC 9149).
   *
   * @param trial `refusals.trials` as it was when the connection began
   */
  refused(session: HeldSession, trial: number, now: number): void {
    if (session.resumed) {
      // The server took it up before, so it does resume, but each ticket once only.
      if (session.origin.protocol === 'TLSv1.3') this.#singleUseUntil = now + SINGLE_USE_MS;
      this.evict(session);
      return;
    }
    this.#count(session, 'full', trial, now);
  }

  /**
   * A handshake broke off, for whatever reason: whether over the session that was offered in it is
   * told by the next one. Until then nothing has been said about that session.
   */
  brokeOff(offer: BrokenOffer): void {
    this.#unjudged.push(offer);
    this.#unjudged.splice(0, this.#unjudged.length - MAX_UNJUDGED);
  }

  /** Whose judge the next handshake is; it goes without a session then. */
  toBeJudged(): BrokenOffer | null {
    return this.#unjudged.shift() ?? null;
  }

  /** The handshake that followed without a session ended well: it was the session. */
  condemn({ session, trial }: BrokenOffer, now: number): void {
    this.#count(session, 'broke-off', trial, now);
  }

  #count(session: HeldSession, how: 'full' | 'broke-off', trial: number, now: number): void {
    this.dropFamily(session);
    this.refusals = refused(this.refusals, how, trial, now);
  }

  /** The handshake that brought it is not to be built upon: neither are its other sessions. */
  dropFamily(session: HeldSession): void {
    const { family } = session.origin;
    family.dropped = true;
    this.#remove((held) => held.origin.family === family);
    if (this.#lastTaken?.session.origin.family === family) this.#lastTaken = null;
    // Those of another handshake are in use still.
    if (this.#sessions.length === 0 && this.#lastTaken === null) {
      this.#emptyReason = 'refused-earlier';
    }
    this.#onChange();
  }

  /** What they hang on is another trust now. @returns how many sessions went */
  dropUntrusted(isTrusted: (session: HeldSession) => boolean): number {
    return this.#dropWhere((session) => !isTrusted(session), 'trust-changed');
  }

  /** Those are gone of which an owner has ended. @returns how many sessions went */
  dropEnded(): number {
    return this.#dropWhere((session) => session.hasEnded, 'nothing-held');
  }

  #dropWhere(isToGo: (session: HeldSession) => boolean, reason: NotOfferedReason): number {
    const before = this.#sessions.length;
    this.#remove(isToGo);
    const last = this.#lastTaken;
    const isLastGone = last !== null && isToGo(last.session);
    if (isLastGone) this.#lastTaken = null;
    const gone = before - this.#sessions.length;
    if (gone === 0 && !isLastGone) return 0;
    this.#emptyReason = reason;
    this.#onChange();
    return gone;
  }

  /** This one alone is not to be offered any more. */
  evict(session: HeldSession): void {
    this.#remove((held) => held === session);
    if (this.#lastTaken?.session === session) this.#lastTaken = null;
    this.#onChange();
  }

  /** Nothing is known against it: it may be offered again. */
  giveBack(session: HeldSession): void {
    const { family, protocol } = session.origin;
    const most = protocol === 'TLSv1.2' ? 1 : this.#bounds.maxSessions;
    if (
      !session.hasEnded &&
      !family.dropped &&
      this.#sessions.length < most &&
      this.#sessions.every((held) => held !== session && held.origin.protocol === protocol)
    ) {
      this.#sessions.push(session);
      this.#onSize(session.sizeBytes);
      this.#onChange();
    }
  }

  /**
   * Another network may hold another observer: no ticket that has been on the wire of the one before
   * is used on this one. Those that were given back are such. Nor does a way that broke tell of this
   * one.
   */
  moved(): void {
    this.#lastTaken = null;
    this.#unjudged = [];
    this.refusals = elsewhere(this.refusals);
    this.#remove(({ offered, origin }) => offered && origin.protocol === 'TLSv1.3');
    this.#onChange();
  }

  /** What an earlier run held was left behind. */
  startAfresh(): void {
    this.#emptyReason = 'verified-afresh';
  }

  tryNow(): void {
    this.refusals = tryNow(this.refusals);
  }

  clear(): number {
    const count = this.#sessions.length;
    this.#remove(() => true);
    this.#lastTaken = null;
    this.#unjudged = [];
    this.#emptyReason = 'nothing-held';
    this.#onChange();
    return count;
  }

  #dropOffered(): void {
    const before = this.#sessions.length;
    this.#remove((session) => session.offered);
    if (this.#sessions.length === before) return;
    this.#emptyReason = 'all-in-use';
    this.#onChange();
  }

  #dropExpired(now: number): void {
    const expired = this.#sessions.filter((session) =>
      session.isExpired(now, this.#maxAgeMs(session)),
    );
    if (expired.length === 0) return;
    this.#remove((session) => expired.includes(session));
    const isAfresh = expired.some(
      ({ origin }) => now >= origin.root.fullHandshakeAt + this.#bounds.verifiedForMs,
    );
    this.#emptyReason = isAfresh ? 'verified-afresh' : 'expired';
    this.#onChange();
  }

  #remove(matches: (session: HeldSession) => boolean): void {
    this.#sessions = this.#sessions.filter((session) => {
      if (!matches(session)) return true;
      this.#onSize(-session.sizeBytes);
      return false;
    });
  }
}
