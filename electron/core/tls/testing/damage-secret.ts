import type { SessionCache } from '../cache/session-cache.ts';
import type { Peer } from '../peer.ts';
import { fieldsOf } from '../session-format.ts';

/** Flips a bit of the secret of the session that would be offered next: the handshake breaks over it. */
export function damageSecret(cache: SessionCache, peer: Peer): void {
  const handshake = cache.begin(peer);
  const offer = handshake.take();
  if (offer.kind !== 'session') throw new Error('no session was held');
  // Behind the two versions, the cipher and the session ID.
  const secret = fieldsOf(offer.bytes)?.[4]?.content;
  if (secret === undefined) throw new Error('the session has no secret');
  secret[0] = (secret[0] ?? 0) ^ 1;
  // It is held again, and offered next.
  handshake.failed('given-up');
}
