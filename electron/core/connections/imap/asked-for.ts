/**
 * Which of a server's responses were asked for. The others are never handed to imapflow: it has a
 * handler for each, whose work may be out of all proportion to the line. `* VANISHED 1:4294967295`,
 * thirty bytes, is four thousand million events.
 */

/** What becomes of a response. */
export type Verdict =
  /** It is handed on. */
  | 'pass'
  /** As `pass`; where it is too long, its beginning is: a status with words for people. */
  | 'pass-shortened'
  /** It is left out. */
  | 'drop';

/** Untagged responses that each command of ours is answered with (RFC 3501 §7, RFC 2971, RFC 2342). */
const ANSWERS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['CAPABILITY', new Set(['CAPABILITY'])],
  // Many servers tell their new capabilities unasked.
  ['LOGIN', new Set(['CAPABILITY'])],
  ['AUTHENTICATE', new Set(['CAPABILITY'])],
  ['ID', new Set(['ID'])],
  ['NAMESPACE', new Set(['NAMESPACE'])],
  ['LIST', new Set(['LIST'])],
  ['XLIST', new Set(['XLIST'])],
  ['EXAMINE', new Set(['FLAGS'])],
]);

/** What the count of messages is made of, once a mailbox was asked for. */
const COUNTING = /^\* \d{1,10} (?:EXISTS|EXPUNGE|RECENT)\s*$/i;
/** How much of a response is needed to know it. */
export const HEAD_BYTES = 64;
/**
 * Names that one list may have, and their bytes with what stands around them: more than anybody
 * chooses from. The rest is left out.
 */
export const MOST_NAMES = 10_000;
export const MOST_NAME_BYTES = 1_048_576;

/** Follows what the client sends, and judges what the server sends by it. */
export class AskedFor {
  /** The command that waits for its answer: imapflow has one on the way at a time. */
  #open: { readonly tag: string; readonly command: string } | null = null;
  #hasGreeted = false;
  #hasMailbox = false;
  /** A `+` may come: once for each thing that was sent. */
  #mayContinue = false;
  #names = 0;
  #nameBytes = 0;
  #namesLeftOut = 0;

  /** Names that the latest LIST had beyond {@link MOST_NAMES} or {@link MOST_NAME_BYTES}. */
  get namesLeftOut(): number {
    return this.#namesLeftOut;
  }

  /** The client sends a command, or goes on with one. */
  sent(bytes: Buffer): void {
    this.#mayContinue = true;
    const [, tag, command] =
      /^([0-9A-F]+) ([A-Z]+)/.exec(bytes.toString('latin1', 0, HEAD_BYTES)) ?? [];
    if (tag === undefined || command === undefined) return;
    this.#open = { tag, command };
    if (command === 'EXAMINE') this.#hasMailbox = true;
    if (command !== 'LIST' && command !== 'XLIST') return;
    this.#names = 0;
    this.#nameBytes = 0;
    this.#namesLeftOut = 0;
  }

  /**
   * Judges a response, once: what it answers is answered then.
   *
   * @param head its first {@link HEAD_BYTES} at least, or all of its first line
   * @param size its bytes, all of them
   */
  judge(head: string, size: number): Verdict {
    // imapflow reads past NULs at the beginning, which broken servers send.
    const text = head.replace(/^\0+/, '');
    if (/^\s*$/.test(text)) return 'drop';
    if (!this.#hasGreeted) {
      this.#hasGreeted = true;
      return 'pass-shortened';
    }
    if (/^\+(?:\s|$)/.test(text)) {
      const verdict = this.#mayContinue ? 'pass' : 'drop';
      this.#mayContinue = false;
      return verdict;
    }
    if (text.startsWith('* ')) return this.#judgeUntagged(text, size);
    const [word = ''] = /^\S+/.exec(text) ?? [];
    if (word === this.#open?.tag) {
      this.#open = null;
      return 'pass-shortened';
    }
    // Without any tag it is for the command on the way; with another one, for none that was sent.
    const isForNone = !/^(?:NO|BAD)$/i.test(word) && /^\S+ (?:OK|NO|BAD|BYE)\b/i.test(text);
    return isForNone ? 'drop' : 'pass-shortened';
  }

  #judgeUntagged(text: string, size: number): Verdict {
    if (COUNTING.test(text)) return this.#hasMailbox ? 'pass' : 'drop';
    const [, name = ''] = /^\* ([A-Z]+)(?=\s|$)/i.exec(text) ?? [];
    const word = name.toUpperCase();
    if (/^(?:OK|NO|BAD|BYE|PREAUTH)$/.test(word)) return 'pass-shortened';
    if (!(ANSWERS.get(this.#open?.command ?? '')?.has(word) ?? false)) return 'drop';
    return word === 'LIST' || word === 'XLIST' ? this.#judgeName(size) : 'pass';
  }

  #judgeName(size: number): Verdict {
    this.#names += 1;
    this.#nameBytes += size;
    if (this.#names <= MOST_NAMES && this.#nameBytes <= MOST_NAME_BYTES) return 'pass';
    this.#namesLeftOut += 1;
    return 'drop';
  }
}
