/** TLS sessions, and the ClientHello that the demo servers read. */
import { createHash } from 'node:crypto';
import { readClientHello } from '../../electron/core/tls-wire/index.ts';
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

export const tlsTargets: readonly FuzzTarget[] = [session, hello];
