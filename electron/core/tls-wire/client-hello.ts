/**
 * Reads a TLS ClientHello as it stands on the wire (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2), as far as
 * it tells which sessions the client offers. Works on anything that a peer may send: bytes that
 * are no ClientHello are a result, never an error.
 */

/** The parts of a ClientHello that matter for session reuse. */
export interface ClientHello {
  /** From server_name (RFC 6066); `null` where the client sent none. */
  readonly serverName: string | null;
  /**
   * `legacy_session_id`. TLS 1.3 clients fill it with random bytes for middleboxes (RFC 8446
   * §D.4), and TLS 1.2 clients that offer a ticket put a mark of their own there (RFC 5077 §3.4),
   * so alone it does not say that a session is offered.
   */
  readonly sessionId: Uint8Array;
  /** What session_ticket (RFC 5077) holds; empty where the client only says that it takes some. */
  readonly ticket: Uint8Array;
  /** The identities of pre_shared_key (RFC 8446 §4.2.11): TLS 1.3 tickets. */
  readonly pskIdentities: readonly Uint8Array[];
  readonly supportsTls13: boolean;
}

/** What the bytes read so far turned out to be. */
export type ClientHelloReading =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'not-a-client-hello' }
  | { readonly kind: 'client-hello'; readonly hello: ClientHello };

const INCOMPLETE = { kind: 'incomplete' } as const;
const NOT_A_CLIENT_HELLO = { kind: 'not-a-client-hello' } as const;

const RECORD_HEADER_BYTES = 5;
const HANDSHAKE_HEADER_BYTES = 4;
const RECORD_TYPE_HANDSHAKE = 22;
const MESSAGE_TYPE_CLIENT_HELLO = 1;
const EXTENSION = {
  serverName: 0,
  sessionTicket: 35,
  preSharedKey: 41,
  supportedVersions: 43,
} as const;
const TLS_1_3 = 0x0304;
/** Far above any real ClientHello (some 2 kB with a ticket): bounds what is kept of a peer's bytes. */
const MAX_MESSAGE_BYTES = 64 * 1024;

/** Says what `bytes`, all that a peer has sent until now, are. */
export function readClientHello(bytes: Uint8Array): ClientHelloReading {
  const message = handshakeMessage(bytes);
  if (!(message instanceof Uint8Array)) return message;
  const hello = parseBody(message);
  return hello === null ? NOT_A_CLIENT_HELLO : { kind: 'client-hello', hello };
}

/** Puts the first handshake message together, which may span records. */
function handshakeMessage(
  bytes: Uint8Array,
): Uint8Array | typeof INCOMPLETE | typeof NOT_A_CLIENT_HELLO {
  const fragments: Uint8Array[] = [];
  let gathered = 0;
  let needed = HANDSHAKE_HEADER_BYTES;
  let at = 0;
  for (;;) {
    // What is there of a record's header must fit, so plain text is told from TLS at once.
    if (at < bytes.length && bytes[at] !== RECORD_TYPE_HANDSHAKE) return NOT_A_CLIENT_HELLO;
    if (at + 1 < bytes.length && bytes[at + 1] !== 3) return NOT_A_CLIENT_HELLO;
    if (at + RECORD_HEADER_BYTES > bytes.length) return INCOMPLETE;
    const length = uint16(bytes, at + 3);
    if (length === 0) return NOT_A_CLIENT_HELLO;
    const start = at + RECORD_HEADER_BYTES;
    const fragment = bytes.subarray(start, start + length);
    fragments.push(fragment);
    gathered += fragment.length;
    if (gathered > 0 && fragments[0]?.[0] !== MESSAGE_TYPE_CLIENT_HELLO) return NOT_A_CLIENT_HELLO;
    if (needed === HANDSHAKE_HEADER_BYTES && gathered >= needed) {
      const header = concat(fragments, gathered);
      needed += (header[1] ?? 0) * 0x1_00_00 + uint16(header, 2);
      if (needed > MAX_MESSAGE_BYTES || needed === HANDSHAKE_HEADER_BYTES) {
        return NOT_A_CLIENT_HELLO;
      }
    }
    if (needed > HANDSHAKE_HEADER_BYTES && gathered >= needed) {
      return concat(fragments, gathered).subarray(HANDSHAKE_HEADER_BYTES, needed);
    }
    if (fragment.length < length) return INCOMPLETE;
    at = start + length;
  }
}

function parseBody(body: Uint8Array): ClientHello | null {
  const reader = new Reader(body);
  reader.take(2 + 32); // legacy_version, random
  const sessionId = reader.vector(1);
  reader.vector(2); // cipher_suites
  reader.vector(1); // legacy_compression_methods
  let serverName: string | null = null;
  let ticket: Uint8Array = new Uint8Array();
  let pskIdentities: Uint8Array[] = [];
  let supportsTls13 = false;
  if (reader.left > 0) {
    const extensions = new Reader(reader.vector(2));
    while (extensions.left > 0 && !extensions.failed) {
      const type = extensions.number(2);
      const content = extensions.vector(2);
      if (type === EXTENSION.serverName) serverName = parseServerName(content);
      else if (type === EXTENSION.sessionTicket) ticket = content;
      else if (type === EXTENSION.preSharedKey) pskIdentities = parseIdentities(content);
      else if (type === EXTENSION.supportedVersions) supportsTls13 = includesTls13(content);
    }
    if (extensions.failed) return null;
  }
  if (reader.failed || sessionId.length > 32) return null;
  return { serverName, sessionId, ticket, pskIdentities, supportsTls13 };
}

function parseServerName(content: Uint8Array): string | null {
  const names = new Reader(new Reader(content).vector(2));
  while (names.left > 0 && !names.failed) {
    const type = names.number(1);
    const name = names.vector(2);
    if (type === 0 && !names.failed) return Buffer.from(name).toString('latin1');
  }
  return null;
}

function parseIdentities(content: Uint8Array): Uint8Array[] {
  const list = new Reader(new Reader(content).vector(2));
  const identities: Uint8Array[] = [];
  while (list.left > 0 && !list.failed) {
    const identity = list.vector(2);
    list.take(4); // obfuscated_ticket_age
    if (!list.failed) identities.push(identity);
  }
  return identities;
}

function includesTls13(content: Uint8Array): boolean {
  const versions = new Reader(new Reader(content).vector(1));
  while (versions.left > 0 && !versions.failed) {
    if (versions.number(2) === TLS_1_3) return true;
  }
  return false;
}

/** Reads on from where it is; past the end it gives nothing and remembers that it failed. */
class Reader {
  failed = false;
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  take(length: number): Uint8Array {
    if (length > this.left) {
      this.failed = true;
      this.#at = this.#bytes.length;
      return new Uint8Array();
    }
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  number(width: 1 | 2): number {
    const bytes = this.take(width);
    return width === 1 ? (bytes[0] ?? 0) : uint16(bytes, 0);
  }

  /** A vector whose length stands in `width` bytes before it (RFC 8446 §3.4). */
  vector(width: 1 | 2): Uint8Array {
    return this.take(this.number(width));
  }
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 0x1_00 + (bytes[at + 1] ?? 0);
}

function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
