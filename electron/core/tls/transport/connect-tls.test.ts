import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createAuthority,
  fault,
  startImapServer,
  type CertificateAuthority,
  type ImapServer,
  type ImapServerOptions,
} from '../../demo/testing/index.ts';
import { TestCalls } from '../../testing/clock.ts';
import { SessionCache } from '../cache/session-cache.ts';
import type { TransportEvent } from '../facts.ts';
import type { Peer } from '../peer.ts';
import { damageSecret } from '../testing/damage-secret.ts';
import { connectTls, ConnectTlsError, type Secured } from './connect-tls.ts';
import type { ConnectOptions } from './connecting.ts';
import { SILENCE_MS } from './silence.ts';

let cache: SessionCache;
let resources: AsyncDisposableStack;
let authority: CertificateAuthority;

beforeEach(async () => {
  cache = new SessionCache();
  resources = new AsyncDisposableStack();
  authority = await createAuthority();
});
afterEach(() => resources.disposeAsync());

async function start(options: ImapServerOptions = {}): Promise<ImapServer> {
  return resources.use(await startImapServer({ authority, ...options }));
}

function peerAt(port: number, changes: Partial<Peer> = {}): Peer {
  const trust = { kind: 'ca', pem: authority.certPem } as const;
  return { account: 'alice', name: 'localhost', port, security: 'tls', trust, ...changes };
}

const at = ({ port }: { readonly port: number }) => ({ host: '127.0.0.1', port });

/** Reads the greeting, with which the tickets come, and closes. */
async function greeted({ socket }: Secured): Promise<string> {
  const [greeting] = (await once(socket, 'data')) as [Buffer];
  await turn();
  await turn();
  socket.destroy();
  await once(socket, 'close');
  return greeting.toString();
}

/** Connects, reads the greeting and closes; what became of the session. */
async function visit(server: ImapServer, options: ConnectOptions = {}): Promise<object> {
  const secured = await connectTls(cache, peerAt(server.port), at(server), options);
  await greeted(secured);
  return secured.outcome;
}

/** The socket goes into TLS after a STARTTLS that was answered. */
async function startTls({ port }: ImapServer): Promise<Socket> {
  const raw = connect(at({ port }));
  await once(raw, 'readable');
  raw.read();
  raw.write('a STARTTLS\r\n');
  await once(raw, 'readable');
  raw.read();
  return raw;
}

async function failure(attempt: Promise<Secured>): Promise<ConnectTlsError> {
  const error: unknown = await attempt.catch((reason: unknown) => reason);
  if (!(error instanceof ConnectTlsError)) throw new Error('it did not fail');
  return error;
}

describe('connectTls', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'resumes its second connection under %s, and says from where',
    async (protocol) => {
      const server = await start({ protocol });
      expect(await visit(server)).toEqual({ kind: 'full', reason: 'nothing-held' });
      const second = await connectTls(cache, peerAt(server.port), at(server));
      expect(second).toMatchObject({
        outcome: { kind: 'resumed' },
        address: '127.0.0.1',
        handshake: {
          protocol,
          certificate: { names: expect.arrayContaining(['DNS:localhost']) as unknown },
          descent: { reuse: 1 },
        },
      });
      expect(second.socket.authorized).toBe(true);
      await greeted(second);
    },
  );

  it('loses nothing of what the server says before anybody listens', async () => {
    const server = await start();
    const secured = await connectTls(cache, peerAt(server.port), at(server));
    const { socket } = secured;
    while (socket.readableLength === 0) await turn();
    expect(await greeted(secured)).toMatch(/^\* OK .*\r\n$/);
  });

  it('tells what happens on the way, in order, and the first text to whoever reads it', async () => {
    const server = await start();
    const events: TransportEvent[] = [];
    await visit(server, { onEvent: (event) => events.push(event) });
    const phases = events.map((event) => (event.kind === 'phase' ? event.phase : event.kind));
    expect(phases).toEqual(
      expect.arrayContaining(['dns', 'tcp', 'tls', 'handshake', 'greeting', 'first-line']),
    );
    expect(phases.indexOf('first-line')).toBeGreaterThan(phases.indexOf('greeting'));
    expect(phases).toContain('ticket');
  });

  it('secures a socket that is given, as after STARTTLS, and keeps its sessions apart', async () => {
    const server = await start({ security: 'starttls' });
    const peer = peerAt(server.port, { security: 'starttls' });
    const outcomes: object[] = [];
    for (let connection = 0; connection < 2; connection += 1) {
      const { socket, outcome } = await connectTls(cache, peer, await startTls(server));
      outcomes.push(outcome);
      socket.write('a CAPABILITY\r\n');
      await greeted({ socket } as Secured);
    }
    expect(outcomes).toEqual([
      { kind: 'full', reason: 'nothing-held' },
      { kind: 'resumed', mechanism: 'tls13-ticket' },
    ]);
    expect(cache.begin(peerAt(server.port)).take()).toEqual({
      kind: 'none',
      reason: 'nothing-held',
    });
  });

  it('serves a burst by the tickets of its first handshake', async () => {
    const server = await start();
    const burst = Array.from({ length: 3 }, () => visit(server));
    const kinds = (await Promise.all(burst)).map((outcome) => 'mechanism' in outcome);
    expect(kinds.filter(Boolean)).toHaveLength(2);
  });
});

describe('connectTls where TLS does not come about', () => {
  it('rejects with the code and the certificate that was shown, and closes', async () => {
    const server = await start({ certificate: 'wrong-name' });
    const error = await failure(connectTls(cache, peerAt(server.port), at(server)));
    expect(error.code).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(error.certificate?.fingerprint256).toMatch(/^[0-9A-F:]{95}$/);
    expect(error.outcome).toMatchObject({ kind: 'failed', sessionOffered: false, answered: true });
    await server.until(({ open }) => open === 0);
    expect(cache.held()).toEqual([]);
  });

  it('rejects with the code of a connection that is refused', async () => {
    let port = 0;
    {
      await using gone = await startImapServer();
      ({ port } = gone);
    }
    const peer = peerAt(port);
    const error = await failure(connectTls(cache, peer, at(peer)));
    expect(error).toMatchObject({ code: 'ECONNREFUSED', outcome: { answered: false } });
  });

  it('tries an address once more, without a session, where one may have been the cause', async () => {
    const server = await start();
    await visit(server);
    damageSecret(cache, peerAt(server.port));
    expect(await visit(server)).toEqual({ kind: 'full', reason: 'failed-earlier' });
  });

  it.each([
    ['is reset', fault.reset],
    ['ends', fault.close],
    ['falls silent', fault.hang],
  ])('tries it once more also where the way with a session %s', async (_, how) => {
    const server = await start({ script: (n) => (n === 2 ? { handshake: how } : {}) });
    await visit(server);
    const calls = new TestCalls();
    const again = visit(server, { after: (delayMs, run) => calls.after(delayMs, run) });
    await server.until(() => server.stats().offered === 1);
    calls.advance(SILENCE_MS);
    expect(await again).toEqual({ kind: 'full', reason: 'failed-earlier' });
    expect(server.stats()).toMatchObject({ connections: 3, offered: 1 });
    expect(await visit(server)).toMatchObject({ kind: 'resumed' });
  });

  it('says of a given socket that a session may have been the cause', async () => {
    const server = await start();
    await visit(server);
    damageSecret(cache, peerAt(server.port));
    const raw = connect(at(server));
    await once(raw, 'connect');
    const error = await failure(connectTls(cache, peerAt(server.port), raw));
    expect(error.outcome.sessionOffered).toBe(true);
    expect(raw.destroyed).toBe(true);
  });

  it('ends a handshake that takes too long, and one that has not begun', async () => {
    const silent = createServer((socket) => socket.on('error', () => socket.destroy()));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const given = new AbortController();
    const accepted = once(silent, 'connection') as Promise<[Socket]>;
    const attempt = failure(
      connectTls(cache, peerAt(port), at({ port }), { tookTooLong: given.signal }),
    );
    const [peer] = await accepted;
    await once(peer, 'data');
    given.abort();
    expect(await attempt).toMatchObject({ code: null, outcome: { answered: false } });
    await once(peer, 'close');
    const late = connectTls(cache, peerAt(port), at({ port }), { tookTooLong: given.signal });
    expect((await failure(late)).message).toBe('TLS took too long.');
    silent.close();
  });

  it('leaves a server that hangs up at once to who has the socket', async () => {
    const server = await start({ script: { secured: fault.reset } });
    const { socket } = await connectTls(cache, peerAt(server.port), at(server));
    const errors: Error[] = [];
    socket.on('error', (error) => errors.push(error));
    socket.resume();
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    if (socket.closed) resolve();
    socket.once('close', () => {
      resolve();
    });
    await closed;
    expect(socket.destroyed).toBe(true);
    expect(errors.length).toBeLessThanOrEqual(1);
  });
});
