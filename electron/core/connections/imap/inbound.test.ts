import * as fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ConnectError } from '../../failures/index.ts';
import { TestClock } from '../../testing/clock.ts';
import { InboundGuard } from './inbound.ts';
import { LONGEST_EXCESS_MS, MAX_RESPONSE } from './inbound-budget.ts';
import { MOST_NAMES } from './asked-for.ts';

const GREETING = '* OK Ready\r\n';

let clock: TestClock;
let guard: InboundGuard;
let leftOut: string[];
let tooMuch: ConnectError['code'][];
beforeEach(() => {
  clock = new TestClock();
  leftOut = [];
  tooMuch = [];
  guard = newGuard();
});

function newGuard(): InboundGuard {
  return new InboundGuard(clock, {
    leftOut: (kind) => leftOut.push(kind),
    tooMuch: ({ code }) => tooMuch.push(code),
  });
}

/** What is handed on of it, once every turn has come. */
async function handedOn(text: string, to = guard): Promise<string> {
  const parts = [to.receive(Buffer.from(text, 'latin1'))];
  while (to.pause !== null) {
    await to.pause;
    parts.push(to.receive(Buffer.alloc(0)));
  }
  return Buffer.concat(parts).toString('latin1');
}

const say = (command: string, to = guard): void => {
  to.sent(Buffer.from(`${command}\r\n`));
};

/** Signed in, with a mailbox open. */
async function watching(to = guard): Promise<InboundGuard> {
  await handedOn(GREETING, to);
  say('1 EXAMINE INBOX', to);
  await handedOn('1 OK Opened\r\n', to);
  say('2 IDLE', to);
  await handedOn('+ idling\r\n', to);
  return to;
}

describe('of what a server sends while a mailbox is watched', () => {
  test.each([
    '* 5 EXISTS',
    '* 5 EXPUNGE',
    '* 1 RECENT',
    '* OK Still here',
    '* OK [ALERT] Full',
    '* BYE [UNAVAILABLE] Later',
    '2 OK IDLE completed',
    'BAD No tag at all',
  ])('%s is handed on', async (line) => {
    await watching();
    expect(await handedOn(`${line}\r\n`)).toBe(`${line}\r\n`);
  });

  test.each([
    '* VANISHED 1:4294967295',
    '* VANISHED (EARLIER) 1:4294967295',
    '* vanished 1:4294967295',
    '\0\0* VANISHED 1:4294967295',
    '* 1 VANISHED 1:4294967295',
    '* ESEARCH (TAG "2") UID ALL 1:4294967295',
    '* SEARCH 1 2 3',
    '* SORT 3 2 1',
    '* THREAD (1 2 3)',
    '* 3 FETCH (FLAGS (\\Seen))',
    '* STATUS INBOX (MESSAGES 4294967295)',
    '* LIST () "/" Sent',
    '* LSUB () "/" Sent',
    '* FLAGS (\\Seen)',
    '* CAPABILITY IMAP4rev1 QRESYNC',
    '* ENABLED QRESYNC',
    '* NAMESPACE (("" "/")) NIL NIL',
    '* ID ("name" "x")',
    '* 1 "EXISTS"',
    '* 12345678901 EXISTS',
    '* ((((((((',
    '+ idling again',
    '1 OK Opened again',
    'A9 NO Nobody asked',
    '',
  ])('%s is left out: it was not asked for', async (line) => {
    await watching();
    expect(await handedOn(`${line}\r\n* 7 EXISTS\r\n`)).toBe('* 7 EXISTS\r\n');
  });

  test('what was left out is told once of each kind', async () => {
    await watching();
    await handedOn('* VANISHED 1\r\n* 3 FETCH (UID 1)\r\n* VANISHED 2\r\n* 4 FETCH (UID 1)\r\n');
    expect(leftOut).toEqual(['VANISHED', 'FETCH']);
  });
});

describe('an answer', () => {
  test.each([
    ['1 CAPABILITY', '* CAPABILITY IMAP4rev1 IDLE'],
    ['1 LOGIN ann secret', '* CAPABILITY IMAP4rev1 IDLE'],
    ['1 AUTHENTICATE PLAIN', '* CAPABILITY IMAP4rev1 IDLE'],
    ['1 ID ("name" "Reprise")', '* ID ("name" "Dovecot")'],
    ['1 NAMESPACE', '* NAMESPACE (("" "/")) NIL NIL'],
    ['1 LIST "" "*"', '* LIST (\\HasNoChildren) "/" "Sent Items"'],
    ['1 LIST "" "*"', '* LIST () "/" {7}\r\nSe"nt\r\n'],
    ['1 XLIST "" "*"', '* XLIST (\\Sent) "/" Sent'],
    ['1 EXAMINE INBOX', '* FLAGS (\\Seen \\Answered)'],
    ['1 EXAMINE INBOX', '* OK [PERMANENTFLAGS ()] None'],
  ])('to %s goes on, and once that is answered it is none', async (command, response) => {
    await handedOn(GREETING);
    say(command);
    expect(await handedOn(`${response}\r\n1 OK Done\r\n`)).toBe(`${response}\r\n1 OK Done\r\n`);
    say('2 NOOP');
    const isStatus = response.startsWith('* OK');
    expect(await handedOn(`${response}\r\n`)).toBe(isStatus ? `${response}\r\n` : '');
  });

  test('to IDLE is a + for each thing that was sent, and none beside', async () => {
    await handedOn(GREETING);
    say('1 AUTHENTICATE LOGIN');
    expect(await handedOn('+ VXNlcg==\r\n+ VXNlcg==\r\n')).toBe('+ VXNlcg==\r\n');
    say('YW5u');
    expect(await handedOn('+ UGFzcw==\r\n')).toBe('+ UGFzcw==\r\n');
  });

  test('may be anything where it is the first: a server that speaks something else is named', async () => {
    expect(await handedOn('220 mail.example.org ESMTP\r\n')).toBe('220 mail.example.org ESMTP\r\n');
  });
});

describe('what is too long', () => {
  test.each(['* OK [ALERT] ', '2 NO [LIMIT] ', '* BYE '])(
    'is cut where it has words for people: “%s”',
    async (status) => {
      await watching();
      const cut = await handedOn(`${status}${'{99}'.repeat(220_000)}x\r\n* 7 EXISTS\r\n`);
      expect(cut).toMatch(/^[^\r]* \.\.\.\r\n\* 7 EXISTS\r\n$/);
      expect(cut.length).toBeLessThan(MAX_RESPONSE.bytes + 100);
      expect(cut.startsWith(status)).toBe(true);
    },
  );

  test('is cut before a literal: within one, imapflow would take the next response for its rest', async () => {
    await watching();
    const words = ' '.repeat(2 * MAX_RESPONSE.atoms);
    const inside = `${'A'.repeat(1982)}\r\n* VANISHED 1:4294967295\r\n`;
    const next = `* OK y {${inside.length}}\r\n${inside}\r\n`;
    expect(await handedOn(`* OK x {${words.length}}\r\n${words}\r\n${next}`)).toBe(
      `* OK x  ...\r\n${next}`,
    );
    const short = '* OK x {3}\r\nabc {0}\r\n';
    expect(await handedOn(`${short}${words}\r\n${next}`)).toBe(`* OK x  ...\r\n${next}`);
    expect(await handedOn(`* OK x${words}{3}\r\nabc\r\n* 7 EXISTS\r\n`)).toMatch(
      /^\* OK x +\.\.\.\r\n\* 7 EXISTS\r\n$/,
    );
  });

  test.each([
    ['1 EXAMINE INBOX', `* FLAGS (${'word '.repeat(90_000)})`],
    ['1 EXAMINE INBOX', `* FLAGS (${'a '.repeat(MAX_RESPONSE.atoms + 1)})`],
    ['1 CAPABILITY', `* CAPABILITY ${'WORD '.repeat(90_000)}`],
    ['1 LIST "" "*"', `* LIST ${'('.repeat(90_000)}`],
    ['1 LIST "" "*"', `* LIST () "/" {1000000}\r\n${'x'.repeat(1_000_000)}`],
  ])('is left out where it is data: %s', async (command, response) => {
    await handedOn(GREETING);
    say(command);
    expect(await handedOn(`${response}\r\n1 OK Done\r\n`)).toBe('1 OK Done\r\n');
  });

  test('is garbage from a megabyte on, whatever it is', async () => {
    for (const response of [
      `* OK ${'x'.repeat(1_100_000)}`,
      `* 1 FETCH (BODY[] {4294967295}\r\n`,
      `* 1 FETCH (BODY[] {99999999999999999999}\r\n`,
      `* 1 FETCH (BODY[] {${'0'.repeat(30)}5}\r\n`,
      `* 1 FETCH (${'BODY[] {500000}\r\n'.padEnd(500_100, 'x').repeat(3)}`,
    ]) {
      tooMuch = [];
      const own = await watching(newGuard());
      expect(await handedOn(response, own)).toBe('');
      expect(await handedOn('\r\n* 7 EXISTS\r\n', own)).toBe('');
      expect(tooMuch).toEqual(['NOT_IMAP']);
    }
  });

  test('does not become responses of its own by what is in it', async () => {
    await watching();
    const inside = '\r\n* 9 EXISTS\r\n';
    const literal = `* 1 FETCH (BODY[] {${inside.length}}\r\n${inside})\r\n`;
    expect(await handedOn(`${literal}* 7 EXISTS\r\n`)).toBe('* 7 EXISTS\r\n');
  });
});

describe('an honest server', () => {
  test('may have 50,000 names: as many as anybody chooses from are handed on', async () => {
    await handedOn(GREETING);
    say('1 LIST "" "*"');
    const names = Array.from({ length: 50_000 }, (_, n) => `* LIST () "/" "Folder ${n}"\r\n`);
    const answer = await handedOn(`${names.join('')}1 OK Done\r\n`);
    expect(answer).toBe(`${names.slice(0, MOST_NAMES).join('')}1 OK Done\r\n`);
    expect(guard.namesLeftOut).toBe(50_000 - MOST_NAMES);
    say('2 LIST "" INBOX');
    expect(await handedOn('* LIST () "/" INBOX\r\n2 OK Done\r\n')).toContain('INBOX');
    expect(guard.namesLeftOut).toBe(0);
  });

  test('may tell of 5,000 messages that were deleted, or 200,000 that were read, at once', async () => {
    await watching();
    const deleted = '* 1 EXPUNGE\r\n'.repeat(5_000);
    expect(await handedOn(deleted)).toBe(deleted);
    expect(await handedOn('* 1 FETCH (FLAGS (\\Seen))\r\n'.repeat(200_000))).toBe('');
    expect(await handedOn('* 7 EXISTS\r\n')).toBe('* 7 EXISTS\r\n');
    expect(tooMuch).toEqual([]);
  });

  test('is understood however its bytes are cut', async () => {
    const text =
      '* FLAGS (\\Seen)\r\n* 3 FETCH (BODY[] {20}\r\n* 9 EXISTS\r\n* 9 EX)\r\n' +
      '* LIST () "/" {9}\r\na {3}\r\nbc\r\n* 7 EXISTS\r\n1 OK Done\r\n2 OK\r\n* 8 EXPUNGE\r\n';
    const through = async (cuts: readonly number[]): Promise<string> => {
      const own = newGuard();
      await handedOn(GREETING, own);
      say('1 EXAMINE INBOX', own);
      const ends = [...cuts.toSorted((a, b) => a - b), text.length];
      const parts: string[] = [];
      for (const [index, end] of ends.entries())
        parts.push(await handedOn(text.slice(ends[index - 1] ?? 0, end), own));
      return parts.join('');
    };
    const whole = await through([]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(text.length), { maxLength: 20 }), async (cuts) => {
        expect(await through(cuts)).toBe(whole);
      }),
    );
  });
});

describe('a server that floods', () => {
  const flood = Buffer.from('* 7 EXISTS\r\n'.repeat(5_000));

  /** Goes on until nothing is read for a while. */
  async function floodUntilPaused(): Promise<number> {
    for (let times = 1; times < 1_000; times += 1) {
      const waits = clock.pending;
      guard.receive(flood);
      while (guard.pause !== null && clock.pending === waits) {
        await guard.pause;
        guard.receive(Buffer.alloc(0));
      }
      if (clock.pending > waits || tooMuch.length > 0) return times;
    }
    throw new Error('It was never paused.');
  }

  test('is read again after a while, and given up where it never stops', async () => {
    await watching();
    await floodUntilPaused();
    expect(tooMuch).toEqual([]);
    let waitedMs = 0;
    while (tooMuch.length === 0 && waitedMs < 10 * LONGEST_EXCESS_MS) {
      const { pause } = guard;
      clock.advance(1000);
      waitedMs += 1000;
      await Promise.race([pause, Promise.resolve()]);
      if (guard.pause === null) await floodUntilPaused();
    }
    expect(tooMuch).toEqual(['FLOODING']);
    expect(waitedMs).toBeGreaterThan(LONGEST_EXCESS_MS / 4);
  });

  test.each(['\r\n', '* VANISHED 1:4294967295\r\n', '+ x\r\n', 'A9 OK x\r\n', 'x'.repeat(9_000)])(
    'with “%s” is stopped as well, though nothing of it is handed on',
    async (text) => {
      await watching();
      const piece = Buffer.from(`* X ${text}\r\n`.repeat(Math.ceil(60_000 / text.length)));
      let received = 0;
      while (guard.pause === null && received < 40_000_000) {
        expect(guard.receive(piece)).toHaveLength(0);
        received += piece.length;
      }
      expect(guard.pause).not.toBeNull();
    },
  );

  test('by single bytes is stopped as well', async () => {
    await watching();
    const byte = Buffer.from('x');
    let received = 0;
    while (guard.pause === null && received < 1_000_000) {
      guard.receive(byte);
      received += 1;
      if (received % 1_000 === 0) guard.receive(Buffer.from('\r\n'));
    }
    expect(guard.pause).not.toBeNull();
  });

  test.each([
    ['lines', '* OK x\r\n'.repeat(65)],
    ['bytes', 'x'.repeat(16_385)],
  ])('with %s before TLS is given up at once', (_what, text) => {
    guard.inTheClear(Buffer.from(text.slice(0, 500)));
    expect(tooMuch).toEqual([]);
    guard.inTheClear(Buffer.from(text.slice(500)));
    expect(tooMuch).toEqual(['NOT_IMAP']);
  });
});
