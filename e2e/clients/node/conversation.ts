/** What the mail programs of this folder say to a server, as far as a login, and how they leave. */
import type { Duplex } from 'node:stream';

export type Protocol = 'imap' | 'smtp' | 'pop3';
export type Way = 'tls' | 'starttls';

interface Words {
  readonly greeting: RegExp;
  /** Each with what ends its answer. */
  readonly beforeTls: readonly (readonly [string, RegExp])[];
  readonly login: readonly (readonly [string, RegExp])[];
  readonly goodbye: readonly [string, RegExp];
}

const WORDS: Readonly<Record<Protocol, Words>> = {
  imap: {
    greeting: /^\* OK .*\r\n/,
    beforeTls: [['a STARTTLS', /^a OK .*\r\n/m]],
    login: [['b LOGIN ann secret', /^b OK .*\r\n/m]],
    goodbye: ['z LOGOUT', /^z OK .*\r\n/m],
  },
  smtp: {
    greeting: /^220 .*\r\n/,
    beforeTls: [
      ['EHLO client.example', /^250 .*\r\n/m],
      ['STARTTLS', /^220 .*\r\n/],
    ],
    login: [
      ['EHLO client.example', /^250 .*\r\n/m],
      [`AUTH PLAIN ${Buffer.from('\0ann\0secret').toString('base64')}`, /^235 .*\r\n/m],
    ],
    goodbye: ['QUIT', /^221 .*\r\n/],
  },
  pop3: {
    greeting: /^\+OK.*\r\n/,
    beforeTls: [['STLS', /^\+OK.*\r\n/]],
    login: [
      ['USER ann', /^\+OK.*\r\n/],
      ['PASS secret', /^\+OK.*\r\n/],
    ],
    goodbye: ['QUIT', /^\+OK.*\r\n/],
  },
};

/** With STARTTLS: everything that is said before TLS. */
export async function askForTls(stream: Duplex, protocol: Protocol): Promise<void> {
  const { greeting, beforeTls } = WORDS[protocol];
  await answer(stream, null, greeting);
  for (const [command, end] of beforeTls) await answer(stream, command, end);
}

/** Within TLS: the greeting, where it comes there, and a login. */
export async function logIn(stream: Duplex, protocol: Protocol, way: Way): Promise<void> {
  const { greeting, login } = WORDS[protocol];
  if (way === 'tls') await answer(stream, null, greeting);
  for (const [command, end] of login) await answer(stream, command, end);
}

export async function sayGoodbye(stream: Duplex, protocol: Protocol): Promise<void> {
  await answer(stream, ...WORDS[protocol].goodbye);
}

/** Rejects where the connection ends before what is waited for has come. */
async function answer(stream: Duplex, command: string | null, end: RegExp): Promise<void> {
  if (command !== null) stream.write(`${command}\r\n`);
  let text = '';
  while (!end.test(text)) {
    const chunk = stream.read() as Buffer | null;
    if (chunk !== null) text += chunk.toString('utf8');
    else if (stream.readableEnded || stream.destroyed)
      throw new Error(`The server has left in place of an answer: ${text}`);
    else await news(stream);
  }
}

async function news(stream: Duplex): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const heard = () => {
    resolve();
  };
  const events = ['readable', 'end', 'close', 'error'];
  for (const event of events) stream.once(event, heard);
  await promise;
  for (const event of events) stream.off(event, heard);
}
