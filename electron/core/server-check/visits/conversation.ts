/**
 * What is said to a mail server: as little as can be, and never anything about a login. RFC 3501
 * (IMAP), RFC 5321 and 3207 (SMTP), RFC 1939 and 2595 (POP3).
 */
import type { MailProtocol } from '../../../../shared/check.ts';
import { CheckFailure, type StepName } from '../../failures/index.ts';
import { MAX_REPLY_LINES } from './limits.ts';
import type { ReplyReader } from './reply-reader.ts';

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
