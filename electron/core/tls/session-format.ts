/**
 * What can be read from a session that Node gave. The bytes themselves are kept as they came; an
 * unknown format is opaque, never an error.
 *
 * Since 24.17 Node puts an identity in front of the DER of OpenSSL's SSL_SESSION; BoringSSL's is
 * the same structure with other fields filled in. Of its fields three are read, by hand: a library
 * would parse the server's certificate on the way, which costs a sixth of a handshake.
 */
import type { TlsProtocol } from './facts.ts';

/** Read from a session; `null` where it does not say. */
export interface SessionFacts {
  readonly protocol: TlsProtocol | null;
  /** The server keeps no state for it (RFC 5077, RFC 8446); else it is known by its ID. */
  readonly hasTicket: boolean;
  /** What the TLS engine gives it, in seconds: in OpenSSL its context's, whatever the server said. */
  readonly timeout: number | null;
  /** What the server said, in seconds; left out for 0, and under TLS 1.3 in BoringSSL. */
  readonly lifetimeHint: number | null;
}

const WRAPPER = Buffer.from('\0nodejs:tls:session:1\0', 'latin1');

const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const SEQUENCE = 0x30;
/** Context tags of SSL_SESSION, each around one value. */
const TIMEOUT = 0xa2;
const LIFETIME_HINT = 0xa9;
const TICKET = 0xaa;

/** Where the protocol version stands among the fields: behind that of the structure. */
const VERSION_INDEX = 1;
const PROTOCOLS: Readonly<Record<number, TlsProtocol>> = { 0x0303: 'TLSv1.2', 0x0304: 'TLSv1.3' };

/** Times and versions have at most four octets, and one more where the first has its high bit set. */
const MAX_INTEGER_OCTETS = 5;

/** The facts of a session, or `null` where its format is not known. Never throws. */
export function readSession(session: Uint8Array): SessionFacts | null {
  const fields = fieldsOf(session);
  const version = integer(fields?.[VERSION_INDEX]);
  if (fields === null || version === null) return null;
  return {
    protocol: PROTOCOLS[version] ?? null,
    hasTicket: fields.some(({ tag }) => tag === TICKET),
    timeout: integer(inside(fields, TIMEOUT)),
    lifetimeHint: integer(inside(fields, LIFETIME_HINT)),
  };
}

/**
 * The longest lifetime that BoringSSL passes on under TLS 1.3, in seconds: what is longer is this to it.
 * It offers nothing past that.
 */
export const BORINGSSL_LONGEST = 172_800;

/**
 * For how long the server said that the session lives, in seconds; 0 where it said that, or nothing.
 * BoringSSL has it as the session's own timeout under TLS 1.3, where OpenSSL has its context's, and
 * within {@link BORINGSSL_LONGEST}.
 */
export function statedLifetime(facts: SessionFacts, isBoringSsl: boolean): number {
  const { protocol, timeout, lifetimeHint } = facts;
  return lifetimeHint ?? (isBoringSsl && protocol === 'TLSv1.3' ? timeout : null) ?? 0;
}

/**
 * The ticket of a session as the server sent it, which is no secret: a client shows it to everybody
 * on the way. `null` for a session ID, and for a format that is not known. Never throws.
 */
export function readTicket(session: Uint8Array): Buffer | null {
  const ticket = inside(fieldsOf(session) ?? [], TICKET);
  return ticket?.tag === OCTET_STRING ? Buffer.from(ticket.content) : null;
}

/** One element of DER (X.690 §10.1): one octet of tag, a length in its shortest form, the content. */
interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
}

/**
 * The elements of SSL_SESSION's one SEQUENCE, which is all that there is; `null` where it is not.
 * Their contents are views of the session's own memory.
 */
export function fieldsOf(session: Uint8Array): readonly Element[] | null {
  const der = unwrap(session);
  const sequence = der === null ? null : only(der);
  return sequence?.tag === SEQUENCE ? elements(sequence.content) : null;
}

/** The DER of a session, without the identity that Node puts in front of it. */
function unwrap(session: Uint8Array): Uint8Array | null {
  const bytes = Buffer.from(session.buffer, session.byteOffset, session.byteLength);
  if (!bytes.subarray(0, WRAPPER.length).equals(WRAPPER)) return bytes;
  const identityAt = WRAPPER.length + 2;
  if (bytes.length < identityAt) return null;
  const from = identityAt + bytes.readUInt16BE(WRAPPER.length);
  return from <= bytes.length ? bytes.subarray(from) : null;
}

/** The value inside the first field with this tag. */
function inside(fields: readonly Element[], tag: number): Element | null {
  const field = fields.find((candidate) => candidate.tag === tag);
  return field === undefined ? null : only(field.content);
}

/** The one element that `der` is; `null` where it is none, or more than one. */
function only(der: Uint8Array): Element | null {
  const all = elements(der);
  return all?.length === 1 ? (all[0] ?? null) : null;
}

/** The elements that `der` consists of; `null` where it does not, to the last octet. */
function elements(der: Uint8Array): readonly Element[] | null {
  const found: Element[] = [];
  for (let at = 0; at < der.length;) {
    const tag = der[at] ?? 0;
    const length = lengthAt(der, at + 1);
    if (length === null || length.end > der.length) return null;
    found.push({ tag, content: der.subarray(length.start, length.end) });
    at = length.end;
  }
  return found;
}

/** Where the content begins and ends whose length stands at `at`. */
function lengthAt(der: Uint8Array, at: number): { start: number; end: number } | null {
  const first = der[at];
  if (first === undefined) return null;
  if (first < 0x80) return { start: at + 1, end: at + 1 + first };
  const octets = der.subarray(at + 1, at + 1 + (first & 0x7f));
  // Three are 16 MB; and a length is written in as few octets as will do.
  if (octets.length !== (first & 0x7f) || octets.length > 3) return null;
  const length = unsigned(octets);
  if (length < 0x80 || octets[0] === 0) return null;
  const start = at + 1 + octets.length;
  return { start, end: start + length };
}

/** The value of an INTEGER that is not negative, in its shortest form; `null` for anything else. */
function integer(element: Element | null | undefined): number | null {
  if (element?.tag !== INTEGER) return null;
  const { content } = element;
  const [first, second = 0] = content;
  if (first === undefined || content.length > MAX_INTEGER_OCTETS || first >= 0x80) return null;
  if (first === 0 && content.length > 1 && second < 0x80) return null;
  return unsigned(content);
}

function unsigned(octets: Uint8Array): number {
  return octets.reduce((value, octet) => value * 256 + octet, 0);
}
