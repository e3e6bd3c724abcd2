import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { ImapFlow } from 'imapflow';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../clock.ts';
import { startDemoServers, type DemoServer } from './demo-servers.ts';

function clientOf(server: DemoServer, ca: string): ImapFlow {
  const { host, port, servername, security, user, password } = server;
  return new ImapFlow({
    host,
    port,
    servername,
    ...(security === 'tls' ? { secure: true } : { secure: false, doSTARTTLS: true }),
    tls: { ca },
    auth: { user, pass: password },
    logger: false,
  });
}

describe('the demo servers', () => {
  test('each take the account that comes with them, at every mailbox', async () => {
    await using demo = await startDemoServers({ messageEveryMs: null, line: null });
    expect(demo.servers.map(({ label }) => label)).toEqual([
      'TLS 1.3 tickets',
      'TLS 1.2 tickets',
      'Session IDs',
      'Issues but refuses',
      'Nothing to resume',
      'STARTTLS',
    ]);
    for (const server of demo.servers) {
      const client = clientOf(server, demo.caPem);
      await client.connect();
      for (const mailbox of server.mailboxes) await client.mailboxOpen(mailbox);
      await client.logout();
    }
  });

  test('have messages arrive in one mailbox after another', async () => {
    const { clock, pass, pending } = handClock();
    await using demo = await startDemoServers({ messageEveryMs: 1000, clock, line: null });
    const [first] = demo.servers;
    if (first === undefined) throw new Error('no server');
    const client = clientOf(first, demo.caPem);
    await client.connect();
    const before = await client.status('Archive', { messages: true });
    pass(999);
    expect(await client.status('Archive', { messages: true })).toEqual(before);
    // INBOX, Archive, Sent, and then the next server's.
    pass(1);
    pass(1000);
    pass(1000);
    pass(1000);
    const after = await client.status('Archive', { messages: true });
    expect((after || {}).messages).toBe(((before || {}).messages ?? 0) + 1);
    await client.logout();
    await demo.close();
    expect(pending()).toBe(0);
  });

  test('end every connection when they close, and can be closed twice', async () => {
    const demo = await startDemoServers();
    const sockets = demo.servers.map(({ host, port }) => connectTcp(port, host));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    for (const socket of sockets) socket.on('error', () => undefined).resume();
    const closed = sockets.map((socket) => once(socket, 'close'));
    await demo.close();
    await demo.close();
    await expect(Promise.all(closed)).resolves.toHaveLength(6);
  });

  test('have another password at each start', async () => {
    await using one = await startDemoServers({ messageEveryMs: null, line: null });
    await using other = await startDemoServers({ messageEveryMs: null, line: null });
    const passwords = [...one.servers, ...other.servers].map(({ password }) => password);
    expect(new Set(passwords).size).toBe(12);
  });
});

/** A clock that stands still until it is told how much time passes. */
function handClock(): { clock: Clock; pass: (ms: number) => void; pending: () => number } {
  let now = 0;
  const due = new Map<object, { at: number; run: () => void }>();
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    after: (delayMs, run) => {
      const key = {};
      due.set(key, { at: now + delayMs, run });
      return { cancel: () => due.delete(key) };
    },
  };
  const pass = (ms: number): void => {
    now += ms;
    for (const [key, { at, run }] of due) {
      if (at > now) continue;
      due.delete(key);
      run();
    }
  };
  return { clock, pass, pending: () => due.size };
}
