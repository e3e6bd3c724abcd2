/** TLS sessions, and what is read of the handshakes of others. */
import { createHash } from 'node:crypto';
import { HandshakeObserver, readClientHello } from '../../electron/core/tls-wire/index.ts';
import {
  sessionDer,
  TLS12,
  TLS13,
  wrapSession,
} from '../../electron/core/tls/testing/session-fixtures.ts';
import { readSession } from '../../electron/core/tls/session-format.ts';
import { holds, type FuzzTarget } from './target.ts';

const session: FuzzTarget = {
  name: 'session',
  seeds: [
    sessionDer(TLS13, { 1: 1_700_000_000, 2: 7200, 9: 86_400, 10: 'ticket' }),
    sessionDer(TLS12, { 1: 1_700_000_000, 2: 300 }),
    wrapSession(sessionDer(TLS13, { 2: 7200, 9: 2 ** 32 - 1, 10: 'ticket' }), 'imap.example.org'),
    wrapSession(sessionDer(TLS12, { 2: 300, 10: 't' }, new Uint8Array(300)), ''),
  ],
  words: ['\0nodejs:tls:session:1\0', '\u0030\u0080', '\u00a2\u0004', '\u0002\u0001', '\0\0\0\0'],
  check: (input) => {
    const before = createHash('sha256').update(input).digest('hex');
    const facts = readSession(input);
    holds(createHash('sha256').update(input).digest('hex') === before, 'the bytes are not touched');
    if (facts === null) return;
    for (const seconds of [facts.timeout, facts.lifetimeHint]) {
      const isTime = seconds === null || (Number.isSafeInteger(seconds) && seconds >= 0);
      holds(isTime, `a lifetime is whole seconds, and not ${String(seconds)}`);
    }
    holds(typeof facts.hasTicket === 'boolean', 'whether there is a ticket is known');
  },
};

const u16 = (value: number): Buffer => Buffer.of(value >> 8, value & 0xff);
const sized = (bytes: Buffer): Buffer => Buffer.concat([u16(bytes.length), bytes]);
const extension = (type: number, body: Buffer): Buffer => Buffer.concat([u16(type), sized(body)]);

/** A ClientHello of TLS 1.3 with a server name; made by hand from RFC 8446 §4.1.2. */
function clientHello(): Buffer {
  const name = Buffer.from('imap.example.org');
  const extensions = Buffer.concat([
    extension(0, sized(Buffer.concat([Buffer.of(0), sized(name)]))),
    extension(43, Buffer.of(4, 3, 4, 3, 3)),
    extension(35, Buffer.alloc(32, 7)),
    extension(
      41,
      Buffer.concat([
        sized(Buffer.concat([sized(Buffer.alloc(40, 9)), Buffer.alloc(4)])),
        sized(Buffer.concat([Buffer.of(32), Buffer.alloc(32)])),
      ]),
    ),
  ]);
  const body = Buffer.concat([
    Buffer.of(3, 3),
    Buffer.alloc(32, 1),
    Buffer.of(32),
    Buffer.alloc(32, 2),
    sized(Buffer.of(0x13, 1, 0x13, 2)),
    Buffer.of(1, 0),
    sized(extensions),
  ]);
  const message = Buffer.concat([Buffer.of(1, 0), u16(body.length), body]);
  return Buffer.concat([Buffer.of(22, 3, 1), sized(message)]);
}

const hello: FuzzTarget = {
  name: 'client-hello',
  seeds: [clientHello()],
  words: ['\u0016\u0003\u0001', '\u0001\0', '\0+', '\0#', '\0)'],
  check: (input) => {
    const { kind } = readClientHello(input);
    holds(
      ['incomplete', 'not-a-client-hello', 'client-hello'].includes(kind),
      'it says what it is',
    );
  },
};

const message = (type: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.of(type, 0), u16(content.length), content]);
const record = (type: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.of(type, 3, 3), sized(content)]);

/** A server's flight by hand: ServerHello (RFC 5246 §7.4.1.3), and what else comes in the clear. */
function serverFlight(version: number, ...types: readonly number[]): Buffer {
  const extensions = version < 4 ? Buffer.alloc(0) : sized(extension(43, Buffer.of(3, version)));
  const body = Buffer.concat([
    Buffer.of(3, Math.min(version, 3)),
    Buffer.alloc(32, 3),
    Buffer.of(32),
    Buffer.alloc(32, 4),
    Buffer.of(0x13, 1, 0),
    extensions,
  ]);
  return Buffer.concat([
    record(22, message(2, body)),
    ...types.map((type) => record(22, message(type, Buffer.alloc(60, 5)))),
    record(20, Buffer.of(1)),
    record(22, Buffer.alloc(40, 6)),
    record(23, Buffer.alloc(19, 7)),
  ]);
}

/** Which side says the rest of a line of the input. */
const TURN = { client: Buffer.from('\0c'), server: Buffer.from('\0s') } as const;
const dialogue = (...turns: readonly (readonly [keyof typeof TURN, Buffer])[]): Buffer =>
  Buffer.concat(turns.flatMap(([side, bytes]) => [TURN[side], bytes]));

/** In the order in which they were said; what stands before the first turn is the client's. */
function turnsOf(input: Uint8Array): readonly (readonly [keyof typeof TURN, Buffer])[] {
  const turns: [keyof typeof TURN, Buffer][] = [];
  let rest = Buffer.from(input);
  let side: keyof typeof TURN = 'client';
  for (;;) {
    const ends = [rest.indexOf(TURN.client), rest.indexOf(TURN.server)].filter((at) => at >= 0);
    const end = Math.min(...ends, rest.length);
    turns.push([side, rest.subarray(0, end)]);
    if (end === rest.length) return turns;
    side = rest[end + 1] === TURN.client[1] ? 'client' : 'server';
    rest = rest.subarray(end + TURN.client.length);
  }
}

/** What is heard of such a dialogue, its bytes in pieces of one size; and how much was handed over. */
function overheard(input: Uint8Array, pieceBytes: number) {
  let handed = 0;
  let calls = 0;
  const count = (...parts: readonly Uint8Array[]): void => {
    calls += 1;
    for (const { length } of parts) handed += length;
  };
  const observer = new HandshakeObserver({
    clientHello: ({ sessionId, ticket, pskIdentities }) => {
      count(sessionId, ticket, ...pskIdentities);
    },
    issued: (_mechanism, bytes) => {
      count(bytes);
    },
  });
  for (const [side, bytes] of turnsOf(input)) {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      const piece = bytes.subarray(at, at + pieceBytes);
      if (side === 'client') observer.fromClient(piece);
      else observer.fromServer(piece);
    }
  }
  return { facts: observer.facts, handed, calls };
}

const handshake: FuzzTarget = {
  name: 'handshake',
  seeds: [
    dialogue(['client', clientHello()], ['server', serverFlight(4)]),
    dialogue(['client', clientHello()], ['server', serverFlight(3, 11, 12, 14, 4)]),
    dialogue(['client', clientHello()], ['server', serverFlight(3, 4)]),
    dialogue(
      ['server', Buffer.from('* OK ready\r\n')],
      ['client', Buffer.from('a STARTTLS\r\n')],
      ['server', Buffer.from('a OK\r\n')],
      ['client', clientHello()],
      ['server', serverFlight(4)],
      ['client', Buffer.from([20, 3, 3, 0, 1, 1, 23, 3, 3, 0, 53, ...Buffer.alloc(53)])],
    ),
  ],
  words: [
    '\0c',
    '\0s',
    '\u0016\u0003\u0003',
    '\u0014\u0003\u0003\0\u0001\u0001',
    '\r\n',
    '\u000b\0\0',
  ],
  check: (input) => {
    const { facts, handed, calls } = overheard(input, 1 << 20);
    holds(handed <= input.length, 'no more is handed over than came');
    holds(calls <= input.length / 4 + 1, 'a message has four bytes at least');
    holds(facts.answer === null || facts.version !== null, 'who answers has chosen a version');
    holds(!facts.isFinished || facts.answer !== null || facts.version !== 0x0304, 'in their order');
    // However it is cut, it says the same. What a side is may hang on its first bytes alone.
    for (const pieceBytes of [1, 5]) {
      const cut = overheard(input, pieceBytes);
      const isSame =
        cut.facts.answer === facts.answer &&
        cut.facts.version === facts.version &&
        cut.handed === handed;
      const isTls = facts.client === 'tls' && cut.facts.client === 'tls';
      holds(isSame || !isTls, 'it is the same in pieces');
    }
  },
};

export const tlsTargets: readonly FuzzTarget[] = [session, hello, handshake];
