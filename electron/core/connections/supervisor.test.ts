import { describe, expect, test } from 'vitest';
import type { AccountId, ConnectionId } from '../../../shared/model.ts';
import { fault, startImapServer } from '../demo/testing/index.ts';
import { byPassword } from './credentials.ts';
import { LOGOUT_LIMIT_MS } from './imap/imap-connection.ts';
import { MOST_IN_VAIN } from './sign-in-budget.ts';
import { START_HOLD_MS, STARTS_AT_ONCE } from './start-gate.ts';
import { TestSupervisor } from './testing/supervisor.ts';

const three = { INBOX: 3, Sent: 1, Work: 7 };
const threeNames = Object.keys(three);

function logouts(commands: readonly string[]): number {
  return commands.filter((command) => command === 'LOGOUT').length;
}

function stateCodes(watched: TestSupervisor): (string | null)[] {
  return [...watched.connections.values()].map(({ state }) =>
    state.kind === 'retrying' ? state.problem.code : null,
  );
}

describe('several mailboxes of an account', () => {
  test('each have a connection; the later ones are resumed from the first', async () => {
    await using server = await startImapServer({ mailboxes: three });
    await using watched = new TestSupervisor();
    watched.watch(server, { mailboxes: threeNames });
    await server.until(({ idling }) => idling.length === 3);
    expect(server.idling.toSorted()).toEqual(threeNames);
    await watched.until(() => watched.attempts.length === 3);
    expect(watched.attempts.map(({ outcome }) => outcome.kind)).toEqual([
      'full',
      'resumed',
      'resumed',
    ]);
  });

  test('reconnect one by one or all together, logging out first', async () => {
    await using server = await startImapServer({ mailboxes: three });
    await using watched = new TestSupervisor();
    const { id } = watched.watch(server, { mailboxes: threeNames });
    await server.until(({ idling }) => idling.length === 3);
    watched.supervisor.reconnect(watched.connection('Sent').id);
    await watched.state('connecting', 'Sent');
    await watched.state('idle', 'Sent');
    expect(server.stats().connections).toBe(4);
    expect(logouts(server.commands)).toBe(1);
    watched.supervisor.reconnectAccount(id);
    for (const name of threeNames)
      expect(watched.connection(name).state).toMatchObject({ kind: 'connecting' });
    for (const name of threeNames) await watched.state('idle', name);
    expect(server.stats().connections).toBe(7);
    expect(logouts(server.commands)).toBe(4);
  });

  test('all come back as soon as one of them has reached the server again', async () => {
    await using server = await startImapServer({ mailboxes: three });
    // The first to ask waits shortest.
    let asked = 0;
    const random = (): number => Math.min((asked++ % 3) * 0.49, 0.98);
    await using watched = new TestSupervisor({ random });
    watched.watch(server, { mailboxes: threeNames });
    await server.until(({ idling }) => idling.length === 3);
    await server.stop();
    await watched.until(() => stateCodes(watched).every((code) => code === 'closed'));
    watched.clock.advance(1000);
    await watched.until(() => stateCodes(watched).every((code) => code === 'refused'));
    await server.start();
    const waits = [...watched.connections.values()].map(({ state }) =>
      state.kind === 'retrying' ? state.retryAt - watched.clock.now() : 0,
    );
    expect(new Set(waits).size).toBe(3);
    watched.clock.advance(Math.min(...waits));
    await server.until(({ idling }) => idling.length === 3);
  });

  test('are told under the same ids when the program runs again', async () => {
    await using server = await startImapServer({ mailboxes: three });
    const ids: (readonly ConnectionId[])[] = [];
    for (let run = 0; run < 2; run += 1) {
      await using watched = new TestSupervisor();
      watched.watch(server, { mailboxes: threeNames, paused: true });
      ids.push([...watched.connections.keys()]);
    }
    expect(ids[0]).toHaveLength(3);
    expect(ids[1]).toEqual(ids[0]);
  });
});

describe('changing an account', () => {
  test('pausing logs out, and resuming connects again', async () => {
    await using server = await startImapServer({ mailboxes: three });
    await using watched = new TestSupervisor();
    watched.watch(server, { mailboxes: threeNames });
    await server.until(({ idling }) => idling.length === 3);
    watched.watch(server, { mailboxes: threeNames, paused: true });
    for (const name of threeNames) expect(watched.connection(name).state.kind).toBe('paused');
    await server.until(({ open }) => open === 0);
    expect(logouts(server.commands)).toBe(3);
    watched.supervisor.reconnectAll();
    expect(watched.connection().state.kind).toBe('paused');
    watched.watch(server, { mailboxes: threeNames });
    await server.until(({ idling }) => idling.length === 3);
  });

  test('pausing ends a wait for the next try', async () => {
    await using server = await startImapServer();
    await using watched = new TestSupervisor();
    watched.watch(server);
    await server.until(({ idling }) => idling.length === 1);
    server.dropConnections();
    await watched.state('retrying');
    watched.watch(server, { paused: true });
    expect(watched.connection().state.kind).toBe('paused');
    expect(watched.clock.pending).toBe(0);
  });

  test('other mailboxes leave the ones that stay connected', async () => {
    await using server = await startImapServer({ mailboxes: three });
    await using watched = new TestSupervisor();
    watched.watch(server, { mailboxes: ['INBOX', 'Sent'] });
    await server.until(({ idling }) => idling.length === 2);
    const gone = watched.connection('Sent').id;
    watched.watch(server, { mailboxes: ['INBOX', 'Work'], label: 'Another name' });
    await server.until(({ idling }) => idling.includes('Work') && !idling.includes('Sent'));
    await watched.state('idle', 'Work');
    expect(watched.connection('INBOX').state.kind).toBe('idle');
    expect(watched.removed).toEqual([gone]);
    expect(server.stats().connections).toBe(3);
    expect(logouts(server.commands)).toBe(1);
  });

  test('another server takes all connections there', async () => {
    await using before = await startImapServer({ mailboxes: three });
    await using after = await startImapServer({ mailboxes: three });
    await using watched = new TestSupervisor();
    watched.watch(before, { mailboxes: ['INBOX', 'Sent'] });
    await before.until(({ idling }) => idling.length === 2);
    watched.watch(after, { mailboxes: ['Sent', 'Work'] });
    await after.until(({ idling }) => idling.length === 2);
    await before.until(({ open }) => open === 0);
    expect(after.stats().connections).toBe(2);
  });

  test('another server has not failed before it was tried, whatever the one before did', async () => {
    await using before = await startImapServer();
    await using after = await startImapServer();
    await before.stop();
    await after.stop();
    await using watched = new TestSupervisor();
    watched.watch(before);
    await watched.state('retrying');
    const { failing } = watched.connection();
    expect(failing?.problem.message).toContain(String(before.port));
    watched.clock.advance(100);
    watched.watch(before, { label: 'Another name' });
    expect(watched.connection().failing).toEqual(failing);
    watched.watch(after);
    expect(watched.connection()).toMatchObject({ state: { kind: 'connecting' }, failing: null });
    const { problem } = await watched.state('retrying');
    expect(problem.message).toContain(String(after.port));
    expect(watched.connection().failing).toEqual({ since: watched.clock.now(), problem });
  });

  test('another CA file is enough to set a stopped account going', async () => {
    await using server = await startImapServer();
    await using other = await startImapServer();
    await using watched = new TestSupervisor();
    watched.watch(server, { trust: { kind: 'ca', fileName: 'ca.pem', pem: other.caPem } });
    await watched.state('certificate-problem');
    watched.watch(server);
    await watched.state('idle');
    expect(watched.attempts.map(({ outcome }) => outcome.kind)).toEqual(['failed', 'full']);
  });

  test('forgetting it logs out and tells no more of it', async () => {
    await using server = await startImapServer({ mailboxes: three });
    await using watched = new TestSupervisor();
    const { id } = watched.watch(server, { mailboxes: threeNames });
    await server.until(({ idling }) => idling.length === 3);
    await watched.supervisor.unwatch(id);
    expect(watched.connections.size).toBe(0);
    expect(watched.removed).toHaveLength(3);
    expect(logouts(server.commands)).toBe(3);
    expect(watched.clock.pending).toBe(0);
  });

  test('forgetting it in the middle of a connect tells nothing afterwards', async () => {
    await using server = await startImapServer({ script: { login: fault.hang } });
    await using watched = new TestSupervisor();
    const { id } = watched.watch(server);
    await server.until(({ loginAttempts }) => loginAttempts.length === 1);
    const known = watched.connection().id;
    await watched.supervisor.unwatch(id);
    await server.until(({ open }) => open === 0);
    expect(watched.connections.size).toBe(0);
    expect(watched.attempts).toEqual([]);
    expect(watched.supervisor.detail(known)).toBeNull();
    expect(watched.clock.pending).toBe(0);
  });
});

describe('a password that takes its time', () => {
  test('is not used for an account that is gone by then', async () => {
    await using server = await startImapServer();
    await using watched = new TestSupervisor();
    const settings = watched.watch(server, { paused: true });
    const { promise, resolve } = Promise.withResolvers<string>();
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    watched.supervisor.watch({
      settings: { ...settings, paused: false },
      credentials: () =>
        byPassword(() => {
          ask();
          return promise;
        }),
    });
    await asked;
    await watched.supervisor.unwatch(settings.id);
    resolve(server.password);
    // Everything that follows from it without waiting for anything else has happened then.
    await new Promise((done) => {
      setImmediate(done);
    });
    expect(watched.clock.pending).toBe(0);
    expect(server.stats().connections).toBe(0);
  });
});

describe('several accounts', () => {
  test('have nothing to do with the trouble of another', async () => {
    await using broken = await startImapServer();
    await using working = await startImapServer();
    await using watched = new TestSupervisor();
    const other = 'account-2' as AccountId;
    watched.watch(broken);
    watched.watch(working, { id: other });
    await broken.until(({ idling }) => idling.length === 1);
    await watched.state('idle', 'INBOX', other);
    const { since } = watched.connection('INBOX', other);
    await broken.stop();
    await watched.state('retrying');
    watched.clock.advance(1000);
    await watched.state('retrying');
    expect(watched.connection('INBOX', other)).toMatchObject({ state: { kind: 'idle' }, since });
    expect(working.stats().connections).toBe(1);
    await broken.start();
  });

  test('are not kept waiting by those whose server hangs', async () => {
    await using hanging = await startImapServer({ script: { select: fault.hang } });
    await using working = await startImapServer();
    await using watched = new TestSupervisor();
    const names = Array.from({ length: MOST_IN_VAIN }, (_, index) => `Box ${index}`);
    const other = 'account-2' as AccountId;
    for (let account = 0; account * MOST_IN_VAIN < STARTS_AT_ONCE; account += 1)
      watched.watch(hanging, { id: `hanging-${account}` as AccountId, mailboxes: names });
    await hanging.until(({ open }) => open === STARTS_AT_ONCE);
    watched.watch(working, { id: other });
    watched.clock.advance(START_HOLD_MS);
    await watched.state('idle', 'INBOX', other);
    expect(watched.connection('Box 0', 'hanging-0' as AccountId).state).toEqual({
      kind: 'connecting',
      phase: 'select',
    });
  });
});

describe('closing', () => {
  test('logs out of every connection and leaves nothing behind', async () => {
    await using server = await startImapServer({ mailboxes: three });
    const watched = new TestSupervisor();
    watched.watch(server, { mailboxes: threeNames });
    await server.until(({ idling }) => idling.length === 3);
    await watched.supervisor.close();
    expect(logouts(server.commands)).toBe(3);
    expect(watched.clock.pending).toBe(0);
    await server.until(({ open }) => open === 0);
    watched.watch(server);
    expect(watched.connections.size).toBe(0);
  });

  test('does not wait longer than two seconds for a server that does not answer', async () => {
    await using server = await startImapServer({ script: { logout: fault.hang } });
    const watched = new TestSupervisor();
    watched.watch(server);
    await server.until(({ idling }) => idling.length === 1);
    const closed = watched.supervisor.close();
    await server.until(({ commands }) => logouts(commands) === 1);
    watched.clock.advance(LOGOUT_LIMIT_MS);
    await closed;
    await server.until(({ open }) => open === 0);
    expect(watched.clock.pending).toBe(0);
  });

  test('waits for the connections that were being ended already', async () => {
    await using server = await startImapServer();
    const watched = new TestSupervisor();
    watched.watch(server);
    await server.until(({ idling }) => idling.length === 1);
    watched.watch(server, { paused: true });
    await watched.supervisor.close();
    expect(logouts(server.commands)).toBe(1);
  });

  test('in the middle of connecting closes at once', async () => {
    await using server = await startImapServer({ script: { greeting: fault.hang } });
    const watched = new TestSupervisor();
    watched.watch(server);
    await server.until(({ open }) => open === 1);
    await watched.supervisor.close();
    await server.until(({ open }) => open === 0);
    expect(watched.clock.pending).toBe(0);
  });
});
