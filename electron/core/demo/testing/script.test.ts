/** Each fault as a client meets it. */
import { describe, expect, test } from 'vitest';
import type { ImapServer } from './scripted-server.ts';
import { startImapServer } from './scripted-server.ts';
import { fault, type Script } from './script.ts';
import {
  converse,
  nextText,
  plainSocket,
  secureSocket,
  textUntilEnd,
  visit,
  visitError,
} from './client.ts';

const LOGIN = 'z LOGIN demo@reprise.example demo-password';

/** What the server says to `line`, which it was made to hang at. */
async function answerBeforeEnd(server: ImapServer, line: string): Promise<string> {
  const command = line.split(' ')[1] ?? '';
  const socket = await secureSocket(server);
  await nextText(socket);
  if (command !== 'LOGIN') await converse(socket, LOGIN);
  const text = textUntilEnd(socket);
  socket.write(`${line}\r\n`);
  await server.until(({ commands }) => commands.includes(command));
  // Whatever it had to say would be here before the end of the connection that comes now.
  server.dropConnections();
  return text;
}

describe('before TLS', () => {
  test('hangs after accept', async () => {
    await using server = await startImapServer({ script: { accept: fault.hang } });
    const socket = await plainSocket(server);
    const text = textUntilEnd(socket);
    await server.until(({ open }) => open === 1);
    server.dropConnections();
    expect(await text).toBe('');
    expect(server.stats()).toMatchObject({ connections: 1, full: 0, failed: 0 });
  });

  test('closes after accept', async () => {
    await using server = await startImapServer({ script: { accept: fault.close } });
    expect(await visitError(server)).toBe('ECONNRESET');
  });

  test('hangs in the handshake, having seen the ClientHello', async () => {
    await using server = await startImapServer();
    const [session] = (await visit(server)).sessions;
    server.setScript({ handshake: fault.hang });
    const failed = visitError(server, session === undefined ? {} : { session });
    await server.until((seen) => seen.stats().offered === 1);
    server.dropConnections();
    expect(await failed).toBe('ECONNRESET');
  });

  test('resets in the handshake', async () => {
    await using server = await startImapServer({ script: { handshake: fault.reset } });
    expect(await visitError(server)).toBe('ECONNRESET');
  });

  test('speaks plain text on the TLS port', async () => {
    const script: Script = { accept: fault.raw('* OK plain text here\r\n') };
    await using server = await startImapServer({ script });
    expect(await visitError(server)).toMatch(/^ERR_SSL_/);
  });
});

describe('after TLS', () => {
  test('closes without a word', async () => {
    await using server = await startImapServer({ script: { secured: fault.close } });
    expect(await textUntilEnd(await secureSocket(server))).toBe('');
    expect(server.stats()).toMatchObject({ full: 1 });
  });

  test('resets', async () => {
    await using server = await startImapServer({ script: { secured: fault.reset } });
    expect(await visitError(server)).toBe('ECONNRESET');
  });

  test('hangs before the greeting', async () => {
    await using server = await startImapServer({ script: { greeting: fault.hang } });
    const text = secureSocket(server).then(textUntilEnd);
    await server.until((seen) => seen.stats().full === 1);
    server.dropConnections();
    expect(await text).toBe('');
  });

  test.for([
    [fault.bye('Too many connections'), '* BYE Too many connections\r\n'],
    [fault.raw('\0\u0001HTTP/1.1 400\r\n'), '\0\u0001HTTP/1.1 400\r\n'],
    [fault.reply('NO [UNAVAILABLE] Try later'), '* NO [UNAVAILABLE] Try later\r\n'],
  ] as const)('greets otherwise: %j', async ([greeting, text]) => {
    await using server = await startImapServer({ script: { greeting } });
    expect((await visit(server)).greeting).toBe(text);
  });
});

describe('at a command', () => {
  test.for([
    ['login', 'NO [AUTHENTICATIONFAILED] Invalid credentials', LOGIN],
    ['login', 'NO [UNAVAILABLE] Try later', LOGIN],
    ['capability', 'NO [LIMIT] Too often', 'z CAPABILITY'],
    ['logout', 'BAD Stay', 'z LOGOUT'],
  ] as const)('%s: %s', async ([step, reply, command]) => {
    await using server = await startImapServer({ script: { [step]: fault.reply(reply) } });
    const text = await converse(await secureSocket(server), command);
    expect(text).toContain(`z ${reply}\r\n`);
    expect(text).not.toContain('z OK');
  });

  test('a login that the script refuses counts as an attempt', async () => {
    await using server = await startImapServer({ script: { login: fault.reply('NO [LIMIT] No') } });
    await converse(await secureSocket(server), LOGIN);
    expect(server.loginAttempts).toHaveLength(1);
  });

  test.for([
    ['login', LOGIN],
    ['select', 'z SELECT INBOX'],
    ['list', 'z LIST "" *'],
  ] as const)('hangs at %s', async ([step, line]) => {
    await using server = await startImapServer({ script: { [step]: fault.hang } });
    expect(await answerBeforeEnd(server, line)).toBe('');
  });

  test('says BYE and ends', async () => {
    await using server = await startImapServer({ script: { select: fault.bye('Going down') } });
    const socket = await secureSocket(server);
    await converse(socket, LOGIN);
    socket.write('b SELECT INBOX\r\n');
    expect(await textUntilEnd(socket)).toBe('* BYE Going down\r\n');
  });
});

describe('STARTTLS', () => {
  test('is not offered', async () => {
    await using server = await startImapServer({
      security: 'starttls',
      script: { hideStarttls: true },
    });
    const socket = await plainSocket(server);
    const text = await converse(socket, 'a STARTTLS', 'z CAPABILITY');
    expect(text).toContain('a BAD ');
    expect(text.replace('a BAD STARTTLS', '')).not.toContain('STARTTLS');
  });

  test('is refused', async () => {
    await using server = await startImapServer({
      security: 'starttls',
      script: { starttls: fault.reply('NO Not today') },
    });
    expect(await converse(await plainSocket(server), 'z STARTTLS')).toContain('z NO Not today');
  });

  test('comes with text that an attacker put behind it', async () => {
    const injected = '* OK injected\r\n';
    await using server = await startImapServer({
      security: 'starttls',
      script: { injectAfterStarttls: injected },
    });
    const socket = await plainSocket(server);
    await nextText(socket);
    socket.write('a STARTTLS\r\n');
    expect(await nextText(socket)).toBe(`a OK Begin TLS now\r\n${injected}`);
  });
});

test('a client that resets while the server waits for it to read ends its connection, and nothing else', async () => {
  await using server = await startImapServer({
    security: 'starttls',
    script: { capability: fault.raw('x'.repeat(20_000_000)) },
  });
  const socket = await plainSocket(server);
  await nextText(socket);
  socket.pause();
  socket.write('a CAPABILITY\r\n');
  await server.until(({ commands }) => commands.includes('CAPABILITY'));
  socket.resetAndDestroy();
  await server.until(({ open }) => open === 0);
  expect(server.idling).toEqual([]);
});

test('a server that was stopped has no connection left, whatever it hung at', async () => {
  const steps = ['accept', 'handshake', 'secured', 'greeting'] as const;
  const server = await startImapServer({
    script: (connection) => ({ [steps[connection - 1] ?? 'login']: fault.hang }),
  });
  const failures = steps.map(() => visitError(server));
  await server.until(({ open }) => open === steps.length);
  await server.stop();
  expect(server.open).toBe(0);
  await Promise.allSettled(failures);
  await server.stop();
});

test('a script may differ from connection to connection', async () => {
  await using server = await startImapServer({
    script: (connection) => (connection === 2 ? { accept: fault.close } : {}),
  });
  await visit(server);
  expect(await visitError(server)).toBe('ECONNRESET');
  await visit(server);
  expect(server.stats()).toMatchObject({ connections: 3, full: 2 });
});
