import type { LogLine } from '../../../../shared/model.ts';
import type { Redact } from '../../log/redaction.ts';

/** Lines kept of each connection: a few connects with everything that was said. */
export const LOG_LINES = 200;

/** Characters kept of each line: enough for a CAPABILITY list, no matter what a server sends. */
export const LOG_LINE_LENGTH = 600;

const CONTROL_CHARACTERS = /\p{Cc}+/gu;

/** What happened on a watched mailbox's connections, newest at the end, bounded, no secrets in it. */
export class ConnectionLog {
  readonly #lines: LogLine[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(text: string, redact?: Redact): void {
    // Redacted first: a secret cut in half would no longer be found.
    const bounded = (redact?.(text) ?? text).slice(0, LOG_LINE_LENGTH * 4);
    const clean = bounded.replaceAll(CONTROL_CHARACTERS, ' ').trimEnd();
    const line = clean.length > LOG_LINE_LENGTH ? `${clean.slice(0, LOG_LINE_LENGTH)} …` : clean;
    this.#lines.push({ at: this.#now(), text: line });
    if (this.#lines.length > LOG_LINES) this.#lines.shift();
  }

  /** Oldest first. */
  lines(): readonly LogLine[] {
    return [...this.#lines];
  }
}
