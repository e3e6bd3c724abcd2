/**
 * Reads a TLS ClientHello as it stands on the wire (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2): what the
 * client is able to do, and which sessions it offers. Works on anything that a peer may send: bytes
 * that are no ClientHello are a result, never an error.
 */
import { Reader } from './bytes.ts';
import { MESSAGE, RECORD, RecordReader } from './records.ts';

/** A ClientHello, as far as it matters for sessions and for telling clients apart. */
export interface ClientHello {
  /** From server_name (RFC 6066); `null` where the client sent none. */
  readonly serverName: string | null;
  /** The highest version in `legacy_version`; clients that can do TLS 1.3 name 1.2 there. */
  readonly legacyVersion: number;
  /** What supported_versions (RFC 8446 §4.2.1) names, in the client's order; empty without it. */
  readonly versions: readonly number[];
  readonly supportsTls13: boolean;
  /** What supported_groups (RFC 8446 §4.2.7) names, in the client's order. */
  readonly groups: readonly number[];
  /**
   * `legacy_session_id`. TLS 1.3 clients fill it with random bytes for middleboxes (RFC 8446
   * §D.4), and TLS 1.2 clients that offer a ticket put a mark of their own there (RFC 5077 §3.4),
   * so alone it does not say that a session is offered.
   */
  readonly sessionId: Uint8Array;
  /** Whether it has session_ticket (RFC 5077): the client takes tickets under TLS 1.2. */
  readonly takesTickets: boolean;
  /** What session_ticket holds; empty where the client only says that it takes some. */
  readonly ticket: Uint8Array;
  /** The identities of pre_shared_key (RFC 8446 §4.2.11): TLS 1.3 tickets. */
  readonly pskIdentities: readonly Uint8Array[];
  /**
   * What psk_key_exchange_modes (RFC 8446 §4.2.9) names: 0 is psk_ke, 1 psk_dhe_ke. A client
   * without any takes no TLS 1.3 tickets.
   */
  readonly pskModes: readonly number[];
  /** Whether it announces early data (RFC 8446 §4.2.10). */
  readonly hasEarlyData: boolean;
}

/** What the bytes read so far turned out to be. */
export type ClientHelloReading =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'not-a-client-hello' }
  | { readonly kind: 'client-hello'; readonly hello: ClientHello };

const NOT_A_CLIENT_HELLO = { kind: 'not-a-client-hello' } as const;

/** Extensions of both hellos, by their numbers in IANA's registry. */
export const EXTENSION = {
  serverName: 0,
  supportedGroups: 10,
  sessionTicket: 35,
  preSharedKey: 41,
  earlyData: 42,
  supportedVersions: 43,
  pskKeyExchangeModes: 45,
} as const;

/** Versions as they stand on the wire. */
export const VERSION = { tls12: 0x0303, tls13: 0x0304 } as const;

export const RANDOM_BYTES = 32;
export const MAX_SESSION_ID_BYTES = 32;

/** Says what `bytes`, all that a peer has sent until now, are. */
export function readClientHello(bytes: Uint8Array): ClientHelloReading {
  let reading: ClientHelloReading = { kind: 'incomplete' };
  const settle = (found: ClientHelloReading): void => {
    if (reading.kind === 'incomplete') reading = found;
  };
  const nothing = (): void => {
    settle(NOT_A_CLIENT_HELLO);
  };
  new RecordReader({
    record: (type) => {
      if (type !== RECORD.handshake) nothing();
    },
    begins: (type) => (type === MESSAGE.clientHello ? 'keep' : 'stop'),
    message: (_type, body) => {
      const hello = parseClientHello(body);
      settle(hello === null ? NOT_A_CLIENT_HELLO : { kind: 'client-hello', hello });
    },
    alert: () => undefined,
    garbage: nothing,
  }).push(bytes);
  return reading;
}

/** @returns `null` where the body is none of a ClientHello */
export function parseClientHello(body: Uint8Array): ClientHello | null {
  const reader = new Reader(body);
  const legacyVersion = reader.number(2);
  reader.take(RANDOM_BYTES);
  const sessionId = reader.vector(1);
  reader.vector(2); // cipher_suites
  reader.vector(1); // legacy_compression_methods
  if (reader.failed || sessionId.length > MAX_SESSION_ID_BYTES) return null;
  const extensions = parseExtensions(reader);
  if (extensions === null) return null;
  const content = (type: number): Reader => new Reader(extensions.get(type) ?? new Uint8Array());
  const listed = (type: number, lengthWidth: 1 | 2, width: 1 | 2): readonly number[] =>
    new Reader(content(type).vector(lengthWidth)).numbers(width);
  const versions = listed(EXTENSION.supportedVersions, 1, 2);
  return {
    serverName: parseServerName(content(EXTENSION.serverName)),
    legacyVersion,
    versions,
    supportsTls13: versions.includes(VERSION.tls13),
    groups: listed(EXTENSION.supportedGroups, 2, 2),
    sessionId,
    takesTickets: extensions.has(EXTENSION.sessionTicket),
    ticket: extensions.get(EXTENSION.sessionTicket) ?? new Uint8Array(),
    pskIdentities: parseIdentities(content(EXTENSION.preSharedKey)),
    pskModes: listed(EXTENSION.pskKeyExchangeModes, 1, 1),
    hasEarlyData: extensions.has(EXTENSION.earlyData),
  };
}

/**
 * The extensions at the end of either hello, where there are any (RFC 8446 §4.2).
 *
 * @returns `null` where they do not fit into their lengths
 */
export function parseExtensions(reader: Reader): ReadonlyMap<number, Uint8Array> | null {
  const found = new Map<number, Uint8Array>();
  if (reader.left === 0) return found;
  const extensions = new Reader(reader.vector(2));
  while (extensions.left > 0 && !extensions.failed) {
    const type = extensions.number(2);
    const content = extensions.vector(2);
    found.set(type, content);
  }
  return extensions.failed || reader.failed ? null : found;
}

function parseServerName(content: Reader): string | null {
  const names = new Reader(content.vector(2));
  while (names.left > 0 && !names.failed) {
    const type = names.number(1);
    const name = names.vector(2);
    if (type === 0 && !names.failed) return Buffer.from(name).toString('latin1');
  }
  return null;
}

function parseIdentities(content: Reader): Uint8Array[] {
  const list = new Reader(content.vector(2));
  const identities: Uint8Array[] = [];
  while (list.left > 0 && !list.failed) {
    const identity = list.vector(2);
    list.take(4); // obfuscated_ticket_age
    if (!list.failed) identities.push(identity);
  }
  return identities;
}
