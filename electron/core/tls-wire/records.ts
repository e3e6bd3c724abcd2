/**
 * Takes one leg of a TLS connection apart, in whatever pieces it comes (RFC 8446 §5.1, RFC 5246
 * §6.2.1): handshake messages, which may span records, alerts, and the headers of everything else.
 * What is encrypted is only counted. Time is bounded by the bytes that came, memory by one message.
 */
import { Gatherer, uint16 } from './bytes.ts';

export const RECORD = {
  changeCipherSpec: 20,
  alert: 21,
  handshake: 22,
  applicationData: 23,
} as const;
/** RFC 6520. */
const HEARTBEAT = 24;

export const MESSAGE = {
  clientHello: 1,
  serverHello: 2,
  newSessionTicket: 4,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateStatus: 22,
} as const;

const RECORD_HEADER_BYTES = 5;
const MESSAGE_HEADER_BYTES = 4;
/** RFC 5246 §6.2.3: what encryption and compression may add is in it. */
const MAX_RECORD_BYTES = 2 ** 14 + 2048;
/** Far above any real hello or ticket (some 2 kB): bounds what is kept of a peer's bytes. */
const MAX_KEPT_BYTES = 64 * 1024;

/** Who hears what a leg says; each call before the next record is looked at. */
export interface RecordSink {
  /** The header of a record; its length is that of what follows it. */
  record(type: number, length: number): void;
  /**
   * A handshake message in the clear begins. It is kept until it is whole, or passed over, however
   * long it is; `stop` where it cannot be meant.
   */
  begins(messageType: number): 'keep' | 'skip' | 'stop';
  /** One that was kept is whole. */
  message(type: number, body: Uint8Array): void;
  /** An alert in the clear (RFC 8446 §6). */
  alert(level: number, description: number): void;
  /** What comes is no TLS, and nothing more of this leg is looked at. */
  garbage(): void;
}

/** A handshake message of which something is still to come. */
interface MessageUnderWay {
  readonly type: number;
  readonly isKept: boolean;
  left: number;
}

export class RecordReader {
  /** From now on handshake messages and alerts are encrypted. */
  isEncrypted = false;
  readonly #sink: RecordSink;
  readonly #header = new Uint8Array(RECORD_HEADER_BYTES);
  /** Bytes of the header under way that have come. */
  #headed = 0;
  readonly #message = new Gatherer();
  /** `null` where none is. */
  #under: MessageUnderWay | null = null;
  #type = 0;
  /** Bytes of the record under way that have not come. */
  #left = 0;
  readonly #alert = new Gatherer();
  #isOver = false;

  constructor(sink: RecordSink) {
    this.#sink = sink;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && !this.#isOver) {
      if (this.#left === 0) {
        at += this.#readHeader(chunk, at);
        continue;
      }
      const part = chunk.subarray(at, at + this.#left);
      at += part.length;
      this.#left -= part.length;
      if (this.isEncrypted) continue;
      if (this.#type === RECORD.handshake) this.#readMessages(part);
      else if (this.#type === RECORD.alert) this.#readAlert(part);
    }
  }

  /** Looks at nothing more of this leg. */
  stop(): void {
    this.#isOver = true;
  }

  /** @returns how many bytes it took */
  #readHeader(chunk: Uint8Array, at: number): number {
    const piece = chunk.subarray(at, at + RECORD_HEADER_BYTES - this.#headed);
    this.#header.set(piece, this.#headed);
    this.#headed += piece.length;
    const [type = 0, major] = this.#header;
    // What is there of it must fit, so plain text is told from TLS at once.
    const isOther = type < RECORD.changeCipherSpec || type > HEARTBEAT;
    if (isOther || (this.#headed > 1 && major !== 3)) {
      this.#giveUp();
    } else if (this.#headed === RECORD_HEADER_BYTES) {
      this.#headed = 0;
      this.#begin(type, uint16(this.#header, 3));
    }
    return piece.length;
  }

  #begin(type: number, length: number): void {
    // Only records of application data may be empty (RFC 5246 §6.2.1).
    const mayBeEmpty = type === RECORD.applicationData || this.isEncrypted;
    if (length > MAX_RECORD_BYTES || (length === 0 && !mayBeEmpty)) {
      this.#giveUp();
      return;
    }
    this.#type = type;
    this.#left = length;
    this.#sink.record(type, length);
  }

  #readMessages(part: Uint8Array): void {
    let at = 0;
    while (at < part.length && !this.#isOver) {
      if (this.#under === null) {
        const piece = part.subarray(at, at + MESSAGE_HEADER_BYTES - this.#message.length);
        this.#message.add(piece);
        at += piece.length;
        if (this.#message.length === MESSAGE_HEADER_BYTES) this.#beginMessage(this.#message.take());
        continue;
      }
      const piece = part.subarray(at, at + this.#under.left);
      at += piece.length;
      this.#under.left -= piece.length;
      if (this.#under.isKept) this.#message.add(piece);
      if (this.#under.left === 0) this.#endMessage(this.#under);
    }
  }

  #beginMessage(header: Uint8Array): void {
    const [type = 0, high = 0] = header;
    const length = high * 0x1_00_00 + uint16(header, 2);
    const what = this.#sink.begins(type);
    if (what === 'stop' || (what === 'keep' && length > MAX_KEPT_BYTES)) {
      this.#giveUp();
      return;
    }
    this.#under = { type, isKept: what === 'keep', left: length };
    if (length === 0) this.#endMessage(this.#under);
  }

  #endMessage({ type, isKept }: MessageUnderWay): void {
    this.#under = null;
    if (isKept) this.#sink.message(type, this.#message.take());
  }

  #readAlert(part: Uint8Array): void {
    this.#alert.add(part);
    if (this.#left > 0) return;
    const [level = 0, description = 0, ...more] = this.#alert.take();
    if (more.length === 0) this.#sink.alert(level, description);
  }

  #giveUp(): void {
    this.stop();
    this.#sink.garbage();
  }
}
