import { describe, expect, test } from 'vitest';
import { fault, startImapServer } from '../demo/testing/index.ts';
import { byPassword } from './credentials.ts';
import { ABROAD, TestSupervisor } from './testing/supervisor.ts';

const three = { INBOX: 3, Sent: 1, Work: 7 };
const threeNames = Object.keys(three);

describe('signing in', () => {
  test('with a wrong password is tried once, by one connection, until something changes', async () => {
    await using server = await startImapServer({ mailboxes: three });
    await using watched = new TestSupervisor();
    watched.watch(server, { mailboxes: threeNames }, 'wrong-password');
    for (const name of threeNames) {
      const { problem } = await watched.state('sign-in-failed', name);
      expect(problem).toMatchObject({
        code: 'sign-in',
        serverLine: 'NO [AUTHENTICATIONFAILED] Invalid credentials',
      });
    }
    watched.clock.advance(24 * 3_600_000);
    expect(server.loginAttempts).toHaveLength(1);
    watched.supervisor.reconnectAll();
    for (const name of threeNames) await watched.state('sign-in-failed', name);
    expect(server.loginAttempts).toHaveLength(2);
    watched.watch(server, { mailboxes: threeNames });
    for (const name of threeNames) await watched.state('idle', name);
    expect(server.loginAttempts.filter(({ ok }) => !ok)).toHaveLength(2);
  });

  test('that was refused is tried again by another password, server or user, and by no other change', async () => {
    await using server = await startImapServer({ mailboxes: three });
    await using other = await startImapServer({ mailboxes: three });
    await using watched = new TestSupervisor();
    const wrong = 'wrong-password';
    const refusals = (): number => server.loginAttempts.length;
    watched.watch(server, {}, wrong);
    await watched.state('sign-in-failed');
    const changes = [
      { reuse: false },
      { policy: { sharing: 'private', longestAge: 'hour' } },
      { label: 'Another name' },
      { mailboxes: ['INBOX', 'Sent'] },
      { mailboxes: ['INBOX', 'Sent'], paused: true },
      { mailboxes: ['INBOX', 'Sent'] },
      { trust: { kind: 'ca', fileName: 'ca.pem', pem: server.caPem + other.caPem } },
    ] as const;
    for (const change of changes) {
      watched.watch(server, change, wrong);
      await watched.state('paused' in change ? 'paused' : 'sign-in-failed');
    }
    expect(refusals()).toBe(1);
    watched.supervisor.reconnectAll();
    await server.until(() => refusals() === 2);
    await watched.state('sign-in-failed');
    watched.watch(server, { user: 'somebody.else@reprise.example' }, wrong);
    await server.until(() => refusals() === 3);
    await watched.state('sign-in-failed');
    watched.watch(other, {}, wrong);
    await other.until(({ loginAttempts }) => loginAttempts.length === 1);
    await watched.state('sign-in-failed');
    watched.watch(other);
    await watched.state('idle');
  });

  test.each(['dropped', 'offline for a moment', 'reconnected by hand'])(
    'with a password changed at the server is tried once by thirty mailboxes that were %s',
    async (how) => {
      const names = Array.from({ length: 30 }, (_, index) => `Box ${index}`);
      const mailboxes = Object.fromEntries(names.map((name) => [name, 1]));
      await using server = await startImapServer({ mailboxes });
      await using watched = TestSupervisor.abroad();
      watched.watch(server, { ...ABROAD, mailboxes: names });
      await server.until(({ idling }) => idling.length === 30);
      expect(server.loginAttempts).toHaveLength(30);
      server.setScript({ login: fault.reply('NO [AUTHENTICATIONFAILED] Invalid credentials') });
      if (how === 'reconnected by hand') watched.supervisor.reconnectAll();
      else if (how === 'dropped') {
        server.dropConnections();
        for (const name of names) await watched.state('retrying', name);
        watched.clock.advance(1000);
      } else {
        watched.supervisor.setOnline(false);
        watched.supervisor.setOnline(true);
      }
      for (const name of names) await watched.state('sign-in-failed', name);
      expect(server.loginAttempts).toHaveLength(31);
      // The others were not on their way to it either, and saved by a quick answer only.
      expect(server.stats().connections).toBe(31);
      expect(watched.clock.pending).toBe(0);
    },
  );

  test('after all were dropped, the first success lets all others go at once', async () => {
    await using server = await startImapServer({ mailboxes: three });
    await using watched = new TestSupervisor();
    watched.watch(server, { mailboxes: threeNames });
    await server.until(({ idling }) => idling.length === 3);
    server.setScript((connection) => (connection === 4 ? {} : { login: fault.hang }));
    server.dropConnections();
    for (const name of threeNames) await watched.state('retrying', name);
    watched.clock.advance(1000);
    await server.until(({ idling, open }) => idling.length === 1 && open === 3);
    expect(server.stats().connections).toBe(6);
  });

  test('brings back the siblings that had stopped, once one succeeded', async () => {
    await using server = await startImapServer({ mailboxes: three });
    await using watched = new TestSupervisor();
    let password = 'wrong-password';
    const settings = watched.watch(server, { mailboxes: threeNames });
    await watched.supervisor.unwatch(settings.id);
    watched.supervisor.watch({
      settings,
      credentials: () => byPassword(() => Promise.resolve(password)),
    });
    for (const name of threeNames) await watched.state('sign-in-failed', name);
    ({ password } = server);
    watched.supervisor.reconnect(watched.connection('Sent').id);
    for (const name of threeNames) await watched.state('idle', name);
    expect(server.loginAttempts.map(({ ok }) => ok)).toEqual([false, true, true, true]);
  });

  test('stops the siblings that wait for their retry, and leaves the connected ones alone', async () => {
    await using server = await startImapServer({ mailboxes: three });
    await using watched = new TestSupervisor();
    let { password } = server;
    const settings = watched.watch(server, { mailboxes: threeNames });
    watched.supervisor.watch({
      settings,
      credentials: () => byPassword(() => Promise.resolve(password)),
    });
    await server.until(({ idling }) => idling.length === 3);
    password = 'changed-elsewhere';
    watched.supervisor.reconnect(watched.connection('Sent').id);
    await watched.state('sign-in-failed', 'Sent');
    expect(watched.connection('INBOX').state.kind).toBe('idle');
    server.dropConnections();
    await watched.state('retrying', 'INBOX');
    await watched.state('retrying', 'Work');
    watched.clock.advance(1000);
    await watched.state('sign-in-failed', 'INBOX');
    await watched.state('sign-in-failed', 'Work');
    expect(server.loginAttempts.filter(({ ok }) => !ok)).toHaveLength(1);
  });

  test('once refused, stops the siblings that wait for their retry, before they try', async () => {
    await using server = await startImapServer({ mailboxes: three });
    await using watched = new TestSupervisor();
    let { password } = server;
    const settings = watched.watch(server, { mailboxes: threeNames, paused: true });
    watched.supervisor.watch({
      settings: { ...settings, paused: false },
      credentials: () => byPassword(() => Promise.resolve(password)),
    });
    await server.until(({ idling }) => idling.length === 3);
    password = 'changed-elsewhere';
    server.dropConnections();
    for (const name of threeNames) await watched.state('retrying', name);
    watched.supervisor.reconnect(watched.connection('Sent').id);
    for (const name of threeNames) await watched.state('sign-in-failed', name);
    expect(server.loginAttempts.filter(({ ok }) => !ok)).toHaveLength(1);
    expect(watched.clock.pending).toBe(0);
  });

  test('does not hang on the first one, when that is begun anew', async () => {
    await using server = await startImapServer({
      mailboxes: three,
      script: (connection) => (connection === 1 ? { greeting: fault.hang } : {}),
    });
    await using watched = new TestSupervisor();
    watched.watch(server, { mailboxes: threeNames });
    await server.until(({ open }) => open === 1);
    watched.supervisor.reconnect(watched.connection('INBOX').id);
    await server.until(({ idling }) => idling.length === 3);
    expect(server.loginAttempts).toHaveLength(3);
  });

  test.each([
    'NO [UNAVAILABLE] Try later',
    'NO [LIMIT] Too many',
    'NO [INUSE] Locked',
    'NO Temporary authentication failure',
  ])('is tried again when the server answers %s', async (text) => {
    await using server = await startImapServer({ script: { login: fault.reply(text) } });
    await using watched = new TestSupervisor();
    watched.watch(server);
    const { problem } = await watched.state('retrying');
    expect(problem).toMatchObject({ code: 'server-unavailable', serverLine: text });
    server.setScript({});
    watched.clock.advance(1000);
    await watched.state('idle');
  });

  test('leaves a throttling server alone for as long as it asks', async () => {
    await using server = await startImapServer({
      script: {
        login: fault.reply('BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds'),
      },
    });
    await using watched = new TestSupervisor();
    watched.watch(server);
    const { retryAt, problem } = await watched.state('retrying');
    expect(retryAt).toBe(watched.clock.now() + 92_415);
    expect(problem.serverLine).toContain('Request is throttled');
  });

  test.each([null, ''])('does not even connect without a password (%j)', async (password) => {
    await using server = await startImapServer();
    await using watched = new TestSupervisor();
    watched.watch(server, {}, password);
    expect((await watched.state('sign-in-failed')).problem.code).toBe('secret-missing');
    expect(server.stats().connections).toBe(0);
  });

  test('says so when the key store cannot be read', async () => {
    await using server = await startImapServer();
    await using watched = new TestSupervisor();
    const settings = watched.watch(server, { paused: true });
    watched.supervisor.watch({
      settings: { ...settings, paused: false },
      credentials: () =>
        byPassword(() => Promise.reject(new Error('locked, by the way the password is hunter2'))),
    });
    const { problem } = await watched.state('sign-in-failed');
    expect(problem.message).toContain('Unlock the key store');
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });
});
