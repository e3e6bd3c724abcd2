import { createHash } from 'node:crypto';
import type { ClientHello } from './client-hello.ts';

/** A session that a client offered. What it was is known by its hash only. */
export interface Offer {
  readonly mechanism: 'tls13-ticket' | 'tls12-ticket' | 'session-id';
  /** SHA-256 of the ticket or the session ID, in hexadecimal. */
  readonly sha256: string;
}

/**
 * The sessions that a ClientHello offers.
 *
 * A session ID counts only where it must be one: a client that can do TLS 1.3 always fills that
 * field, so from such a client it counts when `issued` knows it as one that this server gave.
 */
export function offersOf(
  hello: ClientHello,
  issued: (sha256: string) => boolean,
): readonly Offer[] {
  const offers: Offer[] = hello.pskIdentities.map((identity) => ({
    mechanism: 'tls13-ticket',
    sha256: sha256(identity),
  }));
  if (hello.ticket.length > 0) {
    offers.push({ mechanism: 'tls12-ticket', sha256: sha256(hello.ticket) });
  } else if (hello.sessionId.length > 0) {
    const hash = sha256(hello.sessionId);
    if (!hello.supportsTls13 || issued(hash)) {
      offers.push({ mechanism: 'session-id', sha256: hash });
    }
  }
  return offers;
}

/** SHA-256 in hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
