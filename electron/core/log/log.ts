/**
 * The program's own log: one line per entry, secrets removed. What a connection says goes into
 * its own log in `connections/`; this one is for what belongs to no connection.
 */
import { visible } from '../../../shared/visible.ts';
import { redactorFor, SHORTEST_SECRET, type Redact } from './redaction.ts';

/** Takes entries; never throws. */
export interface Log {
  info(text: string): void;
  warn(text: string): void;
  /** `error` is told by name, code, message, stack and causes; none of its other properties. */
  error(text: string, error?: unknown): void;
}

/** Writes each entry to standard error as one line: time (UTC), level, text. */
export function stderrLog(): Log {
  return lineLog(
    (line) => process.stderr.write(line),
    () => new Date(),
  );
}

/** A log of lines, each ended by a newline; what hides in them is shown. */
export function lineLog(write: (line: string) => void, now: () => Date): Log {
  const entry = (level: string, text: string): void => {
    write(`${now().toISOString()} ${level} ${oneLine(text)}\n`);
  };
  return {
    info: (text) => {
      entry('info ', text);
    },
    warn: (text) => {
      entry('warn ', text);
    },
    error: (text, error) => {
      entry('error', withError(text, error));
    },
  };
}

/** Passes entries on to `log` once `redaction` has been over them, errors included. */
export function redactedLog(log: Log, redaction: Redaction): Log {
  return {
    info: (text) => {
      log.info(redaction.apply(text));
    },
    warn: (text) => {
      log.warn(redaction.apply(text));
    },
    error: (text, error) => {
      log.error(redaction.apply(withError(text, error)));
    },
  };
}

/** The passwords known at present, each under a key of its own, and how to take them out of text. */
export class Redaction {
  /** Longest first: a password may be a part of another one. */
  #known: readonly { key: string; secret: string; redact: Redact }[] = [];

  /** From now on `secret` is taken out, in every form that {@link redactorFor} knows. */
  hide(key: string, secret: string): void {
    if (this.#known.some((known) => known.key === key && known.secret === secret)) return;
    this.forget(key);
    if (secret.length < SHORTEST_SECRET) return;
    this.#known = [...this.#known, { key, secret, redact: redactorFor(null, secret) }].sort(
      (a, b) => b.secret.length - a.secret.length,
    );
  }

  /** The secret under `key` is no longer in use. */
  forget(key: string): void {
    this.#known = this.#known.filter((known) => known.key !== key);
  }

  /** `text` with every known secret replaced. */
  apply(text: string): string {
    return this.#known.reduce((clean, { redact }) => redact(clean), text);
  }
}

function withError(text: string, error: unknown): string {
  return error === undefined ? text : `${text}: ${describeError(error)}`;
}

/** How deep causes are followed: a chain may be a circle. */
const MAX_CAUSES = 5;

/** Name, code, message and stack of an error and of its causes; nothing else that it holds. */
function describeError(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return `a thrown ${typeof error}`;
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  const own = `${error.stack ?? `${error.name}: ${error.message}`}${code}`;
  return error.cause === undefined || depth >= MAX_CAUSES
    ? own
    : `${own}; caused by ${describeError(error.cause, depth + 1)}`;
}

/** Line breaks as text, so that nothing can forge an entry, and so is what hides in one. */
function oneLine(text: string): string {
  const line = text
    .replaceAll(/\s*[\n\r\u2028\u2029]\s*/g, ' | ')
    .replaceAll(
      /\p{Cc}/gu,
      (char) => `\\x${(char.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`,
    );
  return visible(line);
}
