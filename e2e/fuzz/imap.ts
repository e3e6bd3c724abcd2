/** What comes from a mail server, through the guard to imapflow, at every step of a connection. */
import { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ImapFlow, type Logger } from 'imapflow';
import { imapflowOptions } from '../../electron/core/connections/imap/imapflow-options.ts';
import { InboundGuard } from '../../electron/core/connections/imap/inbound.ts';
import { systemClock } from '../../electron/core/clock.ts';
import { bytesOf, holds, type FuzzTarget } from './target.ts';

const STEPS = ['GREETING', 'CAPABILITY', 'LOGIN', 'LIST', 'EXAMINE', 'IDLE'] as const;
type StepName = (typeof STEPS)[number];

/** What a good server says at each step, before its tagged answer. */
const GOOD: Readonly<Record<StepName, string>> = {
  GREETING: '* OK Ready\r\n',
  CAPABILITY: '* CAPABILITY IMAP4rev1 IDLE\r\n',
  LOGIN: '',
  LIST: '* LIST () "/" INBOX\r\n',
  EXAMINE: '* FLAGS (\\Seen)\r\n* 3 EXISTS\r\n* OK [UIDVALIDITY 1] Valid\r\n',
  IDLE: '+ idling\r\n',
};

/**
 * Time of the processor for anything at all, and for each byte: a hundred times what it takes. The
 * time of the clock would say more about what else the machine does.
 */
const MS_FOR_ANYTHING = 1_000;
const MS_FOR_A_BYTE = 0.2;
/** Turns of the event loop in which nothing came of it any more. */
const QUIET_TURNS = 4;

/** A server in memory that says `input` at one step, and plays on. */
class PlayingServer extends Duplex {
  readonly guard: InboundGuard;
  #input: Buffer;
  readonly #at: StepName;
  handedOn = 0;
  commands = 0;
  /** Garbage, or more than the budget: it is read no further. */
  isOver = false;
  turnsWithoutNews = 0;

  constructor(input: Uint8Array) {
    super({ allowHalfOpen: false });
    this.#input = Buffer.from(input);
    this.#at = STEPS[input.length % STEPS.length] ?? 'IDLE';
    const end = (): void => {
      this.isOver = true;
    };
    this.guard = new InboundGuard(
      {
        ...systemClock,
        after: () => {
          end();
          return { cancel: end };
        },
      },
      { leftOut: () => undefined, tooMuch: end },
    );
  }

  setTimeout(): void {
    // A connection in memory is never too slow.
  }

  say(step: StepName, tagged: string): void {
    const own = step === this.#at ? this.#input : Buffer.alloc(0);
    // Once: imapflow may come to a step more than once.
    if (step === this.#at) this.#input = Buffer.alloc(0);
    const bytes = Buffer.concat([Buffer.from(GOOD[step]), own, Buffer.from(tagged)]);
    // In two pieces, as they may come.
    const cut = Math.floor(bytes.length / 2);
    for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)]) this.#receive(piece);
  }

  #receive(piece: Buffer): void {
    if (this.isOver || this.destroyed) return;
    const passed = this.guard.receive(piece);
    this.turnsWithoutNews = 0;
    this.handedOn += passed.length;
    if (passed.length > 0) this.push(passed);
    const { pause } = this.guard;
    if (pause === null || this.isOver) return;
    void (async () => {
      await pause;
      this.#receive(Buffer.alloc(0));
    })();
  }

  override _read(): void {
    // It is pushed to as the guard lets it.
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.guard.sent(chunk);
    this.commands += 1;
    const [, tag = '', command = ''] = /^(\S+) ([A-Z]+)/.exec(chunk.toString('latin1')) ?? [];
    const step = STEPS.find((name) => name === command);
    if (command === 'IDLE') this.say('IDLE', '');
    else if (step !== undefined) this.say(step, `${tag} OK Done\r\n`);
    else if (tag !== '') this.say('LOGIN', `${tag} OK Done\r\n`);
    done();
  }
}

const settings = {
  user: 'ann@example.org',
  host: 'imap.example.org',
  port: 993,
  security: 'tls',
  servername: null,
  trust: { kind: 'system' },
} as const;

export const imapTarget: FuzzTarget = {
  name: 'imap',
  seeds: [
    '* 4 EXISTS\r\n* 1 RECENT\r\n* 2 EXPUNGE\r\n',
    '* VANISHED 1:4294967295\r\n* VANISHED (EARLIER) 41,43:116,118,120:211\r\n',
    '* 1 FETCH (UID 4 FLAGS (\\Seen) BODY[TEXT] {5}\r\nhello MODSEQ (12))\r\n',
    '* ESEARCH (TAG "A5") UID COUNT 3 ALL 1:4294967295\r\n* SEARCH 2 84 882\r\n',
    '* LIST (\\HasNoChildren) "/" "Sent Items"\r\n* LIST () NIL {4}\r\na"bc\r\n',
    '* OK [COPYUID 38505 304,319:320 3956:3958] Done\r\n* OK [APPENDUID 1 1:4294967295] x\r\n',
    '* FLAGS (\\Answered \\Seen $Junk)\r\n* OK [PERMANENTFLAGS (\\Seen \\*)] Limited\r\n',
    '* OK [CAPABILITY IMAP4rev1 QRESYNC COMPRESS=DEFLATE] Hello\r\n* ENABLED QRESYNC\r\n',
    '* THREAD (2)(3 6 (4 23)(44 7 96))\r\n* STATUS INBOX (MESSAGES 4294967295 UIDNEXT 1)\r\n',
    '* NAMESPACE (("" "/")("#x" NIL)) NIL NIL\r\n* ID ("name" "Dovecot")\r\n',
    '* BYE [UNAVAILABLE] Later\r\n1 NO [LIMIT] Too many\r\n2 BAD What\r\nBAD What\r\n+ go on\r\n',
  ].map(bytesOf),
  words: [
    '* ',
    '+ ',
    '1 OK ',
    '5 NO ',
    '\r\n',
    '\n',
    '\0',
    '{4294967295}\r\n',
    '{5}\r\n',
    '{0}\r\n',
    '{00000000000000000000000000000003}\r\n',
    '(((((((((((((((((((((((((((((((',
    '[',
    ']',
    '"',
    '\\',
    '1:4294967295',
    '*:4294967295',
    'VANISHED ',
    'EXPUNGE',
    'EXISTS',
    'FETCH (',
    '\u00a0',
  ],
  check: async (input) => {
    const server = new PlayingServer(input);
    const before = process.cpuUsage();
    let logged = 0;
    const log = (): void => {
      logged += 1;
    };
    const logger: Logger = { debug: log, info: log, warn: log, error: log, fatal: log };
    const transport = {
      connect: (_target: object, onConnect: () => void) => {
        setImmediate(() => {
          onConnect();
          server.say('GREETING', '');
        });
        return server;
      },
    };
    const client = new ImapFlow(
      imapflowOptions(settings, { kind: 'password', password: 'secret' }, transport, logger),
    );
    let events = 0;
    for (const name of ['exists', 'expunge', 'flags', 'mailboxOpen', 'mailboxClose', 'alert']) {
      client.on(name, () => {
        events += 1;
      });
    }
    client.on('error', () => undefined);
    void (async () => {
      try {
        await client.connect();
        await client.mailboxOpen('INBOX', { readOnly: true });
      } catch {
        // What becomes of the connection is not the matter here: what it costs is.
      }
    })();
    while (server.turnsWithoutNews < QUIET_TURNS && !server.isOver) {
      const { pause } = server.guard;
      await (pause ?? nextTurn());
      server.turnsWithoutNews += 1;
    }
    client.close();
    server.guard.close();
    const { user, system } = process.cpuUsage(before);
    const lines = input.filter((byte) => byte === 0x0a).length + 1;
    const good = Object.values(GOOD).join('').length + 1_000;
    holds(
      (user + system) / 1000 < MS_FOR_ANYTHING + MS_FOR_A_BYTE * input.length,
      'time is bounded',
    );
    holds(server.handedOn <= input.length + good, 'no more goes on than came');
    holds(events <= lines + 10, 'a line is one event at most');
    holds(server.commands <= lines + 20, 'a line is one command at most');
    holds(
      logged <= 4 * (lines + server.commands) + 40,
      'a line is a few entries of the log at most',
    );
  },
};
