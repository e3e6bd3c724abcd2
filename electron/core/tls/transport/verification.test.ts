/**
 * A resumed handshake is not verified again: the server's certificate is not even sent. These hold
 * that nobody is let in that way. Each attack gets a session by one connection and then connects
 * in a way that a full handshake would refuse.
 */
import { connect } from 'node:tls';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createAuthority,
  startImapServer,
  type CertificateAuthority,
  type ImapServer,
  type ImapServerOptions,
} from '../../demo/testing/index.ts';
import { connectOnce, type Connected, type Target } from '../testing/connect-once.ts';
import { damageSecret } from '../testing/damage-secret.ts';
import { SessionCache } from '../cache/session-cache.ts';

const PROTOCOLS = ['TLSv1.2', 'TLSv1.3'] as const;

let cache: SessionCache;
let servers: AsyncDisposableStack;
let authority: CertificateAuthority;

beforeEach(async () => {
  cache = new SessionCache();
  servers = new AsyncDisposableStack();
  authority = await createAuthority();
});
afterEach(() => servers.disposeAsync());

async function start(options: ImapServerOptions): Promise<ImapServer> {
  return servers.use(await startImapServer({ authority, ...options }));
}

function at(server: ImapServer, changes: Partial<Target> = {}): Target {
  return { cache, port: server.port, trust: { kind: 'ca', pem: authority.certPem }, ...changes };
}

async function closed(connected: Connected): Promise<Connected> {
  await connected.close();
  return connected;
}

describe.each(PROTOCOLS)(
  'under %s, reuse never lets in whom a full handshake would refuse:',
  (protocol) => {
    it('a session from a certificate for another name', async () => {
      const server = await start({ protocol });
      await closed(await connectOnce(at(server)));
      expect(cache.held()).not.toEqual([]);
      const { handshake } = await closed(
        await connectOnce(at(server, { servername: 'victim.example' })),
      );
      expect(handshake.outcome).toMatchObject({
        kind: 'failed',
        sessionOffered: false,
        error: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
      });
      expect(server.stats().offered).toBe(0);
    });

    it('a session made under another authority', async () => {
      const server = await start({ protocol });
      await closed(await connectOnce(at(server)));
      const other = await createAuthority('Another authority');
      const { handshake } = await closed(
        await connectOnce(at(server, { trust: { kind: 'ca', pem: other.certPem } })),
      );
      expect(handshake.outcome).toMatchObject({ kind: 'failed', sessionOffered: false });
      expect(server.stats().offered).toBe(0);
    });

    it('a session whose certificate has expired since', async () => {
      // A certificate has whole seconds; this one is good for at least one more.
      const validToAt = Math.ceil(Date.now() / 1000) * 1000 + 1000;
      const server = await start({
        protocol,
        authority: { ...authority, issue: (options) => authority.issue({ ...options, validToAt }) },
      });
      const before = await closed(await connectOnce(at(server)));
      expect(before.handshake.outcome.kind).toBe('full');
      expect(cache.held()).not.toEqual([]);
      const { promise: expired, resolve } = Promise.withResolvers<void>();
      setTimeout(resolve, validToAt + 1000 - Date.now());
      await expired;
      const { handshake } = await closed(await connectOnce(at(server)));
      expect(handshake.outcome).toMatchObject({
        kind: 'failed',
        sessionOffered: false,
        error: { code: 'CERT_HAS_EXPIRED' },
      });
      expect(server.stats().offered).toBe(0);
    });

    it('a session from a chain that nobody trusts', async () => {
      const server = await start({ protocol, certificate: 'self-signed' });
      const { handshake } = await closed(await connectOnce(at(server)));
      expect(handshake.outcome).toMatchObject({ kind: 'failed', sessionOffered: false });
      expect(cache.held()).toEqual([]);
      const again = await closed(await connectOnce(at(server)));
      expect(again.handshake.outcome).toMatchObject({ kind: 'failed', sessionOffered: false });
      expect(server.stats().offered).toBe(0);
    });

    // The fact that all of the above is for. When this fails, Node verifies resumed handshakes.
    it('(Node itself does: it resumes a session for a name that the certificate does not have)', async () => {
      const server = await start({ protocol, certificate: 'wrong-name' });
      const options = { port: server.port, servername: 'localhost', ca: authority.certPem };
      const careless = connect({ ...options, checkServerIdentity: () => undefined });
      const [session] = (await once(careless, 'session')) as [Buffer];
      careless.destroy();
      const strict = connect({ ...options, session });
      await once(strict, 'secureConnect');
      expect(strict.isSessionReused() && strict.authorized).toBe(true);
      strict.destroy();
    });
  },
);

describe('what a server can do to the cache:', () => {
  it('a certificate that is not trusted any more ends every session of the handshake before', async () => {
    const server = await start({});
    await closed(await connectOnce(at(server)));
    expect(cache.held()).toHaveLength(2);
    await server.setCertificate('other-authority');
    server.forgetSessions();
    await closed(await connectOnce(at(server)));
    expect(cache.held()).toEqual([]);
  });
});

describe('what else a server can do to it:', () => {
  it('a certificate that changed shows on the next full handshake, and is verified', async () => {
    const server = await start({});
    await closed(await connectOnce(at(server)));
    await server.setCertificate('other-authority');
    server.forgetSessions();
    const { handshake } = await closed(await connectOnce(at(server)));
    expect(handshake.outcome).toMatchObject({ kind: 'failed' });
    const again = await closed(await connectOnce(at(server)));
    expect(again.handshake.outcome).toMatchObject({ kind: 'failed', sessionOffered: false });
  });

  it('a session with a damaged secret is evicted, and the next handshake goes without', async () => {
    const server = await start({});
    const { handshake } = await closed(await connectOnce(at(server)));
    expect(handshake.outcome.kind).toBe('full');
    const { port } = server;
    const trust = { kind: 'ca', pem: authority.certPem } as const;
    damageSecret(cache, { account: 'alice', name: 'localhost', port, security: 'tls', trust });
    const broken = await closed(await connectOnce(at(server)));
    expect(broken.handshake.outcome).toMatchObject({ kind: 'failed', sessionOffered: true });
    const next = await closed(await connectOnce(at(server)));
    expect(next.handshake.outcome).toEqual({ kind: 'full', reason: 'failed-earlier' });
    expect((await closed(await connectOnce(at(server)))).handshake.outcome.kind).toBe('resumed');
  });
});
