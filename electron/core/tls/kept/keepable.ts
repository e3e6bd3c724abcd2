/** What of the sessions held may be copied for the next run, and who keeps such a copy. */
import type { SharingPolicy } from '../facts.ts';
import type { HeldSession, Owner } from '../cache/held-session.ts';
import type { PeerEntry } from '../cache/peer-table.ts';

/** The sessions of one peer that may be kept. */
export interface KeptPeer {
  /** The whole key of rule 1: place and trust; where they are shared, without account and user. */
  readonly key: string;
  /** What the account, or all that share them, allowed while they were kept. */
  readonly sharing: SharingPolicy;
  /** Oldest first. */
  readonly sessions: readonly HeldSession[];
  /** By owner, the whole key of its own: only together do those come back that share. */
  readonly ownKeys: ReadonlyMap<Owner, string>;
}

/** Who keeps a copy of the sessions of accounts that may be kept. None of its calls throws. */
export interface SessionKeeper {
  /** Sessions came or went: the copy is out of date. */
  changed(): void;
  /** Sessions were forgotten, or are under another policy: the copy must not hold them any more. */
  forgotten(): void;
  /** A run begins, and accounts take back what the one before kept. */
  readonly isGivingBack: boolean;
  /**
   * The sessions that were kept for this peer key under this policy, given once: as soon as all whose
   * they are have asked.
   *
   * @param ownKey the whole key of `owner`, who asks
   */
  takeBack(key: string, sharing: SharingPolicy, owner: Owner, ownKey?: string): HeldSession[];
}

/** A thousand sessions. They are encoded in one go, which must not hold up the program. */
const MAX_KEPT_BYTES = 2 * 1024 * 1024;

/**
 * Whether a copy of this session may be used later: it is good by the policy of all whose it is, who
 * have their sessions kept, and under `private` it has not been on the wire.
 */
export function isKeepable(session: HeldSession, sharing: SharingPolicy, now: number): boolean {
  return (
    session.owners.every(({ isKept, hasEnded }) => isKept && !hasEnded) &&
    !session.isExpired(now, session.maxAgeMs) &&
    (sharing !== 'private' || !session.offered)
  );
}

/**
 * What may be kept of `entries`, in their order, up to {@link MAX_KEPT_BYTES}.
 *
 * @param isLast nobody is offered a session after this: only then may those of accounts go along
 *   that offer each ticket once, since else the copy of a ticket could outlive its use
 */
export function keepable(entries: readonly PeerEntry[], isLast: boolean, now: number): KeptPeer[] {
  const peers: KeptPeer[] = [];
  let bytes = 0;
  for (const { key, peer, users, sessions } of entries) {
    // Of these each run sees the certificate itself.
    if (peer.trust.kind === 'pin') continue;
    const ownKeys = new Map<Owner, string>();
    for (const { account, own } of users.values()) ownKeys.set(account.owner, own.key);
    // Those that share have the same policy.
    const sharing = [...ownKeys.keys()][0]?.policy.sharing ?? 'private';
    if (sharing === 'private' && !isLast) continue;
    const kept = sessions.held
      .filter((session) => isKeepable(session, sharing, now))
      .filter(({ owners }) => owners.every((owner) => ownKeys.has(owner)));
    bytes += kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    if (bytes > MAX_KEPT_BYTES) break;
    if (kept.length === 0) continue;
    peers.push({ key, sharing, sessions: kept, ownKeys });
  }
  return peers;
}
