import { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startImapServer } from '../../demo/testing/index.ts';
import { runCheck } from '../../server-check/run-check.ts';
import { SessionCache } from '../cache/session-cache.ts';
import { connectOnce } from '../testing/connect-once.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** As in Bun: 'secure' is told when 'secureConnect' has been, and whoever waited for that has gone on. */
function secureConnectFirst(): void {
  vi.spyOn(TLSSocket.prototype, 'prependOnceListener').mockImplementation(function late(
    this: TLSSocket,
    event: string | symbol,
    listener: (...args: never[]) => void,
  ) {
    return this.once(event as string, () => {
      setImmediate(listener);
    });
  });
}

/** As BoringSSL does, in the turn of 'secureConnect'; OpenSSL does not. */
function tellOfRenewed(): void {
  vi.spyOn(TLSSocket.prototype, 'prependOnceListener').mockImplementation(function told(
    this: TLSSocket,
    event: string | symbol,
    listener: (...args: never[]) => void,
  ) {
    this.once('secureConnect', () => {
      if (!this.isSessionReused()) return;
      process.nextTick(() => this.emit('session', this.getSession()));
    });
    return this.prependListener(event as string, () => {
      listener();
    });
  });
}

it.each([
  ['no event', () => undefined],
  ['an event', tellOfRenewed],
])(
  'a ticket that is renewed under TLS 1.2 by %s comes once, and is offered',
  async (_, arrange) => {
    arrange();
    await using server = await startImapServer({ protocol: 'TLSv1.2' });
    const trust = { kind: 'ca', pem: server.caPem } as const;
    const target = { cache: new SessionCache(), port: server.port, trust };
    for (const kind of ['full', 'resumed', 'resumed']) {
      const connected = await connectOnce(target);
      await connected.close();
      expect(connected.handshake.outcome).toMatchObject({ kind });
      expect(connected.events.filter((event) => event.kind === 'ticket')).toHaveLength(1);
    }
    expect(new Set(server.offers.map(({ sha256 }) => sha256)).size).toBe(2);
  },
);

describe.each([
  ['secure', () => undefined],
  ['secureConnect', secureConnectFirst],
])('where ‘%s’ comes first,', (_, arrange) => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'what a full handshake under %s showed is known, and its sessions resume',
    async (protocol) => {
      arrange();
      await using server = await startImapServer({ protocol });
      const trust = { kind: 'ca', pem: server.caPem } as const;
      const target = { cache: new SessionCache(), port: server.port, trust };
      for (const outcome of [{ kind: 'full' }, { kind: 'resumed' }]) {
        const connected = await connectOnce(target);
        await connected.close();
        const { handshake } = connected;
        expect(handshake.outcome).toMatchObject(outcome);
        expect(handshake.certificate?.names).toContain('DNS:localhost');
      }
    },
  );

  it('a server check reports the certificate', async () => {
    arrange();
    await using server = await startImapServer({ protocol: 'TLSv1.3' });
    const { host, port, servername } = server;
    const { addresses } = await runCheck({
      target: { protocol: 'imap', host, port, security: 'tls', servername },
      trust: { kind: 'ca', pem: server.caPem },
      attempts: 1,
      signal: new AbortController().signal,
      program: { name: 'Reprise', version: 'test', engine: 'test' },
    });
    const names = addresses.map(({ certificate }) => certificate?.names);
    expect(names).toEqual([expect.arrayContaining(['DNS:localhost'])]);
  });
});
