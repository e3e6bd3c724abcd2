import { describe, expect, test } from 'vitest';
import { startImapServer } from '../testing/index.ts';
import { converse, nextText, plainSocket, secureSocket, textUntilEnd } from '../testing/client.ts';

const LOGIN = 'a LOGIN demo@reprise.example demo-password';

describe('signing in', () => {
  test.for([
    ['LOGIN with quoted strings', 'z LOGIN "demo@reprise.example" "demo-password"'],
    [
      'LOGIN with literals that do not wait',
      'z LOGIN {20+}\r\ndemo@reprise.example {13+}\r\ndemo-password',
    ],
    [
      'AUTHENTICATE PLAIN in one go',
      `z AUTHENTICATE PLAIN ${btoa('\0demo@reprise.example\0demo-password')}`,
    ],
    [
      'AUTHENTICATE PLAIN in two steps',
      `z AUTHENTICATE PLAIN\r\n${btoa('\0demo@reprise.example\0demo-password')}`,
    ],
    [
      'AUTHENTICATE LOGIN',
      `z AUTHENTICATE LOGIN\r\n${btoa('demo@reprise.example')}\r\n${btoa('demo-password')}`,
    ],
  ])('%s', async ([, command]) => {
    await using server = await startImapServer();
    const socket = await secureSocket(server);
    expect(await converse(socket, command ?? '')).toMatch(/^z OK \[CAPABILITY .* IDLE /m);
    expect(server.loginAttempts).toEqual([{ user: 'demo@reprise.example', ok: true }]);
  });

  test('a wrong password is refused and counted, and opens nothing', async () => {
    await using server = await startImapServer();
    const socket = await secureSocket(server);
    const text = await converse(socket, 'a LOGIN demo@reprise.example wrong', 'z SELECT INBOX');
    expect(text).toContain('a NO [AUTHENTICATIONFAILED] Invalid credentials');
    expect(text).toContain('z BAD Log in first');
    expect(server.loginAttempts).toEqual([{ user: 'demo@reprise.example', ok: false }]);
  });

  test('nobody signs in before TLS where STARTTLS is required', async () => {
    await using server = await startImapServer({ security: 'starttls' });
    const socket = await plainSocket(server);
    const text = await converse(socket, LOGIN, 'z CAPABILITY');
    expect(text).toContain('a NO [PRIVACYREQUIRED]');
    expect(text).toMatch(/^\* CAPABILITY .*LOGINDISABLED STARTTLS/m);
    expect(server.loginAttempts).toEqual([]);
  });

  test('a client that sends more behind STARTTLS is turned away', async () => {
    await using server = await startImapServer({ security: 'starttls' });
    const socket = await plainSocket(server);
    await nextText(socket);
    socket.write(`a STARTTLS\r\n${LOGIN}\r\n`);
    expect(await textUntilEnd(socket)).toBe('a BAD Nothing may follow STARTTLS before TLS\r\n');
    expect(server.commands).toEqual(['STARTTLS']);
  });
});

describe('mailboxes', () => {
  const mailboxes = { INBOX: 3, Archive: 5, 'Work/2026': 1, 'a "b" \\c': 0 };

  test.for([
    ['"" *', ['INBOX', 'Archive', 'Work/2026', String.raw`a \"b\" \\c`]],
    ['"" %', ['INBOX', 'Archive', String.raw`a \"b\" \\c`]],
    ['"" inbox', ['INBOX']],
    ['"" archive', []],
    ['Work/ %', ['Work/2026']],
    ['"" (INBOX Work/*)', ['INBOX', 'Work/2026']],
    ['"" A%%**%e', ['Archive']],
    ['"" Arch.ve', []],
  ] as const)('LIST %s', async ([args, names]) => {
    await using server = await startImapServer({ mailboxes });
    const text = await converse(await secureSocket(server), LOGIN, `z LIST ${args}`);
    const listed = [...text.matchAll(/^\* LIST \(.*?\) "\/" "(.*)"\r$/gm)].map(([, name]) => name);
    expect(listed).toEqual(names);
  });

  test('LIST with RETURN gives flags and counts', async () => {
    await using server = await startImapServer({ mailboxes });
    const text = await converse(
      await secureSocket(server),
      LOGIN,
      'z LIST "" Archive RETURN (SUBSCRIBED STATUS (MESSAGES UIDNEXT UNSEEN))',
    );
    expect(text).toContain(String.raw`* LIST (\HasNoChildren \Archive \Subscribed) "/" "Archive"`);
    expect(text).toContain('* STATUS "Archive" (MESSAGES 5 UIDNEXT 6 UNSEEN 0)');
  });

  test('news of the selected mailbox come before the next answer, in order, and once', async () => {
    await using server = await startImapServer({ mailboxes });
    const socket = await secureSocket(server);
    await converse(socket, LOGIN, 'z SELECT inbox');
    server.mail.deliver('INBOX');
    server.mail.deliver('Archive');
    server.mail.expunge('INBOX');
    expect(await converse(socket, 'z NOOP')).toBe(
      '* 4 EXISTS\r\n* 1 EXPUNGE\r\nz OK NOOP done\r\n',
    );
    expect(await converse(socket, 'z NOOP')).toBe('z OK NOOP done\r\n');
    expect(await converse(socket, 'z EXAMINE INBOX')).toMatch(/\* 3 EXISTS[^]*z OK \[READ-ONLY\]/);
  });

  test('news of a mailbox are no news of the one selected after it', async () => {
    await using server = await startImapServer({ mailboxes });
    const socket = await secureSocket(server);
    await converse(socket, LOGIN, 'z SELECT INBOX');
    server.mail.deliver('INBOX');
    const text = await converse(socket, 'z SELECT Archive');
    expect(text).toContain('* 5 EXISTS');
    expect(text).not.toContain('* 4 EXISTS');
  });

  test('a mailbox that does not exist is said, and deselects', async () => {
    await using server = await startImapServer();
    const socket = await secureSocket(server);
    const text = await converse(socket, LOGIN, 'b SELECT INBOX', 'c SELECT Nope', 'z IDLE');
    expect(text).toContain('c NO [NONEXISTENT] There is no mailbox named Nope');
    expect(text).toContain('z BAD Select a mailbox first');
  });

  test('what a test asks of a mailbox that is not there is an error', async () => {
    await using server = await startImapServer({ mailboxes: { INBOX: 0 } });
    expect(() => {
      server.mail.deliver('Nope');
    }).toThrow(RangeError);
    expect(() => {
      server.mail.expunge('INBOX');
    }).toThrow(RangeError);
  });
});

describe('what it does not understand', () => {
  test.for([
    ['z FETCH 1 BODY[]', 'z BAD Unknown command'],
    ['z constructor', 'z BAD Unknown command'],
    ['z LIST ((', 'z BAD The arguments cannot be read'],
    ['z LIST )', 'z BAD The arguments cannot be read'],
    ['z LIST "', 'z BAD The arguments cannot be read'],
    ['z LOGIN only-a-user', 'z BAD LOGIN user password'],
    ['z LIST', 'z BAD LIST reference pattern'],
    ['z STATUS INBOX', 'z BAD STATUS mailbox (items)'],
    ['z STATUS INBOX (MESSAGES COLOUR)', 'z BAD There is an unknown STATUS item'],
    ['z AUTHENTICATE CRAM-MD5', 'z NO Only PLAIN and LOGIN are known'],
    ['\0\0\0\r\nz NOOP', '* BAD This is not an IMAP command'],
  ] as const)('%j is answered with %s', async ([line, answer]) => {
    await using server = await startImapServer();
    const socket = await secureSocket(server);
    if (!/LOGIN only|AUTH/.test(line)) await converse(socket, LOGIN.replace('a ', 'z '));
    expect(await converse(socket, line)).toContain(answer);
  });

  test.for([
    ['a line', 'a'.repeat(9000), 'Line'],
    ['a literal', 'a LOGIN {70000+}', 'Literal'],
    ['a sum of literals', `a LOGIN {60000+}\r\n${'u'.repeat(60_000)} {6000}`, 'Literal'],
  ] as const)('%s that is too long ends the connection', async ([, sent, what]) => {
    await using server = await startImapServer();
    const socket = await secureSocket(server);
    await nextText(socket);
    socket.write(`${sent}\r\n`);
    expect(await textUntilEnd(socket)).toBe(`* BYE ${what} too long\r\n`);
  });
});
