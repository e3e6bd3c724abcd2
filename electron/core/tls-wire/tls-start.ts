/**
 * Finds where TLS begins on one leg of a connection. With STARTTLS or STLS text comes before it, in
 * lines, and no word of it has to be understood: TLS begins where a line would start with a record's
 * first two bytes, and goes on as a hello does. What the lines say is neither kept nor looked at.
 */
import { Gatherer } from './bytes.ts';
import { RECORD } from './records.ts';

const NEWLINE = 10;
const MAJOR_VERSION = 3;
/** Lines that begin as TLS does and are none; beyond these it is not looked for any more. */
const MOST_FALSE_STARTS = 16;
/** Kept until it is known to be TLS: more than the longest hello that is read, in its records. */
const MOST_DOUBTED_BYTES = 96 * 1024;

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

  /** What was found, as long as it may turn out to be text. */
  readonly #doubted = new Gatherer();
  #state: 'looks' | 'doubts' | 'knows' | 'gave up' = 'looks';
  #falseStarts = 0;

  /** @returns what of this belongs to TLS, with what was held back before it; `null` where nothing does */
  find(chunk: Uint8Array): Uint8Array | null {
    switch (this.#state) {
      case 'gave up':
        return null;
      case 'knows':
        return chunk;
      case 'doubts':
        this.#keep(chunk);
        return chunk;
      case 'looks':
        return this.#look(chunk);
    }
  }

  /** What was found is TLS. */
  isKnown(): void {
    this.#state = 'knows';
    this.#doubted.take();
  }

  /** What was found is none: it is a line of text, and others may follow. @returns as {@link find} */
  findAgain(): Uint8Array | null {
    const bytes = this.#doubted.take();
    this.#falseStarts += 1;
    const isEnough = this.#state === 'knows' || this.#falseStarts > MOST_FALSE_STARTS;
    this.#state = isEnough ? 'gave up' : 'looks';
    this.hasText = true;
    this.#isAtLineStart = false;
    return this.find(bytes);
  }

  #keep(chunk: Uint8Array): void {
    this.#state = 'doubts';
    this.#doubted.add(chunk);
    // So much is not looked through again.
    if (this.#doubted.length > MOST_DOUBTED_BYTES) this.isKnown();
  }

  #look(chunk: Uint8Array): Uint8Array | null {
    const found = this.#search(chunk);
    if (found !== null) this.#keep(found);
    return found;
  }

  #search(chunk: Uint8Array): Uint8Array | null {
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
