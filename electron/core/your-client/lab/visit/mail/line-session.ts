/** What SMTP and POP3 have in common: a line from the client, an answer, and so on. */
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import {
  CommandReader,
  TooLongError,
  type Layer,
  type SessionEnd,
} from '../../../../demo/index.ts';

/** How the lab's servers call themselves. */
export const SOFTWARE = 'Reprise lab';

/** One connection, and what is known of its client so far. */
export interface Conversation {
  readonly layer: Layer;
  hasSignedIn: boolean;
  /** Set by a command that is the last one. */
  end: SessionEnd | null;
  /** The client sent more than it had to wait for. */
  readonly hasMore: boolean;
  /** @returns the next line; `null` where the client is gone */
  readonly line: () => Promise<string | null>;
  readonly say: (text: string) => void;
}

/** A protocol that speaks in lines. */
export interface LineProtocol {
  readonly greeting: string;
  readonly tooLong: string;
  /** Answers a line; says everything by `conversation`. */
  answer(conversation: Conversation, verb: string, rest: string): void | Promise<void>;
}

/** Serves until the end, of which the caller takes care. */
export async function serveLines(
  stream: Duplex,
  layer: Layer,
  protocol: LineProtocol,
): Promise<SessionEnd> {
  const reader = new CommandReader(stream);
  const conversation: Conversation = {
    layer,
    hasSignedIn: false,
    end: null,
    get hasMore() {
      return reader.hasMore;
    },
    line: () => reader.line(),
    say: (text) => {
      if (stream.writable) stream.write(`${text}\r\n`);
    },
  };
  if (layer !== 'tls-after-starttls') conversation.say(protocol.greeting);
  try {
    while (conversation.end === null) {
      const line = await reader.line();
      if (line === null) return 'closed';
      const [, verb = '', rest = ''] = /^(\S*) ?(.*)$/s.exec(line) ?? [];
      await protocol.answer(conversation, verb.toUpperCase(), rest);
      // A client that does not read is not answered on and on.
      if (stream.writableNeedDrain) await drained(stream);
    }
    return conversation.end;
  } catch (error) {
    if (!(error instanceof TooLongError)) throw error;
    conversation.say(protocol.tooLong);
    return 'closed';
  }
}

/** Whether the client has given its credentials, whatever they are; `null` where it is gone. */
export async function readCredentials(
  { line, say }: Conversation,
  mechanism: string,
  initial: string,
  prompt: (base64: string) => string,
): Promise<'taken' | 'cancelled' | 'unknown' | null> {
  const ask = (text: string): Promise<string | null> => {
    say(prompt(Buffer.from(text).toString('base64')));
    return line();
  };
  const wanted = { PLAIN: [''], LOGIN: ['Username:', 'Password:'] }[mechanism];
  if (wanted === undefined) return 'unknown';
  for (const text of wanted.slice(initial === '' ? 0 : 1)) {
    const answer = await ask(text);
    if (answer === null) return null;
    if (answer === '*') return 'cancelled';
  }
  return 'taken';
}

async function drained(stream: Duplex): Promise<void> {
  const waiting = new AbortController();
  const { signal } = waiting;
  await Promise.race([once(stream, 'drain', { signal }), once(stream, 'close', { signal })]).catch(
    () => undefined,
  ); // It broke: that is seen by whoever reads next.
  waiting.abort();
}
