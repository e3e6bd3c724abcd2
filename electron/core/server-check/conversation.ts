/**
 * What is said to a mail server: as little as can be, and never anything about a login. RFC 3501
 * (IMAP), RFC 5321 and 3207 (SMTP), RFC 1939 and 2595 (POP3).
 */
import type { Socket } from 'node:net';
import type { MailProtocol } from '../../../shared/check.ts';
import { CheckFailure, failureOf, type StepName } from '../failures/index.ts';
import { MAX_LINE_LENGTH, MAX_REPLY_LINES, MAX_UNREAD_LENGTH, STEP_LIMITS_MS } from './limits.ts';

/** A connection as this file needs it. */
export interface Line {
  readonly reader: ReplyReader;
  /** Sends a command; the line's end is added. */
  send(command: string): void;
}

/** How to talk to servers of one protocol. Failures are {@link CheckFailure}s. */
export interface Conversation {
  /** Reads the greeting. @returns its text, for the name of the software */
  greeting(line: Line): Promise<string>;
  /** After the greeting, in plain text: asks for TLS. */
  startTls(line: Line, greeting: string): Promise<void>;
  /** Asks the server for its name where it offers that. @returns what it says, or `null` */
  identify(line: Line, greeting: string): Promise<string | null>;
  /** Says goodbye and reads the answer. */
  goodbye(line: Line): Promise<void>;
}

const imap: Conversation = {
  async greeting({ reader }) {
    const line = await reader.line('greeting');
    if (/^\* BYE\b/i.test(line))
      throw new CheckFailure('complaint', 'greeting', { serverLine: line });
    if (!/^\* (OK|PREAUTH)\b/i.test(line))
      throw new CheckFailure('not-mail', 'greeting', { serverLine: line });
    return line;
  },
  async startTls(line) {
    line.send('c1 STARTTLS');
    const reply = await tagged(line, 'c1', 'command');
    if (!/^c1 OK\b/i.test(reply))
      throw new CheckFailure('no-starttls', 'command', { serverLine: reply });
    nothingMore(line);
  },
  async identify(line, greeting) {
    // RFC 2971. Asked only where the greeting offers it: others may take it for abuse.
    if (!/\[CAPABILITY [^\]]*\bID\b/i.test(greeting)) return null;
    line.send('c2 ID NIL');
    let said: string | null = null;
    await tagged(line, 'c2', 'command', (untagged) => {
      if (/^\* ID /i.test(untagged)) said = untagged.slice(5);
    });
    return said;
  },
  async goodbye(line) {
    line.send('c9 LOGOUT');
    await tagged(line, 'c9', 'goodbye');
  },
};

const smtp: Conversation = {
  async greeting({ reader }) {
    return smtpReply(reader, 'greeting', /^220/);
  },
  async startTls(line) {
    // An address literal: a client's name is none of the server's business here.
    line.send('EHLO [127.0.0.1]');
    const offers = await smtpReply(line.reader, 'command', /^250/);
    if (!/^250[- ]STARTTLS\s*$/im.test(offers)) throw new CheckFailure('no-starttls', 'command');
    line.send('STARTTLS');
    const reply = await smtpReply(line.reader, 'command', /^/);
    if (!reply.startsWith('220'))
      throw new CheckFailure('no-starttls', 'command', { serverLine: reply });
    nothingMore(line);
  },
  identify: () => Promise.resolve(null),
  async goodbye(line) {
    line.send('QUIT');
    await smtpReply(line.reader, 'goodbye', /^/);
  },
};

const pop3: Conversation = {
  async greeting({ reader }) {
    const line = await reader.line('greeting');
    if (/^-ERR/i.test(line)) throw new CheckFailure('complaint', 'greeting', { serverLine: line });
    if (!/^\+OK/i.test(line)) throw new CheckFailure('not-mail', 'greeting', { serverLine: line });
    return line;
  },
  async startTls(line) {
    line.send('STLS');
    const reply = await line.reader.line('command');
    if (!/^\+OK/i.test(reply))
      throw new CheckFailure('no-starttls', 'command', { serverLine: reply });
    nothingMore(line);
  },
  identify: () => Promise.resolve(null),
  async goodbye(line) {
    line.send('QUIT');
    await line.reader.line('goodbye');
  },
};

/** The conversation of each protocol. */
export const CONVERSATIONS: Readonly<Record<MailProtocol, Conversation>> = { imap, smtp, pop3 };

async function tagged(
  { reader }: Line,
  tag: string,
  step: StepName,
  onUntagged: (line: string) => void = () => undefined,
): Promise<string> {
  for (let lines = 0; lines < MAX_REPLY_LINES; lines += 1) {
    const line = await reader.line(step);
    if (line.startsWith(`${tag} `)) return line;
    if (step !== 'goodbye' && /^\* BYE\b/i.test(line))
      throw new CheckFailure('complaint', step, { serverLine: line });
    onUntagged(line);
  }
  throw new CheckFailure('not-mail', step);
}

/** All lines of one reply. 421 and 4xx in place of the right code are a complaint. */
async function smtpReply(reader: ReplyReader, step: StepName, right: RegExp): Promise<string> {
  const lines: string[] = [];
  while (lines.length < MAX_REPLY_LINES) {
    const line = await reader.line(step);
    if (!/^\d{3}([- ]|$)/.test(line))
      throw new CheckFailure('not-mail', step, { serverLine: line });
    lines.push(line);
    if (line[3] === '-') continue;
    if (right.test(line)) return lines.join('\n');
    throw new CheckFailure('complaint', step, { serverLine: line });
  }
  throw new CheckFailure('not-mail', step);
}

/** What comes in plain text behind the answer to STARTTLS may be an attacker's (CVE-2011-0411). */
function nothingMore({ reader }: Line): void {
  if (reader.hasMore) throw new CheckFailure('not-tls', 'command');
}

/**
 * Reads lines from a socket. Must be let go with {@link ReplyReader.release} before TLS begins on
 * the same socket.
 */
export class ReplyReader {
  readonly #socket: Socket;
  #text = '';
  #ended: Error | null = null;
  #wake: (() => void) | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', this.#onData);
    socket.on('error', this.#onError);
    socket.on('close', this.#onClose);
    // One that was read from before flows again only where it is told to.
    socket.resume();
  }

  /** Whether something came that was not asked for yet. */
  get hasMore(): boolean {
    return this.#text !== '';
  }

  /**
   * The next line, without its end.
   *
   * @throws CheckFailure when none comes in time, the connection ends, or it has no end
   */
  async line(step: StepName): Promise<string> {
    const limitMs = STEP_LIMITS_MS[step];
    let timeIsUp = false;
    const timer = setTimeout(() => {
      timeIsUp = true;
      this.#wake?.();
    }, limitMs);
    try {
      for (;;) {
        const end = this.#text.indexOf('\n');
        if (end >= 0) {
          const line = this.#text.slice(0, end).replace(/\r$/, '');
          this.#text = this.#text.slice(end + 1);
          if (this.#text.length <= MAX_UNREAD_LENGTH) this.#socket.resume();
          return line;
        }
        if (this.#text.length > MAX_LINE_LENGTH)
          throw new CheckFailure('not-mail', step, { serverLine: this.#text.slice(0, 80) });
        if (this.#ended !== null) {
          // Under TLS 1.3 a server says so only after the handshake.
          const failure = failureOf(this.#ended, step, null);
          if (failure.kind === 'client-certificate') throw failure;
          throw new CheckFailure('closed', step, {
            cause: this.#ended,
            // Said something, but not a line.
            serverLine: this.#text === '' ? null : this.#text.slice(0, 80),
          });
        }
        if (timeIsUp) throw new CheckFailure('timeout', step, { limitMs });
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      clearTimeout(timer);
      this.#wake = null;
    }
  }

  /** Resolves when the connection is over, or `limitMs` have passed. */
  async end(limitMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, limitMs);
    this.#wake = () => {
      if (this.#ended !== null) resolve();
    };
    this.#wake();
    await promise;
    clearTimeout(timer);
    this.#wake = null;
  }

  /** Listens no more. */
  release(): void {
    this.#socket.off('data', this.#onData);
    this.#socket.off('error', this.#onError);
    this.#socket.off('close', this.#onClose);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#text += chunk.toString('latin1');
    if (this.#text.length > MAX_UNREAD_LENGTH) this.#socket.pause();
    this.#wake?.();
  };

  readonly #onError = (error: Error): void => {
    this.#ended ??= error;
    this.#wake?.();
  };

  readonly #onClose = (): void => {
    this.#ended ??= new Error('The server closed the connection.');
    this.#wake?.();
  };
}

/** Each with a version where the greeting has one. */
const GREETINGS: readonly RegExp[] = [
  /\bDovecot\b/i,
  /\bPostfix\b/i,
  /\bExim(?: \d[\w.]*)?/i,
  /\bCyrus(?: IMAP| POP3)?(?: v?\d[\w.]*)?/i,
  /\bCourier(?:-IMAP| Mail Server)?\b/i,
  /\bSendmail(?: \d[\w./]*)?/i,
  /\bStalwart\b/i,
  /\bZimbra\b/i,
  /\bMicrosoft (?:Exchange|ESMTP)\b/i,
  /\bGimap\b/i,
  /\bgsmtp\b/i,
  /\bReprise demo server\b/i,
];

/**
 * The name of a server's software, only from what it says of itself.
 *
 * @param greeting the server's first words
 * @param identity its answer to ID (RFC 2971), such as `("name" "Dovecot" "version" "2.4")`
 */
export function softwareOf(greeting: string, identity: string | null): string | null {
  const field = (name: string): string | null =>
    new RegExp(`"${name}" "([^"]{1,64})"`, 'i').exec(identity ?? '')?.[1] ?? null;
  const name = field('name');
  if (name !== null) return [name, field('version')].filter((part) => part !== null).join(' ');
  for (const pattern of GREETINGS) {
    const found = pattern.exec(greeting)?.[0];
    if (found !== undefined) return found;
  }
  return null;
}
