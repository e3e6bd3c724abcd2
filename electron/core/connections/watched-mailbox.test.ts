import { describe, expect, test } from 'vitest';
import { fault, HANG_UP, startImapServer, startLineServer } from '../demo/testing/index.ts';
import { TestSupervisor } from './testing/supervisor.ts';

describe('a watched mailbox', () => {
  test('comes to Idle with its message count, every phase timed', async () => {
    await using server = await startImapServer();
    await using watched = new TestSupervisor();
    watched.watch(server);
    await watched.state('idle');
    const { messages, attempt } = watched.connection();
    expect(messages).toBe(3);
    expect(attempt).toMatchObject({
      outcome: { kind: 'full', reason: 'nothing-held' },
      handshake: { protocol: 'TLSv1.3' },
      address: '127.0.0.1',
      ticketsReceived: 2,
    });
    const { proxy, starttls, wait, ...phases } = attempt?.phases ?? {};
    expect([proxy, starttls, wait]).toEqual([null, null, null]);
    const times = Object.values(phases).map(Number);
    expect(times).toHaveLength(6);
    for (const time of times) expect(time).toBeGreaterThan(0);
    const sum = times.reduce((total, time) => total + time, 0);
    expect(sum).toBeLessThanOrEqual(attempt?.totalMs ?? 0);
  });

  test('comes to Idle over STARTTLS, and is resumed the next time', async () => {
    await using server = await startImapServer({ security: 'starttls' });
    await using watched = new TestSupervisor();
    watched.watch(server);
    await watched.state('idle');
    expect(watched.connection().attempt?.phases.starttls).toBeGreaterThan(0);
    watched.supervisor.reconnectAll();
    await watched.state('connecting');
    await watched.state('idle');
    expect(watched.connection().attempt?.outcome.kind).toBe('resumed');
    expect(watched.connection().lastFull?.starttls).toBeGreaterThan(0);
  });

  test('counts messages as they come and go', async () => {
    await using server = await startImapServer();
    await using watched = new TestSupervisor();
    watched.watch(server);
    await server.until(({ idling }) => idling.length === 1);
    server.mail.deliver('INBOX');
    await watched.until(() => watched.connection().messages === 4);
    server.mail.expunge('INBOX');
    server.mail.expunge('INBOX');
    await watched.until(() => watched.connection().messages === 2);
    expect(watched.connection().state.kind).toBe('idle');
  });

  test('does not take the \\Recent flag from messages: it opens read-only', async () => {
    await using server = await startImapServer();
    await using watched = new TestSupervisor();
    watched.watch(server);
    await watched.state('idle');
    expect(server.commands).toContain('EXAMINE');
    expect(server.commands).not.toContain('SELECT');
  });

  test('that is dropped waits, with a countdown, and comes back resumed', async () => {
    await using server = await startImapServer();
    await using watched = new TestSupervisor();
    watched.watch(server);
    await server.until(({ idling }) => idling.length === 1);
    server.dropConnections();
    const { retryAt, problem } = await watched.state('retrying');
    expect(retryAt).toBe(watched.clock.now() + 750);
    expect(problem.code).toBe('closed');
    expect(watched.connection().messages).toBe(3);
    watched.clock.advance(749);
    expect(watched.connection().state.kind).toBe('retrying');
    watched.clock.advance(1);
    await watched.state('idle');
    expect(watched.connection().attempt?.outcome.kind).toBe('resumed');
  });

  test('waits longer with each failure, and not after it was idle for a while', async () => {
    await using server = await startImapServer();
    await using watched = new TestSupervisor();
    watched.watch(server);
    await server.until(({ idling }) => idling.length === 1);
    await server.stop();
    for (const delayMs of [750, 1500, 3000]) {
      const { retryAt } = await watched.state('retrying');
      expect(retryAt - watched.clock.now()).toBe(delayMs);
      watched.clock.advance(delayMs);
      expect(watched.connection().state.kind).toBe('connecting');
    }
    expect((await watched.state('retrying')).problem.code).toBe('refused');
    await server.start();
    watched.clock.advance(6000);
    await server.until(({ idling }) => idling.length === 1);
    // What comes behind the server's word that it watches says that it has come.
    const { messages } = watched.connection();
    server.mail.deliver('INBOX');
    await watched.until(() => watched.connection().messages === Number(messages) + 1);
    watched.clock.advance(60_000);
    server.dropConnections('reset');
    expect((await watched.state('retrying')).retryAt).toBe(watched.clock.now() + 750);
  });

  test('was idle for no longer than the server watched, however long it took to begin', async () => {
    await using server = await startLineServer({ answers: { IDLE: HANG_UP } });
    await using watched = new TestSupervisor();
    watched.watch(server);
    expect((await watched.state('retrying')).retryAt).toBe(watched.clock.now() + 750);
    server.answer({ IDLE: '' });
    watched.clock.advance(750);
    await server.until(() => server.sent('IDLE').length === 2);
    watched.clock.advance(59_000);
    server.say('+ idling\n* 4 EXISTS');
    await watched.until(() => watched.connection().messages === 4);
    watched.clock.advance(2000);
    server.say('* BYE Later');
    expect((await watched.state('retrying')).retryAt).toBe(watched.clock.now() + 1500);
  });

  test('Now skips the wait', async () => {
    await using server = await startImapServer();
    await using watched = new TestSupervisor();
    watched.watch(server);
    await server.until(({ idling }) => idling.length === 1);
    server.dropConnections();
    await watched.state('retrying');
    expect(watched.clock.pending).toBe(1);
    watched.supervisor.reconnect(watched.connection().id);
    await watched.state('connecting');
    await watched.state('idle');
    watched.clock.advance(10_000);
    await server.until(({ idling }) => idling.length === 1);
    expect(server.stats().connections).toBe(2);
  });

  test('whose session is no good is tried again at once, without it', async () => {
    await using server = await startImapServer({ protocol: 'TLSv1.2' });
    await using watched = new TestSupervisor();
    watched.watch(server);
    await watched.state('idle');
    server.setScript((connection) =>
      connection === 2 ? { handshake: fault.raw('This is not TLS.') } : {},
    );
    watched.supervisor.reconnectAll();
    await server.until(({ idling }) => idling.length === 0);
    await server.until(({ idling }) => idling.length === 1);
    await watched.until(() => watched.attempts.length === 3);
    expect(watched.attempts.map(({ outcome }) => outcome.kind)).toEqual(['full', 'failed', 'full']);
  });

  test('is told once for each attempt, when all of it is known', async () => {
    await using server = await startImapServer();
    await using watched = new TestSupervisor();
    watched.watch(server);
    await watched.state('idle');
    watched.supervisor.reconnectAll();
    await watched.state('connecting');
    await watched.state('idle');
    expect(watched.attempts).toHaveLength(2);
    for (const { totalMs, receivedBytes, phases } of watched.attempts) {
      expect(totalMs).toBeGreaterThan(0);
      expect(receivedBytes).toBeGreaterThan(0);
      expect(phases.select).toBeGreaterThan(0);
    }
    const [full, resumed] = watched.attempts;
    expect(watched.connection().attempt).toEqual(resumed);
    expect(watched.connection().lastFull).toEqual(full?.phases);
    expect(watched.supervisor.detail(watched.connection().id)?.attempts).toEqual([resumed, full]);
  });

  test('says which mailbox there is not, and stops', async () => {
    await using server = await startImapServer();
    await using watched = new TestSupervisor();
    watched.watch(server, { mailboxes: ['INBOX', 'Arhcive'] });
    const { problem } = await watched.state('failed', 'Arhcive');
    expect(problem).toMatchObject({
      code: 'mailbox-missing',
      message: expect.stringContaining('"Arhcive"'),
      serverLine: 'NO [NONEXISTENT] There is no mailbox named Arhcive',
    });
    await watched.state('idle', 'INBOX');
    expect(watched.connection('Arhcive').attempt?.outcome.kind).not.toBe('failed');
  });

  test('keeps a log in which no password is', async () => {
    await using server = await startImapServer({ password: 'correct horse' });
    await using watched = new TestSupervisor();
    watched.watch(server);
    await watched.state('idle');
    const detail = watched.supervisor.detail(watched.connection().id);
    const log = detail?.log.map(({ text }) => text).join('\n') ?? '';
    expect(log).toContain('AUTHENTICATE (hidden)');
    expect(log).toContain('S: * 3 EXISTS');
    for (const secret of ['correct horse', 'Y29ycmVjdCBob3JzZQ', 'Y29ycmVjdC', 'AGRlbW9'])
      expect(log).not.toContain(secret);
    expect(detail?.attempts).toHaveLength(1);
    expect(detail?.connection).toEqual(watched.connection());
  });
});
