import type { Security } from '../facts.ts';
import type { Peer } from '../peer.ts';
import { peerName } from '../transport/start-tls.ts';
import { trustAnchor, type TlsTrust } from '../trust.ts';

/** What decides who an account's connections are with, and as whom. */
interface Server {
  readonly user: string;
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  readonly servername: string | null;
  readonly trust: TlsTrust;
}

/**
 * The peer that the transport will find for an account, before it connects. `null` where what it
 * trusts cannot be read: its connections say so.
 */
export function expectedPeer(account: string, server: Server): Peer | null {
  const { user, host, port, security, servername } = server;
  const name = peerName({ host, servername: servername ?? undefined });
  try {
    const { fingerprint, pin } = trustAnchor(server.trust);
    return { account, user, name, port, security, trust: fingerprint, pin };
  } catch {
    // Node's X.509 parser, on a PEM text that was changed by hand.
    return null;
  }
}
