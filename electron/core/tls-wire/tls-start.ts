/**
 * Finds where TLS begins on one leg of a connection. With STARTTLS or STLS text comes before it, in
 * lines, and no word of it has to be understood: TLS begins where a line would start with a record's
 * first two bytes. What the lines say is neither kept nor looked at.
 */
import { RECORD } from './records.ts';

const NEWLINE = 10;
const MAJOR_VERSION = 3;

export class TlsStart {
  /** Whether text came. */
  hasText = false;
  readonly #types: readonly number[];
  #isAtLineStart = true;
  /** The last byte that came, where a line starts with it and it may be a record's first one. */
  #held: number | null = null;

  /** @param mayAlert whether an alert may come first, as from a server that refuses a ClientHello */
  constructor(mayAlert: boolean) {
    this.#types = mayAlert ? [RECORD.handshake, RECORD.alert] : [RECORD.handshake];
  }

  /** @returns what of all that came belongs to TLS, from its first byte; `null` while nothing does */
  find(chunk: Uint8Array): Uint8Array | null {
    if (chunk.length === 0) return null;
    const held = this.#held;
    this.#held = null;
    if (held !== null) {
      if (chunk[0] === MAJOR_VERSION) return Buffer.concat([Buffer.of(held), chunk]);
      this.hasText = true;
    }
    let at = this.#isAtLineStart ? 0 : afterNewline(chunk, 0);
    // Should it turn out to be no TLS, the text goes on with this line.
    this.#isAtLineStart = false;
    while (at < chunk.length) {
      if (this.#types.includes(chunk[at] ?? 0)) {
        const isLast = at + 1 === chunk.length;
        if (isLast || chunk[at + 1] === MAJOR_VERSION) {
          if (at > 0) this.hasText = true;
          if (!isLast) return chunk.subarray(at);
          this.#held = chunk[at] ?? null;
          return null;
        }
      }
      at = afterNewline(chunk, at);
    }
    this.hasText = true;
    this.#isAtLineStart = chunk.at(-1) === NEWLINE;
    return null;
  }
}

/** Where the next line starts; the chunk's length where it ends first. */
function afterNewline(chunk: Uint8Array, from: number): number {
  const found = chunk.indexOf(NEWLINE, from);
  return found < 0 ? chunk.length : found + 1;
}
