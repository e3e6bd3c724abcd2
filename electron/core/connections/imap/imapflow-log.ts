/**
 * Turns imapflow's log entries into lines for people, and finds in them what imapflow tells nowhere
 * else: which command is under way and what was answered to it, with which BYE the server went, and
 * what a server that does not speak IMAP said.
 */
import type { Logger } from 'imapflow';
import { isSignIn } from '../../failures/index.ts';

/** What a log entry is about. */
export interface ImapflowLogListener {
  /** A line for the log; secrets that a server repeats may still be in it. */
  line(text: string): void;
  /** The server sent something. */
  heard(): void;
  /** A command is on its way, such as `NAMESPACE`. */
  sent(command: string): void;
  /** The answer to it, without its tag, such as `NO [UNAVAILABLE] Try later`. */
  answered(line: string): void;
  /** The server waits for the rest of a command; where that is IDLE, it idles. */
  continued(): void;
  /** The first line that the server sent. */
  firstLine(text: string): void;
  /** The server sent a line that cannot be read as IMAP. */
  unreadable(): void;
  /** Such as `BYE [UNAVAILABLE] Try later`, as it came. */
  bye(text: string): void;
  /** What the server wants people to see, without its codes; never empty. */
  alert(text: string): void;
  /** The server asks to be left alone; imapflow would wait before it says so. */
  throttled(error: unknown): void;
}

const HIDDEN = '(hidden)';

/** Servers put it behind other codes as well, of which imapflow reads the first one alone. */
const ALERT = /^\S+ (?:OK|NO|BAD|BYE|PREAUTH) (?:\[[^\]]*\] ?)*?\[ALERT\] *(\S.*)/isu;

/** A logger for imapflow. It takes `debug` and above; the lines that were sent and received are `debug`. */
export function imapflowLogger(listener: ImapflowLogListener): Logger {
  // From LOGIN or AUTHENTICATE until its tagged answer: what the client sends then is a secret.
  let signInTag: string | null = null;
  let latestTag: string | null = null;
  let heardServer = false;

  const sent = (message: string): void => {
    const [, tag, command] = /^([0-9A-F]+) ([A-Z]+)/.exec(message) ?? [];
    if (tag !== undefined && command !== undefined) {
      latestTag = tag;
      listener.sent(command);
    }
    if (tag !== undefined && isSignIn(command)) {
      signInTag = tag;
      listener.line(`C: ${tag} ${command} ${HIDDEN}`);
    } else {
      listener.line(`C: ${signInTag === null ? message : HIDDEN}`);
    }
  };

  const received = (message: string): void => {
    listener.heard();
    if (!heardServer) {
      heardServer = true;
      listener.firstLine(message);
    }
    const [, tag, rest] = /^(\S+) (.*)/su.exec(message) ?? [];
    if (rest !== undefined && (tag === '*' || tag === latestTag)) {
      if (/^BYE\b/i.test(rest)) listener.bye(rest);
      else if (tag === latestTag) listener.answered(rest);
    }
    const [, alert] = ALERT.exec(message) ?? [];
    if (alert !== undefined) listener.alert(alert);
    if (message.startsWith('+')) listener.continued();
    const isChallenge = signInTag !== null && message.startsWith('+');
    if (signInTag !== null && message.startsWith(`${signInTag} `)) signInTag = null;
    listener.line(`S: ${isChallenge ? `+ ${HIDDEN}` : message}`);
  };

  const traffic = (entry: unknown): boolean => {
    const source = field(entry, 'src');
    const message = field(entry, 'msg');
    if (typeof message !== 'string') return false;
    if (source === 'c') sent(message);
    else if (source === 's') received(message);
    else return false;
    return true;
  };

  const trouble = (entry: unknown): void => {
    const error = field(entry, 'err');
    if (field(error, 'code') === 'ETHROTTLE') listener.throttled(error);
    if (traffic(entry)) {
      // With an error, it is a line that imapflow skips.
      if (field(entry, 'src') === 's' && error !== undefined) listener.unreadable();
      return;
    }
    const parts = [field(entry, 'msg'), field(error, 'message')];
    const text = parts.filter((part) => typeof part === 'string').join(': ');
    if (text !== '') listener.line(`! ${text}`);
  };

  return {
    debug: (entry) => {
      traffic(entry);
    },
    info: ignore,
    warn: trouble,
    error: trouble,
    fatal: trouble,
  };
}

/** Below `warn` only what was sent and received is of interest. */
function ignore(): void {}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
