/**
 * A pin: the one certificate that an account trusts. Held on Node 24.16 and 24.21,
 * for every way in which a server can come to an untrusted certificate.
 */
import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createAuthority,
  createSelfSigned,
  startImapServer,
  type CertificateAuthority,
  type ImapServer,
  type ImapServerOptions,
  type ServerCertificate,
} from '../../demo/testing/index.ts';
import { connectOnce, type Connected, type Target } from '../testing/connect-once.ts';
import { SessionCache } from '../cache/session-cache.ts';
import type { TlsTrust } from '../trust.ts';

const PROTOCOLS = ['TLSv1.2', 'TLSv1.3'] as const;

let cache: SessionCache;
let servers: AsyncDisposableStack;
let authority: CertificateAuthority;
/** What the server shows; the next {@link ImapServer.setCertificate} takes it over. */
let shown: ServerCertificate;

beforeEach(async () => {
  cache = new SessionCache();
  servers = new AsyncDisposableStack();
  authority = await createAuthority();
});
afterEach(() => servers.disposeAsync());

/** A server that shows `certificate`. */
async function showing(
  certificate: ServerCertificate,
  options: ImapServerOptions = {},
): Promise<ImapServer> {
  shown = certificate;
  const issuer = { certPem: authority.certPem, issue: () => Promise.resolve(shown) };
  return servers.use(await startImapServer({ ...options, authority: issuer }));
}

/** Replaced, as when its keeper restarts it: what it issued before is worth nothing. */
async function replace(server: ImapServer, certificate: ServerCertificate): Promise<void> {
  shown = certificate;
  await server.setCertificate('valid');
  server.forgetSessions();
}

/** Of the first certificate of the text. */
function pinned({ certPem }: Pick<ServerCertificate, 'certPem'>): TlsTrust {
  const certificate = new X509Certificate(certPem);
  return {
    kind: 'pin',
    fingerprint256: certificate.fingerprint256,
    pem: certificate.toString(),
  };
}

async function connected(
  server: ImapServer,
  trust: TlsTrust,
  changes: Partial<Target> = {},
): Promise<Connected['handshake']> {
  const connection = await connectOnce({ cache, port: server.port, trust, ...changes });
  await connection.close();
  return connection.handshake;
}

const KINDS: readonly [string, () => Promise<ServerCertificate>][] = [
  ['a self-signed certificate', () => createSelfSigned()],
  ['a certificate of a private authority', () => authority.issue()],
  [
    'a certificate of a private authority, sent with it',
    async () => {
      const { certPem, keyPem } = await authority.issue();
      return { certPem: `${certPem}\n${authority.certPem}\n`, keyPem };
    },
  ],
  [
    'a self-signed certificate for another name',
    () => createSelfSigned({ dnsNames: ['elsewhere.example'], ipAddresses: [] }),
  ],
];

describe.each(PROTOCOLS)('under %s, a pin', (protocol) => {
  it.each(KINDS)('lets in %s, and its sessions resume', async (_kind, make) => {
    const certificate = await make();
    const server = await showing(certificate, { protocol });
    const trust = pinned(certificate);
    expect((await connected(server, trust)).outcome.kind).toBe('full');
    const again = await connected(server, trust);
    expect(again.outcome.kind).toBe('resumed');
    expect(again.certificate?.fingerprint256).toBe(
      new X509Certificate(certificate.certPem).fingerprint256,
    );
  });

  it('keeps out every other certificate, and gives it whole, so that it can be looked at', async () => {
    const server = await showing(await createSelfSigned(), { protocol });
    const { outcome, certificate } = await connected(server, pinned(await createSelfSigned()));
    expect(outcome).toMatchObject({ kind: 'failed', sessionOffered: false });
    const pem = outcome.kind === 'failed' ? outcome.shownPem : null;
    const whole = new X509Certificate(pem ?? '');
    expect(whole.toString()).toBe(new X509Certificate(shown.certPem).toString());
    expect(certificate?.fingerprint256).toBe(whole.fingerprint256);
    expect(server.commands).toEqual([]);
    expect(cache.held()).toEqual([]);
  });

  it('of an authority does not let in what that authority issues', async () => {
    const server = await showing(await authority.issue(), { protocol });
    const { outcome } = await connected(server, pinned(authority));
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'CERTIFICATE_CHANGED' } });
  });

  it('that is another one now is offered no session, and the server is asked for its proof', async () => {
    const certificate = await createSelfSigned();
    const server = await showing(certificate, { protocol });
    await connected(server, pinned(certificate));
    expect(cache.held()).not.toEqual([]);
    const { outcome } = await connected(server, pinned(await createSelfSigned()));
    expect(outcome).toMatchObject({ kind: 'failed', sessionOffered: false });
    expect(server.stats().offered).toBe(0);
  });

  it('and a CA file with the same certificate share no session: the file checks the name', async () => {
    const certificate = await createSelfSigned({
      dnsNames: ['elsewhere.example'],
      ipAddresses: [],
    });
    const server = await showing(certificate, { protocol });
    await connected(server, pinned(certificate));
    const { outcome } = await connected(server, { kind: 'ca', pem: certificate.certPem });
    expect(outcome).toMatchObject({
      kind: 'failed',
      error: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
    expect(server.stats().offered).toBe(0);
  });

  it('ends with the certificate: replaced by the server, it takes every session along', async () => {
    const certificate = await createSelfSigned();
    const server = await showing(certificate, { protocol });
    await connected(server, pinned(certificate));
    await replace(server, await createSelfSigned());
    const { outcome } = await connected(server, pinned(certificate));
    expect(outcome).toMatchObject({ kind: 'failed' });
    expect(cache.held()).toEqual([]);
    const after = await connected(server, pinned(shown));
    expect(after.outcome).toMatchObject({ kind: 'full' });
  });

  it('does not outlive the dates of its certificate, nor do its sessions', async () => {
    // A certificate has whole seconds; this one is good for at least one more.
    const validToAt = Math.ceil(Date.now() / 1000) * 1000 + 1000;
    const certificate = await createSelfSigned({ validToAt });
    const server = await showing(certificate, { protocol });
    expect((await connected(server, pinned(certificate))).outcome.kind).toBe('full');
    expect(cache.held()).not.toEqual([]);
    const { promise: expired, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, validToAt + 1000 - Date.now());
    await expired;
    const { outcome } = await connected(server, pinned(certificate));
    expect(outcome).toMatchObject({
      kind: 'failed',
      sessionOffered: false,
      error: { code: 'CERT_HAS_EXPIRED' },
    });
    expect(server.stats().offered).toBe(0);
  });
});
