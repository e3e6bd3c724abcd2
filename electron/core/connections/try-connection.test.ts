import { describe, expect, test } from 'vitest';
import { PHASES, type Phase } from '../../../shared/model.ts';
import type { ConnectSettings } from '../accounts/account.ts';
import { fault, startImapServer, startLineServer } from '../demo/testing/index.ts';
import { straight } from '../proxy/index.ts';
import { PHASE_LIMITS } from './imap/imapflow-options.ts';
import { TestClock } from '../testing/clock.ts';
import type { Watchable } from './testing/supervisor.ts';
import type { Credentials } from './credentials.ts';
import { testConnection } from './try-connection.ts';

function typed(password: string): Credentials {
  return { kind: 'password', password };
}

function settingsOf(server: Watchable): ConnectSettings {
  const { user, host, port, security, servername, caPem } = server;
  const trust = { kind: 'ca', pem: caPem } as const;
  const signIn = { kind: 'password' } as const;
  return { user, host, port, security, servername, trust, proxy: { kind: 'none' }, signIn };
}

describe('testing a connection', () => {
  test.each(['tls', 'starttls'] as const)('finds what works over %s', async (security) => {
    await using server = await startImapServer({ security, mailboxes: { INBOX: 3, Sent: 1 } });
    const entered: Phase[] = [];
    const result = await testConnection(
      settingsOf(server),
      typed(server.password),
      ['inbox', 'Sent', 'Nope'],
      new TestClock(),
      straight,
      (phase) => entered.push(phase),
    );
    // In the order in which they began, the mailboxes last and for all of them.
    const phases: readonly Phase[] = PHASES.filter((phase) => entered.includes(phase));
    expect([...new Set(entered)]).toEqual(phases);
    expect(phases).toEqual(expect.arrayContaining(['tcp', 'tls', 'login', 'select']));
    expect(result).toMatchObject({
      ok: true,
      attempt: { outcome: { kind: 'full' }, handshake: { protocol: 'TLSv1.3' } },
      mailboxes: ['INBOX', 'Sent'],
      hasMore: false,
      missing: ['Nope'],
    });
    expect(result.ok && result.attempt.totalMs).toBeGreaterThan(0);
    await server.until(({ open }) => open === 0);
    expect(server.commands.at(-1)).toBe('LOGOUT');
  });

  test('of 50,000 mailboxes tells the first ones, and that there are more', async () => {
    const names = Array.from({ length: 50_000 }, (_, n) => `Folder ${n}`);
    const mailboxes = Object.fromEntries(['INBOX', ...names].map((name) => [name, 1]));
    await using server = await startImapServer({ mailboxes });
    const result = await testConnection(
      settingsOf(server),
      typed(server.password),
      ['Folder 49999', 'INBOX'],
      new TestClock(),
    );
    expect(result).toMatchObject({ ok: true, hasMore: true, missing: [] });
    // The one that was asked for is there as well.
    expect(result.ok && result.mailboxes).toHaveLength(10_001);
    expect(server.commands).toContain('EXAMINE');
  });

  test('of names of any length tells a megabyte', async () => {
    const names = Array.from({ length: 2_000 }, (_, n) => `${n} ${'x'.repeat(1_000)}`);
    const mailboxes = Object.fromEntries(names.map((name) => [name, 1]));
    await using server = await startImapServer({ mailboxes });
    const result = await testConnection(
      settingsOf(server),
      typed(server.password),
      [],
      new TestClock(),
    );
    expect(result).toMatchObject({ ok: true, hasMore: true });
    const bytes = result.ok ? Buffer.byteLength(JSON.stringify(result.mailboxes)) : 0;
    expect(bytes).toBeGreaterThan(900_000);
    expect(bytes).toBeLessThanOrEqual(1_048_576);
  });

  test('tells what the server wants people to see, whatever comes of it', async () => {
    for (const ok of [true, false]) {
      await using server = await startLineServer({
        greeting: '* OK [ALERT] Down on Sunday',
        answers: ok ? {} : { LIST: '~ NO Server Unavailable. 15' },
      });
      expect(
        await testConnection(
          settingsOf(server),
          typed(server.password),
          ['INBOX'],
          new TestClock(),
        ),
      ).toMatchObject({
        ok,
        alerts: ['Down on Sunday'],
        ...(ok
          ? {}
          : { problem: { code: 'server-unavailable', serverLine: 'NO Server Unavailable. 15' } }),
      });
    }
  });

  test('neither offers nor keeps a session', async () => {
    await using server = await startImapServer();
    for (let time = 0; time < 2; time += 1)
      await testConnection(settingsOf(server), typed(server.password), [], new TestClock());
    expect(server.stats()).toMatchObject({ full: 2, offered: 0 });
  });

  test('says that the password is wrong, with the words of the server', async () => {
    await using server = await startImapServer();
    const result = await testConnection(
      settingsOf(server),
      typed('wrong-password'),
      ['INBOX'],
      new TestClock(),
    );
    expect(result).toMatchObject({
      ok: false,
      phase: 'login',
      problem: { code: 'sign-in', serverLine: 'NO [AUTHENTICATIONFAILED] Invalid credentials' },
    });
    expect(JSON.stringify(result)).not.toContain('wrong-password');
    expect(server.loginAttempts).toHaveLength(1);
  });

  test('shows a certificate that is not trusted, and sends nothing to its server', async () => {
    await using server = await startImapServer({ certificate: 'self-signed' });
    const result = await testConnection(
      settingsOf(server),
      typed(server.password),
      ['INBOX'],
      new TestClock(),
    );
    expect(result).toMatchObject({
      ok: false,
      phase: 'tls',
      problem: { code: 'certificate-untrusted' },
      certificate: { subject: expect.any(String), fingerprint256: expect.any(String) },
    });
    expect(server.commands).toEqual([]);
  });

  test('gives up on a server that hangs', async () => {
    await using server = await startImapServer({ script: { list: fault.hang } });
    const clock = new TestClock();
    const result = testConnection(settingsOf(server), typed(server.password), ['INBOX'], clock);
    await server.until(({ commands }) => commands.includes('LIST'));
    clock.advance(PHASE_LIMITS.select);
    expect(await result).toMatchObject({ ok: false, problem: { code: 'timeout' } });
    await server.until(({ open }) => open === 0);
    expect(clock.pending).toBe(0);
  });
});
