/** What servers in the field say, through a connection: verdict, words, the server's own line. */
import { describe, expect, test } from 'vitest';
import { startRawServer } from '../server-check/testing/raw-server.ts';
import { PHASE_LIMITS } from './imap/imapflow-options.ts';
import { startLineServer, type LineServerOptions } from '../demo/testing/index.ts';
import { TestSupervisor } from './testing/supervisor.ts';

const plain = (text: string): string => Buffer.from(text).toString('base64');

describe('the way of signing in', () => {
  test.each([
    ['NO before the password was sent', { AUTHENTICATE: '~ NO mechanism not supported, mate' }],
    ['NO afterwards', { RESPONSE: '~ NO Unsupported authentication mechanism.' }],
    ['NO with a code', { AUTHENTICATE: '~ NO [CANNOT] No' }],
    ['NO without a reason, before the password was sent', { AUTHENTICATE: '~ NO Nope' }],
    ['NO as to a password, before it was sent', { AUTHENTICATE: '~ NO AUTHENTICATE failed.' }],
    ['NO to a mechanism that is disabled', { RESPONSE: '~ NO Mechanism is disabled' }],
    ['BAD', { AUTHENTICATE: '~ BAD Command Argument Error. 12' }],
  ])('is LOGIN where AUTHENTICATE PLAIN is refused as such: %s', async (_, answers) => {
    await using server = await startLineServer({ answers });
    await using watched = new TestSupervisor();
    watched.watch(server);
    await watched.state('idle');
    expect(server.lines).toContain(`LOGIN "${server.user}" "${server.password}"`);
  });

  test.each([
    ['a wrong password', '~ NO [AUTHENTICATIONFAILED] Invalid credentials', 'sign-in-failed'],
    ['a wrong password without a code', '~ NO AUTHENTICATE failed.', 'sign-in-failed'],
    ['a NO without a reason', '~ NO Nope', 'sign-in-failed'],
    ['trouble of the server', '~ NO [UNAVAILABLE] Unsupported just now', 'retrying'],
    ['trouble in a BAD', '~ BAD Server Unavailable. 15', 'retrying'],
  ] as const)('is no other one for %s', async (_, answer, state) => {
    await using server = await startLineServer({ answers: { RESPONSE: answer } });
    await using watched = new TestSupervisor();
    watched.watch(server);
    const { problem } = await watched.state(state);
    expect(problem.serverLine).toBe(answer.slice(2));
    expect(server.signIns).toBe(1);
  });

  test('is not LOGIN where that is disabled', async () => {
    await using server = await startLineServer({
      capabilities: 'IMAP4rev1 AUTH=PLAIN LOGINDISABLED',
      answers: { AUTHENTICATE: '~ NO Unsupported authentication mechanism.' },
    });
    await using watched = new TestSupervisor();
    watched.watch(server);
    expect((await watched.state('sign-in-failed')).problem).toEqual({
      code: 'sign-in',
      message: expect.stringContaining('offers no sign-in by password'),
      serverLine: 'NO Unsupported authentication mechanism.',
    });
    expect(server.signIns).toBe(0);
  });

  test.each([
    [
      'by PLAIN where LOGIN is disabled',
      { capabilities: 'IMAP4rev1 IDLE AUTH=PLAIN LOGINDISABLED' },
    ],
    ['by PLAIN where LOGIN is refused as such', { answers: { LOGIN: '~ BAD Unknown command' } }],
    ['by LOGIN else, which Exchange wants', {}],
  ] as readonly (readonly [string, LineServerOptions])[])(
    'of a user with a backslash is %s',
    async (how, options) => {
      await using server = await startLineServer(options);
      await using watched = new TestSupervisor();
      const user = String.raw`CORP\robin`;
      watched.watch(server, { user });
      await watched.state('idle');
      expect(server.lines).toContain(
        how.startsWith('by PLAIN')
          ? `RESPONSE ${plain(`\0${user}\0${server.password}`)}`
          : String.raw`LOGIN "CORP\\robin" "a-good-password"`,
      );
    },
  );

  test('sends a password that is not ASCII as a literal over LOGIN', async () => {
    await using server = await startLineServer({ capabilities: 'IMAP4rev1 IDLE' });
    await using watched = new TestSupervisor();
    const password = 'schlüßel "é"';
    watched.watch(server, {}, password);
    await watched.state('idle');
    expect(server.lines).toContain(`LOGIN "${server.user}" <${password}>`);
    const { log } = watched.supervisor.detail(watched.connection().id) ?? { log: [] };
    expect(JSON.stringify(log)).not.toContain('schl');
  });
});

describe('a command that gets no answer', () => {
  test.each([
    ['CAPABILITY', 'greeting', 'tls'],
    ['CAPABILITY', 'starttls', 'starttls'],
    ['STARTTLS', 'starttls', 'starttls'],
    ['ID', 'greeting', 'tls'],
    ['NAMESPACE', 'login', 'tls'],
    ['EXAMINE', 'select', 'tls'],
  ] as const)('is named: %s at %s over %s', async (command, phase, security) => {
    await using server = await startLineServer({ security, answers: { [command]: '' } });
    await using watched = new TestSupervisor();
    watched.watch(server);
    await watched.until(() => {
      const { state } = watched.connection();
      return state.kind === 'connecting' && state.phase === phase;
    });
    while (!server.lines.some((line) => line.startsWith(command)))
      await new Promise((done) => {
        setImmediate(done);
      });
    watched.clock.advance(PHASE_LIMITS[phase]);
    const { problem } = await watched.state('retrying');
    expect(problem.message).toContain(command);
    expect(problem.message).not.toContain('greeting');
  });
});

describe('what a server answers elsewhere', () => {
  const notConnected = 'BAD User is authenticated but not connected.';
  test.each(['NAMESPACE', 'EXAMINE'])(
    'to %s, that there is no mailbox behind the sign-in, is asked again slowly',
    async (command) => {
      await using server = await startLineServer({ answers: { [command]: `~ ${notConnected}` } });
      await using watched = new TestSupervisor();
      watched.watch(server);
      const { problem, retryAt } = await watched.state('retrying');
      expect(problem).toEqual({
        code: 'not-served',
        message: expect.stringContaining('accepted the sign-in and has no mailbox behind it'),
        serverLine: notConnected,
      });
      expect(retryAt - watched.clock.now()).toBeGreaterThan(2 * 60_000);
      server.answer();
      watched.clock.advance(retryAt - watched.clock.now());
      await watched.state('idle');
    },
  );

  test.each([
    ['STARTTLS', 'NO [UNAVAILABLE] Try later', 'server-unavailable'],
    ['STARTTLS', 'BAD Not now', 'starttls-unavailable'],
    ['CAPABILITY', 'NO [UNAVAILABLE] Down', 'server-unavailable'],
  ])('to %s in the clear is quoted: %s', async (command, line, code) => {
    await using server = await startLineServer({
      security: 'starttls',
      answers: { [command]: `~ ${line}` },
    });
    await using watched = new TestSupervisor();
    watched.watch(server);
    const { problem } = await watched.state('retrying');
    expect(problem).toMatchObject({ code, serverLine: line });
    expect(problem.message).not.toMatch(/tampering|does not offer/);
  });

  test.each([
    ['at the greeting', { greeting: '* bye Too many connections' }, 'bye Too many connections'],
    ['at the sign-in', { answers: { AUTHENTICATE: '* Bye Server is busy' } }, 'Bye Server is busy'],
    [
      'with a tag',
      { answers: { NAMESPACE: '~ BYE Connection is closed. 13' } },
      'BYE Connection is closed. 13',
    ],
  ])('as BYE in any case, %s, is quoted', async (_, options, serverLine) => {
    await using server = await startLineServer(options);
    await using watched = new TestSupervisor();
    watched.watch(server);
    expect((await watched.state('retrying')).problem).toMatchObject({ serverLine });
  });

  test('as BYE to a sign-in with a wrong password stops it', async () => {
    await using server = await startLineServer({
      answers: { RESPONSE: '* BYE [AUTHENTICATIONFAILED] Go away' },
    });
    await using watched = new TestSupervisor();
    watched.watch(server);
    const { problem } = await watched.state('sign-in-failed');
    expect(problem.serverLine).toBe('BYE [AUTHENTICATIONFAILED] Go away');
  });

  test('as BYE right after a refused sign-in leaves that refused', async () => {
    const line = 'NO Basic authentication is disabled.';
    await using server = await startLineServer({
      answers: {
        RESPONSE: `~ ${line}\r\n* BYE Microsoft Exchange Server IMAP4 server signing off.`,
      },
    });
    await using watched = new TestSupervisor();
    watched.watch(server);
    const { problem } = await watched.state('sign-in-failed');
    expect(problem.serverLine).toBe(line);
    expect(server.signIns).toBe(1);
  });

  test('to a sign-in, and cannot be read as IMAP, counts all the same', async () => {
    const line = 'NO [Error="AuthFailed:LogonDenied-BasicAuthBlocked-<RequestId=a72c>';
    await using server = await startLineServer({ answers: { RESPONSE: `~ ${line}` } });
    await using watched = new TestSupervisor();
    watched.watch(server);
    const { problem } = await watched.state('sign-in-failed');
    expect(problem).toMatchObject({ serverLine: line });
    expect(problem.message).toContain('OAuth');
  });

  test('is shown with what hides in it', async () => {
    await using server = await startLineServer({
      answers: { RESPONSE: '~ NO \u202Egnorw\u200B\u0007' },
    });
    await using watched = new TestSupervisor();
    watched.watch(server);
    const { problem } = await watched.state('sign-in-failed');
    expect(problem.serverLine).toBe('NO <U+202E>gnorw<U+200B><U+0007>');
  });
});

describe('a list that is refused after its mailbox was', () => {
  test('is not what the server is said to be at', async () => {
    await using server = await startLineServer({
      answers: { EXAMINE: '~ NO Could not open mailbox', LIST: '~ NO Server Unavailable. 15' },
    });
    await using watched = new TestSupervisor();
    watched.watch(server, { mailboxes: ['Work'] });
    const { problem } = await watched.state('retrying', 'Work');
    expect(problem).toMatchObject({ serverLine: 'NO Could not open mailbox' });
    expect(problem.message).toContain('(opening the mailbox)');
  });
});

describe('plain text where TLS should be', () => {
  test.each([
    [
      '* BYE Too many connections from your IP\r\n',
      'server-unavailable',
      'BYE Too many connections from your IP',
    ],
    ['* bye closing down\r\n', 'server-closed', 'bye closing down'],
    ['* OK IMAP4 ready\r\n', 'not-tls', '* OK IMAP4 ready'],
    ['220 mail.example.org ESMTP\r\n', 'not-tls', '220 mail.example.org ESMTP'],
  ])('is quoted: %j', async (text, code, serverLine) => {
    const server = await startRawServer((socket) => socket.end(text));
    await using imap = await startLineServer();
    await using watched = new TestSupervisor();
    watched.watch(imap, { port: server.port });
    expect((await watched.state('retrying')).problem).toMatchObject({ code, serverLine });
  });
});

describe('an alert', () => {
  test('is told at the greeting, at the sign-in and while idle, tagged or not', async () => {
    await using server = await startLineServer({
      greeting: '* OK [ALERT] Down on Sunday',
      answers: { RESPONSE: '* NO [alert] Your disk is full\r\n~ OK [ALERT] Change your password' },
    });
    await using watched = new TestSupervisor();
    watched.watch(server);
    await watched.state('idle');
    server.say('* OK [ALERT] Going down in five minutes');
    await watched.until(() => watched.alerts.length === 4);
    expect(watched.alerts).toEqual([
      'Down on Sunday',
      'Your disk is full',
      'Change your password',
      'Going down in five minutes',
    ]);
  });

  test('is told where it is not the first code of its line', async () => {
    await using server = await startLineServer({
      answers: { RESPONSE: '~ OK [CAPABILITY IMAP4rev1 IDLE] [ALERT] Change your password' },
    });
    await using watched = new TestSupervisor();
    watched.watch(server);
    await watched.state('idle');
    server.say('* NO [NONEXISTENT] [ALERT] It is no code: [ALERT]');
    await watched.until(() => watched.alerts.length === 2);
    expect(watched.alerts).toEqual(['Change your password', 'It is no code: [ALERT]']);
  });

  test('is told of a refused sign-in', async () => {
    await using server = await startLineServer({
      answers: { RESPONSE: '~ NO [ALERT] Please log in via your web browser' },
    });
    await using watched = new TestSupervisor();
    watched.watch(server);
    await watched.state('sign-in-failed');
    expect(watched.alerts).toEqual(['Please log in via your web browser']);
  });

  test('is not told before TLS: anybody may have said it', async () => {
    await using server = await startLineServer({
      security: 'starttls',
      greeting: '* OK [ALERT] Send your password to evil.example',
      answers: {
        STARTTLS: '* OK [ALERT] Evil\r\n~ OK [ALERT] More evil',
        RESPONSE: '~ OK [ALERT] Good',
      },
    });
    await using watched = new TestSupervisor();
    watched.watch(server);
    await watched.state('idle');
    expect(watched.alerts).toEqual(['Good']);
  });
});
