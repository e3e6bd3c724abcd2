/** For tests: servers that fail after TLS, in every way that they can, and count how they are asked. */
import {
  fault,
  HANG_UP,
  startImapServer,
  startLineServer,
  type ImapServer,
  type LineServerOptions,
  type Scripting,
} from '../../demo/testing/index.ts';
import type { Watchable } from './supervisor.ts';

/** As many mailboxes as anybody watches of one account. */
export const HUNDRED = Array.from({ length: 100 }, (_, index) => `Box${index}`);

/** What a server has seen until now. */
export interface Seen {
  readonly logins: number;
  readonly handshakes: number;
}

/** A server that fails in its way. */
export interface Failing extends AsyncDisposable {
  readonly server: Watchable;
  readonly seen: () => Seen;
  /** What it does by itself. */
  readonly eachSecond: () => void;
}

/** One that fails at its steps. */
export async function failingAt(
  script: Scripting,
  eachSecond: (server: ImapServer) => void = () => undefined,
): Promise<Failing & { readonly server: ImapServer }> {
  const server = await startImapServer({
    mailboxes: Object.fromEntries(HUNDRED.map((name) => [name, 1])),
    script,
  });
  return {
    server,
    seen: () => {
      const { full, resumed } = server.stats();
      return { logins: server.loginAttempts.length, handshakes: full + resumed };
    },
    eachSecond: () => {
      eachSecond(server);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** One that gives these answers. */
export async function failingBy(
  answers: NonNullable<LineServerOptions['answers']>,
): Promise<Failing> {
  const server = await startLineServer({ answers });
  return {
    server,
    seen: () => ({ logins: server.signIns, handshakes: server.handshakes }),
    eachSecond: () => undefined,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

export const NOT_NOW = 'NO [UNAVAILABLE] Not now';

/** Each by a name that says how. */
export const WAYS_OF_FAILING: Readonly<Record<string, () => Promise<Failing>>> = {
  'the greeting stalls': () => failingAt({ greeting: fault.hang }),
  'no greeting, but the end': () => failingAt({ secured: fault.close }),
  'BYE for a greeting': () => failingAt({ greeting: fault.bye('[UNAVAILABLE] Not now') }),
  'CAPABILITY stalls': () => failingBy({ CAPABILITY: '' }),
  'LOGIN stalls': () => failingAt({ login: fault.hang }),
  'LOGIN: NO': () => failingAt({ login: fault.reply('NO Sorry') }),
  'LOGIN: NO [UNAVAILABLE]': () => failingAt({ login: fault.reply(NOT_NOW) }),
  'LOGIN: NO [LIMIT]': () => failingAt({ login: fault.reply('NO [LIMIT] Too many connections') }),
  'LOGIN: BYE': () => failingAt({ login: fault.bye('Not now') }),
  'LOGIN: the end': () => failingAt({ login: fault.close }),
  'LOGIN: a reset': () => failingAt({ login: fault.reset }),
  'signed in, and BYE': () => failingBy({ RESPONSE: '~ OK in\n* BYE Not now' }),
  'signed in, and the end': () => failingBy({ RESPONSE: `~ OK in${HANG_UP}` }),
  'signed in, and garbage': () => failingBy({ RESPONSE: `~ OK in\n${'garbage\n'.repeat(30)}` }),
  'NAMESPACE stalls': () => failingBy({ NAMESPACE: '' }),
  'ID stalls': () => failingBy({ ID: '' }),
  'EXAMINE stalls': () => failingAt({ select: fault.hang }),
  'EXAMINE: NO': () => failingAt({ select: fault.reply(NOT_NOW) }),
  'EXAMINE: NO [LIMIT]': () => failingAt({ select: fault.reply('NO [LIMIT] Too many') }),
  'EXAMINE: BAD': () => failingAt({ select: fault.reply('BAD Internal error') }),
  'EXAMINE: BYE': () => failingAt({ select: fault.bye('Not now') }),
  'EXAMINE: the end': () => failingAt({ select: fault.close }),
  'EXAMINE: a reset': () => failingAt({ select: fault.reset }),
  'LIST stalls': () => failingBy({ EXAMINE: '~ NO Gone', LIST: '' }),
  'IDLE stalls': () => failingAt({ idle: fault.hang }),
  'IDLE: BYE': () => failingAt({ idle: fault.bye('Not now') }),
  'IDLE: the end': () => failingAt({ idle: fault.close }),
  'half of it stalls': () =>
    failingAt((connection) =>
      connection % 2 === 0 ? { select: fault.hang } : { idle: fault.close },
    ),
  'each watch ends within a second': () =>
    failingAt({}, (server) => {
      server.dropConnections();
    }),
};
