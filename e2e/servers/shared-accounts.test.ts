/** Accounts that share their sessions, with a real Dovecot: by its own count, and on the wire. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { allIdle, folder, start } from '../../electron/core/api/testing/engine.ts';
import { offersOf, readClientHello, sha256 } from '../../electron/core/tls-wire/index.ts';
import {
  connectTls,
  type HandshakeSessions,
  MAX_AGE_MS,
  type Peer,
  readTicket,
  SessionCache,
} from '../../electron/core/tls/index.ts';
import type { AccountId, SharingPolicy } from '../../shared/model.ts';
import { PassingProxy, type Listener } from '../fixtures/network/passing-proxy.ts';
import { whyNoDovecot } from '../fixtures/servers/dovecot-binary.ts';
import { Dovecot } from '../fixtures/servers/dovecot.ts';

const missing = whyNoDovecot();
if (missing !== null) process.stderr.write(`SKIPPED: shared sessions with Dovecot. ${missing}\n`);

const ACCOUNTS = 200;
const STORM = 50;

describe.skipIf(missing !== null)('accounts that share', () => {
  it('two hundred that are stored start with one full handshake and a few; each has its own else', async () => {
    const users = Array.from({ length: ACCOUNTS }, (_, index) => `user${String(index)}`);
    await using server = await Dovecot.start({
      kind: 'one-process',
      logsHandshakes: true,
      users: Object.fromEntries(users.map((user) => [user, `secret of ${user}`])),
    });
    // They are added while it is not there, and so have never been connected when they start.
    await server.stop();
    const dataDir = await folder();
    const first = await start(dataDir);
    const { engine, app } = first;
    const pem = server.certificate.caPem;
    const ids: AccountId[] = [];
    for (const user of users) {
      const { id } = await engine.addAccount({
        label: user,
        user,
        password: `secret of ${user}`,
        host: server.host,
        port: server.tlsPort,
        security: 'tls',
        servername: 'localhost',
        trust: { kind: 'ca', fileName: 'ca.pem', pem },
        mailboxes: ['INBOX'],
      });
      ids.push(id);
    }
    const choose = (sharing: SharingPolicy) =>
      ids.map((id) => ({ id, policy: { sharing, longestAge: 'server' } as const }));
    await engine.setPolicies(choose('shared'));
    await app.close();
    await server.start();

    /** The handshakes of a start, by the server's count. */
    const startOnce = async (next: SharingPolicy) => {
      const before = await server.handshakes();
      const program = await start(dataDir);
      const { heldSessions } = await program.until(allIdle(ACCOUNTS));
      await program.engine.setPolicies(choose(next));
      await program.app.close();
      const after = await server.handshakes();
      const counted = { all: after.all - before.all, full: after.full - before.full };
      return { ...counted, sharedBy: heldSessions.map(({ sharedBy }) => sharedBy?.length) };
    };
    const shared = await startOnce('saving');
    expect(shared).toMatchObject({ all: ACCOUNTS, sharedBy: [ACCOUNTS] });
    expect(shared.full).toBeLessThanOrEqual(5);
    expect(await startOnce('saving')).toMatchObject({ all: ACCOUNTS, full: ACCOUNTS });
  });

  it.each(['TLSv1.3', 'TLSv1.2'] as const)(
    'reach on the wire nobody but whom they may, in a storm of fifty accounts of which half share: %s',
    async (protocol) => {
      await using server = await Dovecot.start({ kind: 'one-process', protocol });
      const wire = new Wire();
      await using tap = await PassingProxy.start(server.tlsPort, (from) => wire.listen(from));
      const cache = new IssuersKnown();
      const peers = Array.from({ length: STORM }, (_, index): Peer => {
        const account = `${index % 2 === 0 ? 'shared' : 'alone'}-${String(index)}`;
        const trust = { kind: 'ca', pem: server.certificate.caPem } as const;
        return { account, name: 'localhost', port: tap.port, security: 'tls', trust };
      });
      for (const { account } of peers.filter(isShared)) {
        cache.setPolicy(account, { sharing: 'shared', maxAgeMs: MAX_AGE_MS });
      }
      const storm = () => Promise.all([...peers, ...peers].map((peer) => visit(cache, peer, wire)));

      await storm();

      const first = wire.offers.splice(0);
      const foreign = first.filter(({ by, ticket }) => cache.issuers.get(ticket) !== by);
      expect(foreign.length).toBeGreaterThan(STORM / 3);
      for (const { by, ticket } of foreign) {
        expect([by, cache.issuers.get(ticket)]).toEqual([
          expect.stringMatching(/^shared-/),
          expect.stringMatching(/^shared-/),
        ]);
      }

      // Each way to end, while the next storm is on its way.
      const ending = storm();
      const ended = peers.filter(isShared).slice(0, 5);
      const [off, forgotten, privateNow, removed, saving] = ended.map(({ account }) => account);
      cache.setEnabled(off ?? '', false);
      cache.forget(forgotten ?? '');
      cache.setPolicy(privateNow ?? '', { sharing: 'private', maxAgeMs: MAX_AGE_MS });
      cache.remove(removed ?? '');
      cache.setPolicy(saving ?? '', { sharing: 'saving', maxAgeMs: MAX_AGE_MS });
      const issuedBefore = new Map(cache.issuers);
      await ending;

      wire.offers.splice(0);
      await storm();

      const names = new Set(ended.map(({ account }) => account));
      const outlived = wire.offers.filter(({ ticket }) =>
        names.has(issuedBefore.get(ticket) ?? ''),
      );
      expect(outlived).toEqual([]);
      const strangers = wire.offers.filter(({ by, ticket }) => {
        const issuer = cache.issuers.get(ticket) ?? '';
        return issuer !== by && (isOut(by) || isOut(issuer));
      });
      expect(strangers).toEqual([]);

      function isOut(account: string): boolean {
        return !isShared({ account }) || (names.has(account) && account !== forgotten);
      }
    },
  );
});

function isShared({ account }: Pick<Peer, 'account'>): boolean {
  return account.startsWith('shared-');
}

/** Knows to whom the server issued each ticket, by its hash. */
class IssuersKnown extends SessionCache {
  readonly issuers = new Map<string, string>();

  override begin(...given: Parameters<SessionCache['begin']>): HandshakeSessions {
    const handshake = super.begin(...given);
    const [{ account }] = given;
    const store = handshake.store.bind(handshake);
    handshake.store = (bytes, fallback) => {
      this.issuers.set(sha256(readTicket(bytes) ?? Buffer.alloc(0)), account);
      store(bytes, fallback);
    };
    return handshake;
  }
}

/** What somebody sees who listens: which ticket is offered from which port. */
class Wire {
  readonly offers: { readonly by: string; readonly ticket: string }[] = [];
  readonly #accounts = new Map<number, string>();

  isFrom(port: number | undefined, account: string): void {
    this.#accounts.set(port ?? 0, account);
  }

  listen(from: number): Listener {
    let seen: Buffer | null = Buffer.alloc(0);
    return (chunk) => {
      if (seen === null) return;
      seen = Buffer.concat([seen, chunk]);
      const reading = readClientHello(seen);
      if (reading.kind === 'incomplete') return;
      seen = null;
      if (reading.kind !== 'client-hello') return;
      const by = this.#accounts.get(from) ?? '';
      const offers = offersOf(reading.hello, () => false);
      this.offers.push(...offers.map((offer) => ({ by, ticket: offer.sha256 })));
    };
  }
}

/** One connection, to its greeting. */
async function visit(cache: SessionCache, peer: Peer, wire: Wire): Promise<void> {
  const raw: Socket = connect(peer.port, '127.0.0.1');
  await once(raw, 'connect');
  wire.isFrom(raw.localPort, peer.account);
  const { socket } = await connectTls(cache, peer, raw);
  await once(socket, 'data');
  socket.destroy();
  await once(socket, 'close');
}
