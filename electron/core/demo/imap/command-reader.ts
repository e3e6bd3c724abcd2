import type { Duplex } from 'node:stream';
import { quote } from './imap-syntax.ts';
import { readable } from '../readable.ts';

/** The longest line of a command, literals apart (RFC 7162 §4 asks servers for at least 8192). */
const MAX_LINE_BYTES = 8 * 1024;
/** The longest literal; no command that is understood here needs more. */
const MAX_LITERAL_BYTES = 64 * 1024;

/** A client sent more than is taken. */
export class TooLongError extends Error {
  override readonly name = 'TooLongError';
}

/**
 * Reads lines and commands from a connection, and nothing beyond them: what follows stays with the
 * stream, or is in {@link CommandReader.hasMore}. Everything gives `null` once the stream ended,
 * and throws {@link TooLongError} for lines and literals over the limits.
 */
export class CommandReader {
  readonly #stream: Duplex;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(stream: Duplex) {
    this.#stream = stream;
  }

  /** The client has sent more than the lines that were read. */
  get hasMore(): boolean {
    return this.#buffer.length > 0 || this.#stream.readableLength > 0;
  }

  /** The next line without its end. */
  async line(): Promise<string | null> {
    for (;;) {
      const end = this.#buffer.indexOf('\n');
      if ((end === -1 ? this.#buffer.length : end) > MAX_LINE_BYTES) {
        throw new TooLongError('Line too long');
      }
      if (end !== -1) {
        return this.#take(end + 1)
          .toString('utf8')
          .replace(/\r?\n$/, '');
      }
      if (!(await this.#more())) return null;
    }
  }

  /** The next command in one line: each literal in it (RFC 3501 §4.3, RFC 7888) is quoted. */
  async command(): Promise<string | null> {
    let command = '';
    for (;;) {
      const line = await this.line();
      if (line === null) return null;
      const literal = /\{(\d{1,10})(\+?)\}$/.exec(line);
      if (literal === null) return command + line;
      const length = Number(literal[1]);
      if (length > MAX_LITERAL_BYTES || command.length + length > MAX_LITERAL_BYTES) {
        throw new TooLongError('Literal too long');
      }
      if (literal[2] === '') this.#stream.write('+ Ready for the literal\r\n');
      while (this.#buffer.length < length) if (!(await this.#more())) return null;
      command += line.slice(0, literal.index) + quote(this.#take(length).toString('utf8'));
    }
  }

  #take(length: number): Buffer {
    const taken = this.#buffer.subarray(0, length);
    this.#buffer = this.#buffer.subarray(length);
    return taken;
  }

  async #more(): Promise<boolean> {
    if (!(await readable(this.#stream))) return false;
    const chunk = this.#stream.read() as Buffer | null;
    if (chunk !== null) this.#buffer = Buffer.concat([this.#buffer, chunk]);
    return true;
  }
}
