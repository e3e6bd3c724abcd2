import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AccountId, Connection } from '../../../shared/model.ts';
import {
  allIdle,
  allIdleAgain,
  folder,
  follow,
  inputFor,
  isIdle,
  outcomes,
  server,
  start,
} from './testing/engine.ts';

describe('the demo', () => {
  it('connects an account for each server, and shows every badge after a reconnect', async () => {
    const dataDir = join(await folder(), 'data');
    const { app, engine, until, state } = await start(dataDir, { demoOnly: true });
    const mailboxes = state().accounts.flatMap((account) => account.mailboxes).length;
    expect(state().accounts).toHaveLength(6);
    expect(state().accounts.every(({ demo }) => demo)).toBe(true);
    expect(state().app).toMatchObject({ version: '1.2.3', shell: 'host', demo: true });
    const first = await until(allIdle(mailboxes));
    await engine.reconnectAll();
    const second = await until(allIdleAgain(first));
    const reuse = Object.fromEntries(
      second.accounts.map(({ id, label }) => [
        label,
        outcomes(second.connections.filter(({ accountId }) => accountId === id)),
      ]),
    );
    expect(reuse).toMatchObject({
      'TLS 1.3 tickets': [
        { kind: 'resumed', mechanism: 'tls13-ticket' },
        { kind: 'resumed', mechanism: 'tls13-ticket' },
        { kind: 'resumed', mechanism: 'tls13-ticket' },
      ],
      'TLS 1.2 tickets': [
        { kind: 'resumed', mechanism: 'tls12-ticket' },
        { kind: 'resumed', mechanism: 'tls12-ticket' },
      ],
      'Session IDs': [{ kind: 'resumed', mechanism: 'session-id' }],
      'Issues but refuses': [{ kind: 'refused', mechanism: 'tls13-ticket' }],
      'Nothing to resume': [{ kind: 'full', reason: 'none-issued' }],
      STARTTLS: [
        { kind: 'resumed', mechanism: 'tls13-ticket' },
        { kind: 'resumed', mechanism: 'tls13-ticket' },
      ],
    });
    const { totals, accounts } = await until((now) => now.totals.strip.length === 2 * mailboxes);
    expect(totals.resumed + totals.full + totals.refused).toBe(2 * mailboxes);
    expect(totals.savedBytes).toBeGreaterThan(0);
    expect(accounts.every(({ strip, mailboxes: own }) => strip.length === 2 * own.length)).toBe(
      true,
    );
    // Nothing of the user's was read or written.
    await expect(readdir(dataDir)).rejects.toThrow('ENOENT');
    await app.close();
    expect(await Promise.all(accounts.map(({ port }) => isOpen(port)))).not.toContain(true);
  });

  it('stands beside the user’s own accounts, is never stored, and goes without a trace', async () => {
    const dataDir = await folder();
    const imap = await server();
    const { engine, until, state } = await start(dataDir);
    await engine.addAccount(inputFor(imap));
    await Promise.all([engine.startDemo(), engine.startDemo()]);
    await until((now) => now.app.demo && now.accounts.length === 7);
    expect(await readFile(join(dataDir, 'accounts.json'), 'utf8')).not.toContain('demo.example');
    await until((now) => now.connections.length > 1 && now.connections.every(isIdle));
    const ports = state()
      .accounts.filter(({ demo }) => demo)
      .map(({ port }) => port);
    await engine.stopDemo();
    await until((now) => !now.app.demo && now.accounts.length === 1 && allIdle(1)(now));
    expect(imap.stats().connections).toBe(1);
    await engine.stopDemo();
    expect(state().accounts.map(({ demo }) => demo)).toEqual([false]);
    expect(await Promise.all(ports.map(isOpen))).toEqual(ports.map(() => false));
  });
});

describe('the engine', () => {
  it('answers several interfaces, and goes on when one of them leaves', async () => {
    const imap = await server();
    const { app, engine, until } = await start(await folder());
    const other = await follow(app);
    const { id } = await engine.addAccount(inputFor(imap));
    await Promise.all([until(allIdle(1)), other.until(allIdle(1))]);
    other.clientChannel.close();
    await engine.setPaused(id, true);
    const { connections } = await until((now) => now.connections[0]?.state.kind === 'paused');
    expect(connections).toHaveLength(1);
    expect(other.state().connections.map(({ state }) => state.kind)).toEqual(['idle']);
  });

  it('says what is no longer there', async () => {
    const { engine } = await start(await folder());
    const gone = 'gone' as AccountId & Connection['id'];
    for (const call of [
      () => engine.setReuse(gone, true),
      () => engine.setPaused(gone, true),
      () => engine.forgetSessions(gone),
      () => engine.reconnect(gone),
      () => engine.reconnectAccount(gone),
      () => engine.getConnection(gone),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'not-found' });
    }
  });

  it('logs out everywhere when it closes, once, and takes no more interfaces', async () => {
    const imap = await server();
    const { app, engine, until, closed } = await start(await folder());
    await engine.addAccount(inputFor(imap));
    await until(allIdle(1));
    await Promise.all([app.close(), app.close()]);
    await closed;
    await imap.until(({ open }) => open === 0);
    expect(imap.commands.filter((command) => command === 'LOGOUT')).toHaveLength(1);
    await expect(follow(app)).rejects.toMatchObject({ code: 'closed' });
  });
});

/** Whether something listens on this port of the loopback interface. */
async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    // ECONNREFUSED: nobody does.
    return false;
  } finally {
    socket.destroy();
  }
}
