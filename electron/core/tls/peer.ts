/**
 * Who a session belongs to. The key spells out everything that could make reuse wrong, so that
 * two connections share sessions only where a full handshake would have proved the same.
 */
import type { Security } from './facts.ts';
import { MAX_VERSION, MIN_VERSION } from './trust.ts';

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
  /** {@link TrustAnchor.fingerprint} */
  readonly trust: string;
  /** {@link TrustAnchor.pin}; names are checked without it. */
  readonly pin?: string | null;
}

/** Node's types do not know of this feature yet. */
export const IS_BORINGSSL =
  'openssl_is_boringssl' in process.features && process.features.openssl_is_boringssl === true;

/**
 * The TLS implementation and its version: the sessions of one cannot be loaded by another.
 * Electron's Node is built on BoringSSL.
 */
export const TLS_ENGINE = `${IS_BORINGSSL ? 'boringssl' : 'openssl'}/${process.versions.openssl ?? ''}`;

/** The key of rule 1, without what is trusted: what two connections to one place share. */
export function placeKey(peer: Peer): string {
  return JSON.stringify([
    peer.account,
    peer.user ?? null,
    peer.name.toLowerCase(),
    peer.port,
    peer.security,
    MIN_VERSION,
    MAX_VERSION,
    TLS_ENGINE,
  ]);
}

/** The whole key of rule 1. */
export function peerKey(place: string, trust: string): string {
  return place + trust;
}
