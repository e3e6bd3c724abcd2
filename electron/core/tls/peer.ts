/**
 * Who a session belongs to. The key spells out everything that could make reuse wrong, so that
 * two connections share sessions only where a full handshake would have proved the same.
 */
import type { Security } from './facts.ts';
import { MAX_VERSION, MIN_VERSION, trustAnchor, type TlsTrust, type TrustAnchor } from './trust.ts';

/** The far end of a connection, as one account sees it. */
export interface Peer {
  /** Sessions are never shared between accounts. */
  readonly account: string;
  /** Who signs in there, where one account may do so as another user later. */
  readonly user?: string;
  /** The name that the certificate is checked against: the SNI name, or the host. */
  readonly name: string;
  readonly port: number;
  readonly security: Security;
  readonly trust: TlsTrust;
}

/** Whether this process speaks TLS by BoringSSL, as Electron's does, and not by OpenSSL. */
export const IS_BORINGSSL =
  process.versions['electron'] !== undefined ||
  // Node's types do not know of this feature yet.
  ('openssl_is_boringssl' in process.features && process.features.openssl_is_boringssl === true);

/**
 * The TLS implementation and its version: the sessions of one cannot be loaded by another.
 */
export const TLS_ENGINE = `${IS_BORINGSSL ? 'boringssl' : 'openssl'}/${process.versions.openssl ?? ''}`;

/** The name as it is compared; case matters to Node, and to no server. */
export function peerName({ name }: Pick<Peer, 'name'>): string {
  return name.toLowerCase();
}

/** What sessions are kept under. */
export interface PeerKeys {
  /** The whole key of rule 1. */
  readonly key: string;
  /** The same without what is trusted: what two connections to one place share. */
  readonly place: string;
  /** What is trusted, made ready. */
  readonly anchor: TrustAnchor;
}

/** @throws Error with the code {@link UNREADABLE_TRUST} */
export function keysOf(peer: Peer): PeerKeys {
  const place = JSON.stringify([
    peer.account,
    peer.user ?? null,
    peerName(peer),
    peer.port,
    peer.security,
    MIN_VERSION,
    MAX_VERSION,
    TLS_ENGINE,
  ]);
  const anchor = trustAnchor(peer.trust);
  return { key: place + anchor.fingerprint, place, anchor };
}
