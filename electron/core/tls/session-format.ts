/**
 * What can be read from a session that Node gave. The bytes themselves are kept as they came; an
 * unknown format is opaque, never an error.
 *
 * Since 24.17 Node puts an identity in front of the DER of OpenSSL's SSL_SESSION; BoringSSL's is
 * the same structure with other fields filled in.
 */
import { fromBER, Integer } from 'asn1js';
import type { TlsProtocol } from './facts.ts';

/** Read from a session; `null` where it does not say. */
export interface SessionFacts {
  readonly protocol: TlsProtocol | null;
  /** The server keeps no state for it (RFC 5077, RFC 8446); else it is known by its ID. */
  readonly hasTicket: boolean;
  /** What the TLS engine gives it, in seconds; OpenSSL says 7200 whatever the server said. */
  readonly timeout: number | null;
  /** What the server said, in seconds; OpenSSL leaves a 0 out, BoringSSL leaves it out always. */
  readonly lifetimeHint: number | null;
}

const WRAPPER = Buffer.from('\0nodejs:tls:session:1\0', 'latin1');
/** Wide enough for any tag that SSL_SESSION uses; each fits one byte. */
const CONTEXT = 0xa0;
const SEQUENCE = 0x30;
const TIMEOUT = CONTEXT | 2;
const LIFETIME_HINT = CONTEXT | 9;
const TICKET = CONTEXT | 10;

const PROTOCOLS: Readonly<Record<number, TlsProtocol>> = { 0x0303: 'TLSv1.2', 0x0304: 'TLSv1.3' };

/** The facts of a session, or `null` where its format is not known. Never throws. */
export function readSession(session: Uint8Array): SessionFacts | null {
  const der = unwrap(session);
  const sequence = der === null ? null : element(der, 0);
  if (der === null || sequence === null || sequence.tag !== SEQUENCE) return null;
  if (sequence.end !== der.length) return null;

  let version: Uint8Array | null = null;
  let timeout: Uint8Array | null = null;
  let lifetimeHint: Uint8Array | null = null;
  let hasTicket = false;
  let position = sequence.start;
  for (let index = 0; position < sequence.end; index += 1) {
    const field = element(der, position);
    if (field === null || field.end > sequence.end) return null;
    if (index === 1) version = der.subarray(position, field.end);
    if (field.tag === TIMEOUT) timeout = der.subarray(field.start, field.end);
    if (field.tag === LIFETIME_HINT) lifetimeHint = der.subarray(field.start, field.end);
    if (field.tag === TICKET) hasTicket = true;
    position = field.end;
  }
  const protocol = integer(version);
  if (protocol === null) return null;
  return {
    protocol: PROTOCOLS[protocol] ?? null,
    hasTicket,
    timeout: integer(timeout),
    lifetimeHint: integer(lifetimeHint),
  };
}

/** The DER of a session, without the identity that Node puts in front of it. */
export function unwrap(session: Uint8Array): Uint8Array | null {
  const bytes = Buffer.from(session.buffer, session.byteOffset, session.byteLength);
  if (!bytes.subarray(0, WRAPPER.length).equals(WRAPPER)) return bytes;
  const lengthAt = WRAPPER.length;
  if (bytes.length < lengthAt + 2) return null;
  const from = lengthAt + 2 + bytes.readUInt16BE(lengthAt);
  return from <= bytes.length ? bytes.subarray(from) : null;
}

interface Element {
  readonly tag: number;
  /** Of its contents. */
  readonly start: number;
  readonly end: number;
}

/**
 * One DER element's header. The ASN.1 library reads the values; the walk to them is done here,
 * because it would parse the server's certificate on the way, which costs a sixth of a handshake.
 */
function element(der: Uint8Array, at: number): Element | null {
  const tag = der[at];
  const first = der[at + 1];
  if (tag === undefined || first === undefined) return null;
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const octets = first & 0x7f;
    if (octets === 0 || octets > 4) return null;
    length = 0;
    for (let index = 0; index < octets; index += 1) {
      const octet = der[start + index];
      if (octet === undefined) return null;
      length = length * 256 + octet;
    }
    start += octets;
  }
  const end = start + length;
  return end <= der.length ? { tag, start, end } : null;
}

/** A server gives all its sessions the same few numbers; reading each once is enough. */
const known = new Map<string, number | null>();
const MAX_KNOWN = 256;

function integer(der: Uint8Array | null): number | null {
  // None of ours has more than five octets.
  if (der === null || der.length > 7) return null;
  const key = der.join();
  const before = known.get(key);
  if (before !== undefined) return before;
  const value = readInteger(der);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(key, value);
  return value;
}

function readInteger(der: Uint8Array): number | null {
  try {
    const { result } = fromBER(der);
    if (!(result instanceof Integer)) return null;
    const { isHexOnly, valueDec } = result.valueBlock;
    const value = isHexOnly ? Number(result.toBigInt()) : valueDec;
    return value >= 0 ? value : null;
  } catch {
    // asn1js throws on what is not BER: the field says nothing then.
    return null;
  }
}
