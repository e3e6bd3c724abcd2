/** What may be told of the sessions held: everything but their bytes. */
import type { Mechanism, Security } from '../../../../shared/model.ts';
import type { PeerEntry } from './cache-entries.ts';

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

/** What is held for one server by one account, without a byte of it. */
export interface HeldForPeer {
  readonly account: string;
  readonly name: string;
  readonly port: number;
  readonly security: Security;
  readonly mechanism: Mechanism;
  /** Until when each session may be offered, oldest first; none while all are in use. */
  readonly endsAt: readonly number[];
  /** Of the newest session: the connection that brought it, and when. */
  readonly connection: string | null;
  readonly receivedAt: number;
  /** Of the newest session: the full handshake at its root, and how often it was built upon. */
  readonly fullHandshakeAt: number;
  readonly resumptions: number;
}

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
    connection,
    receivedAt,
    fullHandshakeAt: root.fullHandshakeAt,
    resumptions: root.resumptions,
  };
}
