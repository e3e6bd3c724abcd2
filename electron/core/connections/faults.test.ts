import { describe, expect, test } from 'vitest';
import type { AccountId } from '../../../shared/model.ts';
import { startRawServer } from '../server-check/testing/raw-server.ts';
import { fault, startImapServer } from '../demo/testing/index.ts';
import { PROBLEM_TEXT_LENGTH } from '../failures/index.ts';
import { SILENCE_MS } from '../tls/index.ts';
import { PHASE_LIMITS } from './imap/imapflow-options.ts';
import { NameRecord } from '../network/names.ts';
import { TestSupervisor } from './testing/supervisor.ts';

describe('a server that fails at each step', () => {
  const hanging = [
    ['handshake', 'tls', 'TLS handshake', 'tls', null],
    ['greeting', 'greeting', 'no IMAP greeting', 'tls', null],
    ['login', 'login', 'the sign-in (AUTHENTICATE)', 'tls', 'AUTHENTICATE'],
    ['select', 'select', 'did not open "INBOX" (EXAMINE)', 'tls', 'EXAMINE'],
    ['accept', 'starttls', 'no IMAP greeting', 'starttls', null],
    ['starttls', 'starttls', 'did not answer STARTTLS within', 'starttls', 'STARTTLS'],
  ] as const;

  test.each(hanging)(
    'hanging at %s: the phase %s is named',
    async (step, phase, says, security, command) => {
      await using server = await startImapServer({ security, script: { [step]: fault.hang } });
      await using watched = new TestSupervisor();
      watched.watch(server);
      await watched.until(() => {
        const { state } = watched.connection();
        return state.kind === 'connecting' && state.phase === phase;
      });
      await server.until(({ commands }) => command === null || commands.includes(command));
      watched.clock.advance(PHASE_LIMITS[phase] - 1);
      expect(watched.connection().state.kind).toBe('connecting');
      watched.clock.advance(1);
      const { problem } = await watched.state('retrying');
      expect(problem).toMatchObject({ code: 'timeout', message: expect.stringContaining(says) });
      await server.until(({ open }) => open === 0);
    },
  );

  test.each(['tls', 'starttls'] as const)(
    'hanging in TLS where a session is offered, over %s: after five seconds it is tried without any',
    async (security) => {
      await using server = await startImapServer({
        security,
        script: (connection) => (connection === 2 ? { handshake: fault.hang } : {}),
      });
      await using watched = new TestSupervisor();
      watched.watch(server);
      await watched.state('idle');
      server.dropConnections('reset');
      await watched.state('retrying');
      watched.clock.advance(1000);
      await watched.until(() => {
        const { state } = watched.connection();
        return state.kind === 'connecting' && state.phase === 'tls';
      });
      await server.until(() => server.stats().offered === 1);
      watched.clock.advance(SILENCE_MS);
      await watched.state('idle');
      const [, timedOut, again] = watched.attempts.map(({ outcome }) => outcome);
      expect(timedOut).toMatchObject({ kind: 'failed', problem: { code: 'timeout' } });
      expect(again).toEqual({ kind: 'full', reason: 'failed-earlier' });
      expect(server.stats()).toMatchObject({ connections: 3, offered: 1 });
      // What was offered is dropped with its sibling: these are what the new handshake brought.
      expect(watched.sessions.held()).toHaveLength(2);
    },
  );

  const endless = 'x'.repeat(900_000);
  test.each([
    ['a refused sign-in', { login: fault.reply(`NO [AUTHENTICATIONFAILED] ${endless}`) }],
    ['a BYE', { select: fault.bye(endless) }],
    ['a strange greeting', { greeting: fault.raw(`220 ${endless}\r\n`) }],
  ])(
    'a server that talks without end in %s: only the beginning is kept',
    async (_where, script) => {
      await using server = await startImapServer({ script });
      await using watched = new TestSupervisor();
      watched.watch(server);
      await watched.until(() => 'problem' in watched.connection().state);
      const { state } = watched.connection();
      const { serverLine, message } = 'problem' in state ? state.problem : {};
      expect(serverLine).toMatch(/^(?:NO|BYE|220).* x+ …$/);
      expect(serverLine).toHaveLength(PROBLEM_TEXT_LENGTH + 2);
      expect(message).not.toContain('xx');
    },
  );

  test('a secret that a server says again and again is hidden before the line is cut', async () => {
    const password = 'abcdefghij0123456789'.repeat(5);
    await using server = await startImapServer({
      script: { login: fault.reply(`NO [AUTHENTICATIONFAILED] ${password.repeat(100)}`) },
    });
    await using watched = new TestSupervisor();
    watched.watch(server, {}, password);
    const { problem } = await watched.state('sign-in-failed');
    expect(problem.serverLine).toMatch(/^NO \[AUTHENTICATIONFAILED\] \(hidden\)/);
    expect(problem.serverLine).not.toContain('abc');
  });

  test('a name that cannot be looked up', async () => {
    await using server = await startImapServer();
    await using watched = new TestSupervisor({
      lookup: (_host, _options, found) => {
        found(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }), '');
      },
    });
    watched.watch(server, { host: 'imap.exmaple.org' });
    const { problem } = await watched.state('retrying');
    expect(problem).toMatchObject({
      code: 'dns',
      message: expect.stringContaining('imap.exmaple.org'),
    });
    expect(watched.attempts).toMatchObject([{ outcome: { kind: 'failed', problem } }]);
  });

  test('names of which none can be looked up: that is no typing error', async () => {
    await using server = await startImapServer();
    const { lookup } = new NameRecord((_host, _options, found) => {
      found(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }), '');
    });
    await using watched = new TestSupervisor({ lookup });
    const other = 'account-2' as AccountId;
    watched.watch(server, { host: 'imap.example.org' });
    const { problem } = await watched.state('retrying');
    expect(problem.message).toContain('typing error');
    watched.watch(server, { host: 'imap.example.net', id: other });
    const { problem: its } = await watched.state('retrying', 'INBOX', other);
    expect(its).toMatchObject({
      code: 'dns',
      message: expect.stringMatching(/hardly a typing error.*DNS server, and any VPN or proxy/),
    });
  });

  test('a name lookup that hangs', async () => {
    await using server = await startImapServer();
    await using watched = new TestSupervisor({ lookup: () => undefined });
    watched.watch(server, { host: 'imap.example.org' });
    await watched.until(() => watched.clock.pending >= 2);
    watched.clock.advance(PHASE_LIMITS.dns);
    expect((await watched.state('retrying')).problem).toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('could not be looked up within 12 s'),
    });
  });

  test.each([
    ['says nothing', '', /It may not speak TLS on this port/],
    ['has begun to answer in TLS', '\u0016\u0003\u0003\u0000\u007a\u0002', /setting up TLS\.$/],
  ])('a server that %s and hangs up', async (_, answer, says) => {
    await using server = await startImapServer();
    const { port } = await startRawServer((socket) => {
      socket.once('data', () => socket.end(answer, 'latin1'));
    });
    await using watched = new TestSupervisor();
    watched.watch(server, { port });
    const { problem } = await watched.state('retrying');
    expect(problem).toMatchObject({ code: 'closed', message: expect.stringMatching(says) });
  });

  const dropping = [
    ['accept', 'closed'],
    ['handshake', 'closed'],
    ['secured', 'closed'],
    ['greeting', 'closed'],
    ['capability', 'closed'],
    ['login', 'closed'],
    ['select', 'closed'],
    ['idle', 'closed'],
  ] as const;

  test.each(dropping)('dropping the connection at %s: tried again', async (step, code) => {
    // The demo server names its capabilities in the greeting: none of its clients asks over TLS.
    const security = step === 'capability' ? 'starttls' : 'tls';
    for (const kind of [fault.close, fault.reset]) {
      await using server = await startImapServer({ security, script: { [step]: kind } });
      await using watched = new TestSupervisor();
      watched.watch(server);
      const { problem } = await watched.state('retrying');
      expect(problem.code).toBe(code);
      server.setScript({});
      watched.clock.advance(1000);
      await watched.state('idle');
    }
  });

  test('going with a BYE: its line is shown', async () => {
    await using server = await startImapServer({ script: { greeting: fault.bye('Not today') } });
    await using watched = new TestSupervisor();
    watched.watch(server);
    expect((await watched.state('retrying')).problem).toMatchObject({
      code: 'server-closed',
      serverLine: 'BYE Not today',
    });
  });

  test('speaking plain text on the port for TLS', async () => {
    await using server = await startImapServer({ security: 'starttls' });
    await using watched = new TestSupervisor();
    watched.watch(server, { security: 'tls' });
    expect((await watched.state('retrying')).problem.code).toBe('not-tls');
    expect(watched.attempts).toMatchObject([{ outcome: { kind: 'failed' } }]);
  });

  test('speaking TLS on the port for STARTTLS', async () => {
    await using server = await startImapServer();
    await using watched = new TestSupervisor();
    watched.watch(server, { security: 'starttls' });
    await watched.until(() => {
      const { state } = watched.connection();
      return state.kind === 'connecting' && state.phase === 'starttls';
    });
    watched.clock.advance(PHASE_LIMITS.starttls);
    expect((await watched.state('retrying')).problem.message).toContain('choose TLS instead');
    expect(server.loginAttempts).toEqual([]);
  });

  test('not offering STARTTLS: nothing is sent to it', async () => {
    await using server = await startImapServer({
      security: 'starttls',
      script: { hideStarttls: true },
    });
    await using watched = new TestSupervisor();
    watched.watch(server);
    expect((await watched.state('retrying')).problem.code).toBe('starttls-unavailable');
    expect(server.commands).not.toContain('AUTHENTICATE');
  });

  test('with something injected behind STARTTLS: nothing is sent to it', async () => {
    await using server = await startImapServer({
      security: 'starttls',
      script: { injectAfterStarttls: '* OK trust me\r\n' },
    });
    await using watched = new TestSupervisor();
    watched.watch(server);
    expect((await watched.state('retrying')).problem.code).toBe('starttls-injection');
    expect(server.loginAttempts).toEqual([]);
  });

  test('not being an IMAP server: its first line says so, at once', async () => {
    await using server = await startImapServer({
      script: { greeting: fault.raw('220 mail.example.org ESMTP Postfix\r\n') },
    });
    await using watched = new TestSupervisor();
    watched.watch(server);
    expect((await watched.state('retrying')).problem).toMatchObject({
      code: 'not-imap',
      serverLine: '220 mail.example.org ESMTP Postfix',
    });
  });

  test('sending a line without end: given up before it fills the memory', async () => {
    await using server = await startImapServer({
      script: { greeting: fault.raw(`* OK ${'x'.repeat(3_000_000)}`) },
    });
    await using watched = new TestSupervisor();
    watched.watch(server);
    expect((await watched.state('retrying')).problem.code).toBe('not-imap');
  });

  const certificates = [
    ['expired', 'certificate-expired'],
    ['not-yet-valid', 'certificate-not-yet-valid'],
    ['wrong-name', 'certificate-name'],
    ['self-signed', 'certificate-untrusted'],
    ['other-authority', 'certificate-untrusted'],
  ] as const;

  test.each(certificates)('with a certificate that is %s: stops, shows it', async (kind, code) => {
    await using server = await startImapServer({
      certificate: kind,
      mailboxes: { INBOX: 3, Sent: 1 },
    });
    await using watched = new TestSupervisor();
    watched.watch(server, { mailboxes: ['INBOX', 'Sent'] });
    const { problem, certificate } = await watched.state('certificate-problem');
    expect(problem.code).toBe(code);
    expect(certificate?.fingerprint256).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    await watched.state('certificate-problem', 'Sent');
    watched.clock.advance(24 * 3_600_000);
    expect(watched.connection().state.kind).toBe('certificate-problem');
    expect(server.loginAttempts).toEqual([]);
    await server.setCertificate('valid');
    watched.supervisor.reconnectAll();
    await watched.state('idle');
    await watched.state('idle', 'Sent');
  });
});
