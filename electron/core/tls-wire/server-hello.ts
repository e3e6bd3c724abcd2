/** Reads a TLS ServerHello as it stands on the wire (RFC 8446 §4.1.3, RFC 5246 §7.4.1.3). */
import { createHash } from 'node:crypto';
import { Reader, uint16 } from './bytes.ts';
import { EXTENSION, MAX_SESSION_ID_BYTES, parseExtensions, RANDOM_BYTES } from './client-hello.ts';

export interface ServerHello {
  /** The version that both speak from here on, as it stands on the wire. */
  readonly version: number;
  /** Whether it asks for another ClientHello (RFC 8446 §4.1.4). */
  readonly isRetryRequest: boolean;
  /** Under TLS 1.2 and earlier the ID of the session; under TLS 1.3 the client's, sent back. */
  readonly sessionId: Uint8Array;
  /** As the registry of IANA numbers them. */
  readonly cipherSuite: number;
  /** Which of the client's identities it takes up (RFC 8446 §4.2.11); `null` for none. */
  readonly selectedIdentity: number | null;
}

/** What stands in place of a random value where another ClientHello is wanted (RFC 8446 §4.1.3). */
const RETRY_RANDOM = createHash('sha256').update('HelloRetryRequest').digest();

/** @returns `null` where the body is none of a ServerHello */
export function parseServerHello(body: Uint8Array): ServerHello | null {
  const reader = new Reader(body);
  const legacyVersion = reader.number(2);
  const random = reader.take(RANDOM_BYTES);
  const sessionId = reader.vector(1);
  const cipherSuite = reader.number(2);
  reader.take(1); // legacy_compression_method
  if (reader.failed || sessionId.length > MAX_SESSION_ID_BYTES) return null;
  const extensions = parseExtensions(reader);
  if (extensions === null) return null;
  const version = extensions.get(EXTENSION.supportedVersions);
  const identity = extensions.get(EXTENSION.preSharedKey);
  return {
    version: version?.length === 2 ? uint16(version, 0) : legacyVersion,
    isRetryRequest: RETRY_RANDOM.equals(random),
    sessionId,
    cipherSuite,
    selectedIdentity: identity?.length === 2 ? uint16(identity, 0) : null,
  };
}
