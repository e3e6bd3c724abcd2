/** Sessions for tests: made by hand from their documented structure, and recorded. */
import { readFileSync } from 'node:fs';

export const TLS12 = 0x0303;
export const TLS13 = 0x0304;

/** Fields of SSL_SESSION by their context tag; numbers are INTEGERs, texts are OCTET STRINGs. */
type Fields = Readonly<Record<number, number | string>>;

/** An SSL_SESSION as i2d_SSL_SESSION writes it, made by hand from its ASN.1. */
export function sessionDer(version: number, fields: Fields, certificate?: Uint8Array): Buffer {
  return element(
    0x30,
    integer(1),
    integer(version),
    octets('\x13\x01'),
    octets('session-id'),
    octets('master-secret'),
    ...(certificate === undefined ? [] : [element(0xa3, element(0x04, certificate))]),
    ...Object.entries(fields).map(([tag, field]) =>
      element(0xa0 + Number(tag), typeof field === 'number' ? integer(field) : octets(field)),
    ),
  );
}

function octets(text: string): Buffer {
  return element(0x04, Buffer.from(text));
}

/** Of a number that is not negative: its octets, and a 0 in front where the first would be a sign. */
function integer(value: number): Buffer {
  const hex = value.toString(16);
  const plain = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return element(0x02, (plain[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), plain]) : plain);
}

/** One element of DER: tag, length, content. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Buffer.of(tag, content.length), content]);
  const hex = content.length.toString(16);
  const length = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 | length.length), length, content]);
}

/** A session that BoringSSL's own client kept; see `e2e/fixtures/boringssl/record.ts`. */
export interface RecordedSession {
  readonly protocol: 'TLSv1.2' | 'TLSv1.3';
  readonly hasTicket: boolean;
  /** As the server said it, in seconds. */
  readonly lifetime: number;
  readonly session: Buffer;
}

/** Of a BoringSSL of 2023, both versions, lifetimes from minutes to a week. */
export const BORINGSSL_SESSIONS: readonly RecordedSession[] = (
  JSON.parse(
    readFileSync(new URL('./boringssl-sessions.json', import.meta.url), 'utf8'),
  ) as readonly (Omit<RecordedSession, 'session'> & { readonly session: string })[]
).map(({ protocol, hasTicket, lifetime, session }) => ({
  protocol,
  hasTicket,
  lifetime,
  session: Buffer.from(session, 'base64'),
}));

/** As Node wraps sessions since 24.17. */
export function wrapSession(der: Uint8Array, identity: string): Buffer {
  const name = Buffer.from(identity);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(name.length);
  return Buffer.concat([Buffer.from('\0nodejs:tls:session:1\0', 'latin1'), length, name, der]);
}
