/** Which of the sessions held may be copied for the next run. Pure. */
import type { AccountState, PeerEntry } from '../cache/cache-entries.ts';
import type { HeldSession } from '../cache/held-session.ts';
import type { FullCosts, KeptPeer } from './session-keeper.ts';

/** A thousand sessions. They are encoded in one go, which must not hold up the program. */
const MAX_KEPT_BYTES = 2 * 1024 * 1024;

/**
 * Whether a copy of this session may be used later: it is good by the account's policy, and under
 * `private` it has not been on the wire.
 */
export function isKeepable(session: HeldSession, account: AccountState, now: number): boolean {
  const { sharing, maxAgeMs } = account.policy;
  return !session.isExpired(now, maxAgeMs) && (sharing === 'saving' || !session.offered);
}

/**
 * What may be kept of `entries`, in their order, up to {@link MAX_KEPT_BYTES}.
 *
 * @param isLast nobody is offered a session after this: only then may those of accounts go along
 *   that offer each ticket once, since else the copy of a ticket could outlive its use
 * @param costsOf of an account's handshakes, to go along with its sessions
 */
export function keepable(
  entries: readonly PeerEntry[],
  isLast: boolean,
  now: number,
  costsOf: (account: string) => FullCosts,
): KeptPeer[] {
  const peers: KeptPeer[] = [];
  let bytes = 0;
  for (const { key, peer, account, sessions } of entries) {
    const { sharing } = account.policy;
    if (!account.kept || !account.enabled || (sharing === 'private' && !isLast)) continue;
    const kept = sessions.held.filter((session) => isKeepable(session, account, now));
    bytes += kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    if (bytes > MAX_KEPT_BYTES) break;
    if (kept.length === 0) continue;
    peers.push({ key, sharing, sessions: kept, costs: costsOf(peer.account) });
  }
  return peers;
}
