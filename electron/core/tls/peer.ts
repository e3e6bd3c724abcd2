/**
 * Who a session belongs to. The key spells out everything that could make reuse wrong, so that
 * two connections share sessions only where a full handshake would have proved the same.
 */
import type { Security } from './facts.ts';
import { normalName } from './server-name.ts';
import { MAX_VERSION, MIN_VERSION, trustAnchor, type TlsTrust, type TrustAnchor } from './trust.ts';

/** The far end of a connection, as one account sees it. */
export interface Peer {
  /** Sessions are shared between accounts only where all of these chose that. */
  readonly account: string;
  /** Who signs in there, where one account may do so as another user later. */
  readonly user?: string;
  /** The name that the certificate is checked against, in any spelling: the SNI name, or the host. */
  readonly name: string;
  readonly port: number;
  readonly security: Security;
  readonly trust: TlsTrust;
  /**
   * The way there, where it is not straight: names a proxy and who is known to it. A session that was
   * seen on one way is not offered on another, which it would link with the first.
   */
  readonly via?: string | null;
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

/** The code of the error for a name, or a host to connect to, that can be no server's. */
export const UNUSABLE_NAME = 'UNUSABLE_NAME';

/**
 * The one name that all spellings of a server come to; see {@link normalName}.
 *
 * @throws Error with the code {@link UNUSABLE_NAME}
 */
export function peerName({ name }: Pick<Peer, 'name'>): string {
  const normal = normalName(name);
  if (normal !== null) return normal;
  throw Object.assign(new Error('This is not the name of a server.'), { code: UNUSABLE_NAME });
}

/** What sessions are kept under. */
export interface PeerKeys {
  /** The whole key of rule 1. */
  readonly key: string;
  /** The same without what is trusted: what two connections to one place share. */
  readonly place: string;
  /** The whole key without account and user: what accounts have alike that may share. */
  readonly sharedKey: string;
  /** What is trusted, made ready. */
  readonly anchor: TrustAnchor;
}

/** @throws Error with the code {@link UNREADABLE_TRUST} or {@link UNUSABLE_NAME} */
export function keysOf(peer: Peer): PeerKeys {
  const server = [
    peerName(peer),
    peer.port,
    peer.security,
    MIN_VERSION,
    MAX_VERSION,
    TLS_ENGINE,
    // Straight there, as ever: sessions that earlier versions kept are found again.
    ...(peer.via === undefined || peer.via === null ? [] : [peer.via]),
  ];
  const place = JSON.stringify([peer.account, peer.user ?? null, ...server]);
  const anchor = trustAnchor(peer.trust);
  const sharedKey = JSON.stringify(server) + anchor.fingerprint;
  return { key: place + anchor.fingerprint, place, sharedKey, anchor };
}
