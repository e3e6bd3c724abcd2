/** The ticket inside a session: what the server sealed, or the name it gave to what it keeps. */
import { Constructed, fromBER, OctetString, Sequence } from 'asn1js';
import { unwrap } from './session-format.ts';

/** The context tag of the ticket in OpenSSL's and BoringSSL's SSL_SESSION. */
const TICKET = 10;
const CONTEXT_CLASS = 3;

/**
 * The ticket of a session as the server sent it, which is no secret: a client shows it to everybody
 * on the way. `null` for a session ID, and for a format that is not known. Never throws.
 */
export function readTicket(session: Uint8Array): Buffer | null {
  const der = unwrap(session);
  if (der === null) return null;
  try {
    const { result } = fromBER(Uint8Array.from(der));
    if (!(result instanceof Sequence)) return null;
    for (const field of result.valueBlock.value) {
      const { tagClass, tagNumber } = field.idBlock;
      if (tagClass !== CONTEXT_CLASS || tagNumber !== TICKET) continue;
      const ticket = field instanceof Constructed ? field.valueBlock.value[0] : undefined;
      return ticket instanceof OctetString ? Buffer.from(ticket.valueBlock.valueHexView) : null;
    }
    return null;
  } catch {
    // asn1js throws on what is not BER: an unknown format is opaque.
    return null;
  }
}
