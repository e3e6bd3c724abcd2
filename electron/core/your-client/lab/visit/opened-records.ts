/**
 * Opens the records of a TLS 1.3 connection with the server's own secrets (RFC 8446 §5.2, §7): which
 * tickets went out, and how the client took its leave. Nothing of what is said inside is kept. Bounded
 * in memory by a few records of each side.
 */
import { createDecipheriv, createHmac, type CipherGCMTypes } from 'node:crypto';
import { Reader } from '../../../tls-wire/index.ts';

type Side = 'client' | 'server';
type Hash = 'sha256' | 'sha384';

/** Who hears what was inside. */
export interface OpenedSink {
  /** A NewSessionTicket of the server (RFC 8446 §4.6.1). */
  ticket(ticket: Uint8Array, lifetimeSeconds: number): void;
  /** An alert that was encrypted; 0 is close_notify. */
  alert(from: Side, description: number): void;
  /** The client said something that is none of TLS. */
  spoken(): void;
}

interface Suite {
  readonly cipher: CipherGCMTypes | 'chacha20-poly1305';
  readonly keyBytes: number;
  readonly hash: Hash;
}

/** All that OpenSSL offers by itself under TLS 1.3, by IANA's numbers. */
const SUITES: Readonly<Record<number, Suite>> = {
  0x1301: { cipher: 'aes-128-gcm', keyBytes: 16, hash: 'sha256' },
  0x1302: { cipher: 'aes-256-gcm', keyBytes: 32, hash: 'sha384' },
  0x1303: { cipher: 'chacha20-poly1305', keyBytes: 32, hash: 'sha256' },
};

const HEADER_BYTES = 5;
const TAG_BYTES = 16;
const IV_BYTES = 12;
const MAX_RECORD_BYTES = 2 ** 14 + 256;
const TYPE = { alert: 21, handshake: 22, applicationData: 23 } as const;
const MESSAGE = { newSessionTicket: 4, finished: 20, keyUpdate: 24 } as const;
/** A certificate's chain is far below; a message that is longer is none of ours. */
const MAX_MESSAGE_BYTES = 64 * 1024;
/** Records that wait for a secret, such as a client's that come with its ClientHello. */
const MOST_WAITING = 64;

/** As an NSS key log names the secrets. */
const LABELS: Readonly<Record<string, readonly [Side, 'handshake' | 'traffic']>> = {
  CLIENT_HANDSHAKE_TRAFFIC_SECRET: ['client', 'handshake'],
  SERVER_HANDSHAKE_TRAFFIC_SECRET: ['server', 'handshake'],
  CLIENT_TRAFFIC_SECRET_0: ['client', 'traffic'],
  SERVER_TRAFFIC_SECRET_0: ['server', 'traffic'],
};

export class OpenedRecords {
  readonly #sides: Readonly<Record<Side, OpenedSide>>;

  /** @param suite the cipher suite that the server chose; `null` until it has */
  constructor(sink: OpenedSink, suite: () => number | null) {
    const side = (name: Side): OpenedSide => new OpenedSide(name, sink, suite);
    this.#sides = { client: side('client'), server: side('server') };
  }

  /** What a side sent, from the first byte of TLS on, in whatever pieces. */
  push(side: Side, chunk: Uint8Array): void {
    this.#sides[side].push(chunk);
  }

  /** A line of the server's key log. */
  secret(line: Buffer): void {
    const [label = '', , secret = ''] = line.toString('latin1').trim().split(' ');
    const place = LABELS[label];
    if (place === undefined) return;
    this.#sides[place[0]].secret(place[1], Buffer.from(secret, 'hex'));
  }
}

class OpenedSide {
  readonly #side: Side;
  readonly #sink: OpenedSink;
  readonly #suite: () => number | null;
  readonly #secrets: Partial<Record<'handshake' | 'traffic', Buffer>> = {};
  #phase: 'handshake' | 'traffic' = 'handshake';
  #keys: TrafficKeys | null = null;
  #bytes: Buffer = Buffer.alloc(0);
  #waiting: Buffer[] = [];
  #messages: Buffer = Buffer.alloc(0);
  #isOver = false;

  constructor(side: Side, sink: OpenedSink, suite: () => number | null) {
    this.#side = side;
    this.#sink = sink;
    this.#suite = suite;
  }

  push(chunk: Uint8Array): void {
    if (this.#isOver) return;
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    while (this.#bytes.length >= HEADER_BYTES) {
      const length = this.#bytes.readUInt16BE(3);
      if (length > MAX_RECORD_BYTES) {
        this.#stop();
        return;
      }
      if (this.#bytes.length < HEADER_BYTES + length) break;
      const record = this.#bytes.subarray(0, HEADER_BYTES + length);
      this.#bytes = this.#bytes.subarray(record.length);
      // The others are in the clear: a handshake's first messages, and what is left of its old form.
      if (record[0] === TYPE.applicationData) this.#waiting.push(record);
    }
    this.#openWaiting();
    if (this.#waiting.length > MOST_WAITING) this.#stop();
  }

  secret(phase: 'handshake' | 'traffic', secret: Buffer): void {
    this.#secrets[phase] = secret;
    this.#openWaiting();
  }

  #openWaiting(): void {
    for (;;) {
      const [record] = this.#waiting;
      if (record === undefined) return;
      this.#keys ??= this.#keysOf(this.#secrets[this.#phase]);
      if (this.#keys === null) return;
      this.#waiting.shift();
      const inner = this.#keys.open(record);
      // Early data that the server passes over (RFC 8446 §4.2.10).
      if (inner === null) continue;
      this.#read(inner);
    }
  }

  #keysOf(secret: Buffer | undefined): TrafficKeys | null {
    const suite = SUITES[this.#suite() ?? 0];
    return secret === undefined || suite === undefined ? null : new TrafficKeys(secret, suite);
  }

  /** What was inside of a record: content, then its type, then zeros. */
  #read(inner: Buffer): void {
    const end = inner.findLastIndex((byte) => byte !== 0);
    const content = inner.subarray(0, Math.max(0, end));
    const type = inner[end];
    if (type === TYPE.applicationData) {
      if (this.#side === 'client' && content.length > 0) this.#sink.spoken();
    } else if (type === TYPE.alert) {
      this.#sink.alert(this.#side, content[1] ?? 0);
    } else if (type === TYPE.handshake) {
      this.#messages = Buffer.concat([this.#messages, content]);
      this.#readMessages();
    }
  }

  #readMessages(): void {
    while (this.#messages.length >= 4) {
      const length = this.#messages.readUIntBE(1, 3);
      if (length > MAX_MESSAGE_BYTES) {
        this.#stop();
        return;
      }
      if (this.#messages.length < 4 + length) return;
      const type = this.#messages[0];
      const body = this.#messages.subarray(4, 4 + length);
      this.#messages = this.#messages.subarray(4 + length);
      if (type === MESSAGE.newSessionTicket) this.#readTicket(body);
      else if (type === MESSAGE.keyUpdate) this.#keys = this.#keys?.next() ?? null;
      else if (type === MESSAGE.finished) {
        this.#phase = 'traffic';
        this.#keys = null;
      }
    }
  }

  #readTicket(body: Buffer): void {
    if (this.#side !== 'server' || body.length < 8) return;
    const reader = new Reader(body.subarray(8)); // ticket_lifetime, ticket_age_add
    reader.vector(1); // ticket_nonce
    const ticket = reader.vector(2);
    if (ticket.length > 0) this.#sink.ticket(ticket, body.readUInt32BE(0));
  }

  #stop(): void {
    this.#isOver = true;
    this.#waiting = [];
    this.#bytes = Buffer.alloc(0);
    this.#messages = Buffer.alloc(0);
  }
}

/** Key, nonce and number of the records of one side. */
class TrafficKeys {
  readonly #secret: Buffer;
  readonly #suite: Suite;
  readonly #key: Buffer;
  readonly #iv: Buffer;
  #number = 0n;

  constructor(secret: Buffer, suite: Suite) {
    this.#secret = secret;
    this.#suite = suite;
    this.#key = expand(suite.hash, secret, 'key', suite.keyBytes);
    this.#iv = expand(suite.hash, secret, 'iv', IV_BYTES);
  }

  /** @returns `null` for a record that was not sealed with these */
  open(record: Buffer): Buffer | null {
    const nonce = Buffer.from(this.#iv);
    nonce.writeBigUInt64BE(nonce.readBigUInt64BE(4) ^ this.#number, 4);
    const header = record.subarray(0, HEADER_BYTES);
    const sealed = record.subarray(HEADER_BYTES, -TAG_BYTES);
    // The types of Node know one kind at a time; both are called alike.
    const decipher = createDecipheriv(this.#suite.cipher as CipherGCMTypes, this.#key, nonce, {
      authTagLength: TAG_BYTES,
    });
    try {
      decipher.setAAD(header).setAuthTag(record.subarray(-TAG_BYTES));
      const inner = Buffer.concat([decipher.update(sealed), decipher.final()]);
      this.#number += 1n;
      return inner;
    } catch {
      // The tag does not fit.
      return null;
    }
  }

  /** RFC 8446 §7.2. */
  next(): TrafficKeys {
    const { hash } = this.#suite;
    const secret = expand(hash, this.#secret, 'traffic upd', this.#secret.length);
    return new TrafficKeys(secret, this.#suite);
  }
}

/** HKDF-Expand-Label with no context (RFC 8446 §7.1), for no more than one block. */
function expand(hash: Hash, secret: Buffer, label: string, bytes: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`, 'latin1');
  const info = Buffer.concat([Buffer.of(0, bytes, name.length), name, Buffer.of(0, 1)]);
  return createHmac(hash, secret).update(info).digest().subarray(0, bytes);
}
