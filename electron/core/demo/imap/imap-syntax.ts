/** What a client sends: lines and literals off the wire, and the commands in them (RFC 3501 §9). */
import type { Duplex, Readable } from 'node:stream';

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

/**
 * Waits until `stream.read()` may give something. `false` when the stream has ended or was closed
 * and will give nothing any more. Leaves no listener behind, so that the bytes after what was read
 * can be handed to somebody else, such as TLS after STARTTLS.
 */
export function readable(stream: Readable): Promise<boolean> {
  if (stream.readableLength > 0) return Promise.resolve(true);
  if (stream.readableEnded || stream.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    const settle = (): void => {
      stream.off('readable', settle).off('end', settle).off('close', settle);
      // At the end `readable` comes with nothing to read.
      resolve(stream.readableLength > 0);
    };
    stream.on('readable', settle).on('end', settle).on('close', settle);
  });
}

/** An argument of a command: an atom, a quoted string or a list. Literals are quoted strings by now. */
export type Argument = string | readonly Argument[];

/** One command as a client sent it. */
export interface Command {
  readonly tag: string;
  /** In upper case. */
  readonly name: string;
  /** `null` where they could not be read. */
  readonly arguments: readonly Argument[] | null;
}

/** Reads a command line; `null` where it has no tag or no name. */
export function parseCommand(line: string): Command | null {
  const match = /^([^\s(){%*"\\+]+) ([A-Za-z0-9]+)(?: (.*))?$/s.exec(line);
  const [, tag, name, rest = ''] = match ?? [];
  if (tag === undefined || name === undefined) return null;
  return { tag, name: name.toUpperCase(), arguments: parseArguments(rest) };
}

/** A string that IMAP reads back as `text`. */
export function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

const TOKEN = /\s*(?:(\()|(\))|"((?:[^"\\]|\\.)*)"|([^\s()"]+))/sy;

function parseArguments(text: string): readonly Argument[] | null {
  const whole: Argument[] = [];
  const open: Argument[][] = [whole];
  const trimmed = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const match = TOKEN.exec(trimmed);
    const list = open.at(-1);
    if (match === null || list === undefined) return null;
    const [, begin, end, quoted, atom] = match;
    if (begin !== undefined) {
      const inner: Argument[] = [];
      list.push(inner);
      open.push(inner);
    } else if (end === undefined) {
      list.push(quoted === undefined ? (atom ?? '') : quoted.replaceAll(/\\(.)/gs, '$1'));
    } else {
      open.pop();
    }
  }
  return open.length === 1 ? whole : null;
}
