import { describe, expect, test } from 'vitest';
import type { AccountId, ConnectionState, Phase } from '../../../shared/model.ts';
import { fault, startImapServer } from '../demo/testing/index.ts';
import { startDeafHost } from './testing/deaf-host.ts';
import { ABROAD, TestSupervisor } from './testing/supervisor.ts';

const three = { INBOX: 3, Sent: 1, Work: 7 };
const threeNames = Object.keys(three);
const HERE = new Set(['127.0.0.1', '192.0.2.7']);
const ELSEWHERE = new Set(['192.0.2.8']);

function isIn(state: ConnectionState, phase: Phase): boolean {
  return state.kind === 'connecting' && state.phase === phase;
}

function logouts(commands: readonly string[]): number {
  return commands.filter((command) => command === 'LOGOUT').length;
}

describe('the network', () => {
  test('going drops all connections, and nothing is tried until it is back', async () => {
    await using server = await startImapServer({ mailboxes: three });
    await using watched = TestSupervisor.abroad();
    watched.watch(server, { ...ABROAD, mailboxes: threeNames });
    await server.until(({ idling }) => idling.length === 3);
    watched.supervisor.setOnline(false);
    for (const name of threeNames) expect(watched.connection(name).state.kind).toBe('offline');
    watched.supervisor.reconnectAll();
    watched.clock.advance(3_600_000);
    expect(watched.connection().state.kind).toBe('offline');
    await server.until(({ open }) => open === 0);
    expect(logouts(server.commands)).toBe(0);
    expect(watched.clock.pending).toBe(0);
    watched.supervisor.setOnline(true);
    await server.until(({ idling }) => idling.length === 3);
    expect(server.stats().connections).toBe(6);
    expect(server.stats().resumed).toBe(5);
  });

  test('coming and going leaves no failed handshake behind', async () => {
    await using server = await startImapServer({ mailboxes: three });
    await using watched = TestSupervisor.abroad();
    watched.watch(server, { ...ABROAD, mailboxes: threeNames });
    // In the middle of connecting, too.
    await watched.state('connecting');
    await server.until(({ open }) => open > 0);
    watched.supervisor.setOnline(false);
    watched.supervisor.setOnline(true);
    for (const name of threeNames) await watched.state('idle', name);
    watched.supervisor.setOnline(false);
    watched.supervisor.setOnline(true);
    for (const name of threeNames) await watched.state('idle', name);
    const kinds = new Set(watched.attempts.map(({ outcome }) => outcome.kind));
    expect(kinds).toEqual(new Set(['full', 'resumed']));
  });

  test('coming back ends every wait, and the next failure counts as the first', async () => {
    await using server = await startImapServer();
    await using watched = TestSupervisor.abroad();
    await server.stop();
    watched.watch(server, ABROAD);
    for (const delayMs of [750, 1500, 3000]) {
      const { retryAt } = await watched.state('retrying');
      expect(retryAt - watched.clock.now()).toBe(delayMs);
      watched.clock.advance(delayMs);
      expect(watched.connection().state.kind).toBe('connecting');
    }
    await watched.state('retrying');
    watched.supervisor.setOnline(false);
    watched.supervisor.setOnline(true);
    expect(watched.connection().state.kind).toBe('connecting');
    const { retryAt } = await watched.state('retrying');
    expect(retryAt - watched.clock.now()).toBe(750);
    await server.start();
  });

  test('is not needed for a server on this machine', async () => {
    await using server = await startImapServer();
    await using watched = TestSupervisor.abroad();
    const other = 'account-2' as AccountId;
    watched.watch(server);
    watched.watch(server, { id: other, host: 'localhost' });
    for (const account of [undefined, other]) await watched.state('idle', 'INBOX', account);
    watched.supervisor.setOnline(false);
    watched.supervisor.reopenAll();
    watched.supervisor.moved(ELSEWHERE);
    expect(watched.connection().state.kind).toBe('idle');
    expect(watched.connection('INBOX', other).state.kind).toBe('idle');
    expect(server.stats().connections).toBe(2);
    watched.supervisor.reconnectAll();
    await server.until((now) => now.stats().connections === 4 && now.idling.length === 2);
  });

  test('being away, accounts can be changed all the same', async () => {
    await using server = await startImapServer({ mailboxes: three });
    await using watched = TestSupervisor.abroad();
    watched.supervisor.setOnline(false);
    const away = { ...ABROAD, mailboxes: threeNames };
    watched.watch(server, { ...away, paused: true });
    expect(watched.connection().state.kind).toBe('paused');
    watched.watch(server, away);
    expect(watched.connection().state.kind).toBe('offline');
    // To a server here, and away again.
    watched.watch(server, { mailboxes: threeNames });
    await server.until(({ idling }) => idling.length === 3);
    watched.watch(server, away);
    expect(watched.connection().state.kind).toBe('offline');
    watched.supervisor.setOnline(true);
    await server.until(({ idling }) => idling.length === 3);
  });

  test('coming and going does not try a refused password again', async () => {
    await using server = await startImapServer();
    await using watched = TestSupervisor.abroad();
    watched.watch(server, ABROAD, 'wrong-password');
    await watched.state('sign-in-failed');
    watched.supervisor.setOnline(false);
    watched.supervisor.setOnline(true);
    watched.supervisor.reopenAll();
    watched.supervisor.moved(ELSEWHERE);
    expect(watched.connection().state.kind).toBe('sign-in-failed');
    expect(server.loginAttempts).toHaveLength(1);
  });
});

describe('other addresses', () => {
  test.each(['tls', 'starttls'] as const)(
    'take the connections from a lost one along, over %s, resumed and without a goodbye',
    async (security) => {
      await using server = await startImapServer({ mailboxes: three, security });
      await using watched = TestSupervisor.abroad();
      watched.watch(server, { ...ABROAD, mailboxes: threeNames });
      await server.until(({ idling }) => idling.length === 3);
      for (const name of threeNames) await watched.state('idle', name);
      watched.supervisor.moved(ELSEWHERE);
      for (const name of threeNames) await watched.state('idle', name);
      await server.until(({ open }) => open === 3);
      expect(server.stats()).toMatchObject({ connections: 6, resumed: 5 });
      expect(logouts(server.commands)).toBe(0);
    },
  );

  test.each(['tls', 'greeting'] as const)(
    'take a connection along that is still being made from a lost one, in the phase %s',
    async (phase) => {
      const script = phase === 'tls' ? { handshake: fault.hang } : { greeting: fault.hang };
      await using server = await startImapServer({ script });
      await using watched = TestSupervisor.abroad();
      watched.watch(server, ABROAD);
      await watched.until(() => isIn(watched.connection().state, phase));
      server.setScript({});
      watched.supervisor.moved(ELSEWHERE);
      await watched.state('idle');
      expect(server.stats().connections).toBe(2);
      expect(watched.attempts.map(({ outcome }) => outcome.kind)).not.toContain('failed');
    },
  );

  test('do not disturb connections whose own address is still there', async () => {
    await using server = await startImapServer({ mailboxes: three });
    await using watched = TestSupervisor.abroad();
    watched.watch(server, { ...ABROAD, mailboxes: threeNames });
    for (const name of threeNames) await watched.state('idle', name);
    watched.supervisor.moved(HERE);
    for (const name of threeNames) expect(watched.connection(name).state.kind).toBe('idle');
    expect(server.stats().connections).toBe(3);
  });

  test('end a wait for the network, but not one that the server asked for', async () => {
    await using server = await startImapServer();
    await using throttling = await startImapServer({
      script: { login: fault.reply('NO [UNAVAILABLE] Try again later') },
    });
    await using watched = TestSupervisor.abroad();
    const other = 'account-2' as AccountId;
    watched.watch(server, ABROAD);
    watched.watch(throttling, { ...ABROAD, id: other });
    await server.until(({ idling }) => idling.length === 1);
    server.dropConnections('reset');
    await watched.state('retrying');
    await watched.state('retrying', 'INBOX', other);
    watched.supervisor.moved(HERE);
    expect(watched.connection('INBOX', other).state.kind).toBe('retrying');
    await watched.state('idle');
  });
});

describe('after a sleep', () => {
  test('every connection is made anew at once, resumed, with none counted as failed', async () => {
    await using server = await startImapServer({ mailboxes: three });
    await using watched = TestSupervisor.abroad();
    watched.watch(server, { ...ABROAD, mailboxes: threeNames });
    for (const name of threeNames) await watched.state('idle', name);
    watched.supervisor.reopenAll();
    for (const name of threeNames) expect(watched.connection(name).state.kind).toBe('connecting');
    for (const name of threeNames) await watched.state('idle', name);
    await server.until(({ open }) => open === 3);
    expect(server.stats()).toMatchObject({ connections: 6, resumed: 5 });
    expect(logouts(server.commands)).toBe(0);
    expect(watched.attempts.map(({ outcome }) => outcome.kind)).not.toContain('failed');
  });

  test('what is paused stays so', async () => {
    await using server = await startImapServer();
    await using watched = TestSupervisor.abroad();
    watched.watch(server, { ...ABROAD, paused: true });
    watched.supervisor.reopenAll();
    watched.supervisor.moved(ELSEWHERE);
    expect(watched.connection().state.kind).toBe('paused');
    expect(server.stats().connections).toBe(0);
  });
});

test('a server inside of this machine is reached without a network, by address and by name', async () => {
  await using server = await startImapServer();
  await using watched = new TestSupervisor({
    lookup: (host, _options, done) => {
      const isThere = host === 'mail.inside.example';
      const error = isThere ? null : Object.assign(new Error('none'), { code: 'ENOTFOUND' });
      process.nextTick(() => {
        done(error, isThere ? [{ address: '127.0.0.1', family: 4 }] : '');
      });
    },
  });
  const hosts = ['mail.inside.example', 'mail.outside.example'];
  const [within, without] = hosts.map((host, index) =>
    watched.watch(server, { ...ABROAD, id: `account-${index}` as AccountId, host }),
  );
  await watched.state('idle', 'INBOX', within?.id);
  await watched.state('retrying', 'INBOX', without?.id);
  watched.supervisor.setOnline(false, ['127.0.0.1/24']);
  await watched.state('offline', 'INBOX', within?.id);
  await watched.state('idle', 'INBOX', within?.id);
  expect(watched.connection('INBOX', without?.id).state.kind).toBe('offline');
  watched.supervisor.setOnline(false);
  await watched.state('offline', 'INBOX', within?.id);
});

test('a far address is waited for, also where the next one refuses', async () => {
  await using server = await startImapServer();
  await using far = await startDeafHost('127.0.0.2', server.port);
  await using watched = new TestSupervisor({
    lookup: (_host, _options, done) => {
      process.nextTick(() => {
        done(null, [
          { address: '127.0.0.2', family: 4 },
          { address: '127.0.0.3', family: 4 },
        ]);
      });
    },
  });
  watched.watch(server, { ...ABROAD, port: far.port });
  await watched.until(() => isIn(watched.connection().state, 'tcp'));
  // Its answer comes a second after the question, as over a line by satellite.
  far.hear();
  await watched.state('idle');
  expect(watched.attempts).toMatchObject([{ address: '127.0.0.2', outcome: { kind: 'full' } }]);
});
