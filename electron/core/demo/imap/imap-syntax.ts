/**
 * The arguments of an IMAP command (RFC 3501 §9): atoms, quoted strings and lists. Literals have
 * become quoted strings by then, see `command-reader.ts`.
 */
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
