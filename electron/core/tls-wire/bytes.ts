/** Bytes of a peer: read within their bounds, and gathered while they come. */

const FIRST_ROOM = 256;

/** Reads on from where it is; past the end it gives nothing and remembers that it failed. */
export class Reader {
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

  /** The numbers of all that is left, each `width` bytes wide; half of one at the end is none. */
  numbers(width: 1 | 2): readonly number[] {
    const numbers: number[] = [];
    while (this.left >= width) numbers.push(this.number(width));
    return numbers;
  }
}

/** Bytes that come in pieces. Its room grows with what came, never with what a peer announces. */
export class Gatherer {
  length = 0;
  #room: Uint8Array = new Uint8Array();

  /** A copy is kept: a piece may be a view of a much larger buffer. */
  add(piece: Uint8Array): void {
    const needed = this.length + piece.length;
    if (needed > this.#room.length) {
      const room = new Uint8Array(Math.max(needed, 2 * this.#room.length, FIRST_ROOM));
      room.set(this.#room.subarray(0, this.length));
      this.#room = room;
    }
    this.#room.set(piece, this.length);
    this.length = needed;
  }

  /** All of them; its room is let go. */
  take(): Uint8Array {
    const bytes = this.#room.subarray(0, this.length);
    this.#room = new Uint8Array();
    this.length = 0;
    return bytes;
  }
}

export function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 0x1_00 + (bytes[at + 1] ?? 0);
}
