/** What may be told of the sessions held: everything but their bytes. */
import type { HeldForPeer, HeldSessionFacts } from '../facts.ts';
import type { PeerEntry } from './cache-entries.ts';

/** Each session of a peer, oldest first. */
export function heldSessionFacts({ peer, sessions }: PeerEntry): readonly HeldSessionFacts[] {
  return sessions.held.map(({ origin, sizeBytes }) => ({
    account: peer.account,
    name: peer.name,
    port: peer.port,
    mechanism: origin.mechanism,
    receivedAt: origin.receivedAt,
    expiresAt: origin.expiresAt,
    sizeBytes,
  }));
}

/** What is held for a peer; `null` where that is nothing. */
export function heldForPeer({ peer, sessions, account }: PeerEntry): HeldForPeer | null {
  const { latest } = sessions;
  if (latest === null) return null;
  const { root, mechanism, connection, receivedAt } = latest.origin;
  return {
    account: peer.account,
    name: peer.name,
    port: peer.port,
    security: peer.security,
    mechanism,
    endsAt: sessions.held.map((session) => session.endsAt(account.policy.maxAgeMs)),
    issuedTo: connection,
    issuedAt: receivedAt,
    fullHandshakeAt: root.fullHandshakeAt,
    resumptions: root.resumptions,
  };
}
