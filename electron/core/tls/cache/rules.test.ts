/**
 * The rules of the session cache, one test each, against real handshakes with the scripted servers.
 * Where a comment in this room speaks of a rule by its number, it is the one of that test.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createAuthority,
  fault,
  startImapServer,
  type Fault,
  type ImapServer,
  type ImapServerOptions,
} from '../../demo/testing/index.ts';
import { TestCalls } from '../../testing/clock.ts';
import { connectOnce, outcomeOf, type Target } from '../testing/connect-once.ts';
import type { PeerCertificate } from 'node:tls';
import type { Mechanism, TlsOutcome, TransportEvent } from '../facts.ts';
import { HeldSession, type SessionOrigin } from './held-session.ts';
import { keysOf, TLS_ENGINE, type Peer } from '../peer.ts';
import { OTHER_TRUST, TRUST } from '../testing/peer-fixtures.ts';
import { sessionDer, TLS12, TLS13 } from '../testing/session-fixtures.ts';
import type { HandshakeSessions } from './handshake-sessions.ts';
import { readTicket } from '../session-format.ts';
import { SessionCache } from './session-cache.ts';
import { createReuseTransport } from '../transport/imapflow-transport.ts';
import { SILENCE_MS } from '../transport/silence.ts';
import { MAX_VERSION, MIN_VERSION, type TlsTrust } from '../trust.ts';
import { vouchersOf } from '../vouchers.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let now: number;
let cache: SessionCache;
let servers: AsyncDisposableStack;

beforeEach(() => {
  now = Date.now();
  cache = new SessionCache({ now: () => now });
  servers = new AsyncDisposableStack();
});
afterEach(() => servers.disposeAsync());

async function start(options: ImapServerOptions = {}): Promise<ImapServer> {
  return servers.use(await startImapServer(options));
}

function at(server: ImapServer, changes: Partial<Target> = {}): Target {
  return { cache, port: server.port, trust: { kind: 'ca', pem: server.caPem }, ...changes };
}

function keyOf(peer: Peer): string {
  return keysOf(peer).key;
}

function mechanismsHeld(): Mechanism[] {
  return cache.held().map(({ mechanism }) => mechanism);
}

function peerOf(server: ImapServer): Peer {
  return {
    account: 'alice',
    name: 'localhost',
    port: server.port,
    security: 'tls',
    trust: { kind: 'ca', pem: server.caPem },
  };
}

/** A whole second, as certificates have them. */
const START = 20_000 * DAY;

/** Certificates as Node links them, the leaf first. */
function chain(...certificates: object[]): PeerCertificate {
  return certificates.reduceRight((issuer, certificate) => ({
    ...certificate,
    issuerCertificate: issuer,
  })) as PeerCertificate;
}

function date(days: number): string {
  return new Date(START + days * DAY).toUTCString();
}

/** As Node gives one; only what the cache reads. */
const CERTIFICATE = {
  subject: { CN: 'localhost' },
  issuer: { CN: 'Authority' },
  subjectaltname: 'DNS:localhost',
  valid_from: new Date(Date.now() - DAY).toUTCString(),
  valid_to: new Date(Date.now() + DAY).toUTCString(),
  fingerprint256: 'AA:BB',
} as unknown as PeerCertificate;

/** The bytes of the session that would be offered next. */
function take(server: ImapServer): Buffer {
  const offer = cache.begin(peerOf(server)).take();
  if (offer.kind !== 'session') throw new Error('no session was held');
  return offer.bytes;
}

function store(handshake: HandshakeSessions, version: number, ticket: string): void {
  const bytes = sessionDer(version, { 2: 7200, 9: 7200, 10: ticket });
  handshake.store(bytes, { protocol: 'TLSv1.2', hasTicket: () => true });
}

const full = (reason: string) => ({ kind: 'full', reason });
const resumed = (mechanism: string) => ({ kind: 'resumed', mechanism });
const refused = (mechanism: string) => ({ kind: 'refused', mechanism });

/** Connects, and lets time pass where the server says nothing to a session that is offered. */
async function broken(server: ImapServer, changes: Partial<Target> = {}): Promise<TlsOutcome> {
  const calls = new TestCalls();
  const offered = server.stats().offered;
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const attempt = connectOnce(
    at(server, {
      ...changes,
      after: (delayMs, run) => calls.after(delayMs, run),
      onEvent: ({ kind }) => {
        if (kind === 'handshake') resolve();
      },
    }),
  );
  await Promise.race([server.until(() => server.stats().offered > offered), ended]);
  // What the server says first takes its way.
  for (let turns = 0; turns < 100; turns += 1) await turn();
  calls.advance(2 * SILENCE_MS);
  const connected = await attempt;
  await connected.close();
  return connected.handshake.outcome;
}

describe('the session cache', () => {
  it('rule 1: shares sessions only between connections that are alike in every part of the key', async () => {
    const peer: Peer = {
      account: 'alice',
      name: 'imap.example.org',
      port: 993,
      security: 'tls',
      trust: TRUST,
    };
    const others: Partial<Peer>[] = [
      { account: 'bob' },
      { user: 'bob@example.org' },
      { name: 'imap.example.net' },
      { port: 994 },
      { security: 'starttls' },
      { trust: OTHER_TRUST },
      { trust: { kind: 'pin', fingerprint256: 'AA:BB', pem: TRUST.pem } },
    ];
    const keys = new Set([peer, ...others.map((other) => ({ ...peer, ...other }))].map(keyOf));
    expect(keys.size).toBe(others.length + 1);
    expect(keyOf({ ...peer, name: 'IMAP.Example.ORG' })).toBe(keyOf(peer));
    for (const part of [TLS_ENGINE, MIN_VERSION, MAX_VERSION]) expect(keyOf(peer)).toContain(part);

    const server = await start();
    await outcomeOf(at(server));
    expect(await outcomeOf(at(server, { account: 'bob' }))).toEqual(full('nothing-held'));
    expect(await outcomeOf(at(server, { servername: 'LOCALHOST' }))).toEqual(
      resumed('tls13-ticket'),
    );
  });

  it('rule 2: never offers a session that was made under another trust', async () => {
    const server = await start();
    await outcomeOf(at(server));
    const other = await createAuthority('Another authority');
    const both: TlsTrust = { kind: 'ca', pem: server.caPem + other.certPem };
    expect(await outcomeOf(at(server, { trust: both }))).toEqual(full('trust-changed'));
    expect(server.stats().offered).toBe(0);
  });

  it('rule 3: stores nothing from a connection that did not verify', async () => {
    const server = await start({ certificate: 'wrong-name' });
    expect(await outcomeOf(at(server))).toMatchObject({ kind: 'failed', sessionOffered: false });
    expect(cache.held()).toEqual([]);

    // Not even what comes before the verdict, should a TLS library give it so early.
    const good = await start();
    await outcomeOf(at(good));
    const bytes = take(good);
    cache.forget('alice');
    const unverified = cache.begin(peerOf(good));
    unverified.take();
    unverified.store(bytes, { protocol: 'TLSv1.3', hasTicket: () => true });
    expect(cache.held()).toEqual([]);
  });

  it('rule 4: shows the certificate and the time of the original handshake on a resumed one', async () => {
    const server = await start();
    const original = await connectOnce(at(server));
    await original.close();
    now += MINUTE;
    const again = await connectOnce(at(server));
    await again.close();
    expect(again.handshake.certificate).toEqual(original.handshake.certificate);
    expect(again.handshake.certificate?.verifiedAt).toBe(now - MINUTE);
    expect(again.handshake.descent).toEqual({
      fullHandshakeAt: now - MINUTE,
      reuse: 1,
      sharedBy: null,
    });
  });

  it('rule 5: offers nothing once the original certificate has expired', async () => {
    const authority = await createAuthority();
    const validToAt = Math.ceil(now / 1000) * 1000 + MINUTE;
    const server = await start({
      authority: {
        ...authority,
        issue: (options) => authority.issue({ ...options, validToAt }),
      },
    });
    await outcomeOf(at(server));
    now = validToAt;
    expect(await outcomeOf(at(server))).toEqual(full('expired'));
    expect(server.stats().offered).toBe(0);
  });

  it('rule 5: offers nothing once an authority above it has expired, or before one was good', async () => {
    const validToAt = Math.ceil(now / 1000) * 1000 + MINUTE;
    const validFromAt = Math.floor(now / 1000) * 1000 - MINUTE;
    const authority = await createAuthority('Short-lived', { validFromAt, validToAt });
    const server = await start({ authority });
    await outcomeOf(at(server));
    now = validToAt;
    expect(await outcomeOf(at(server))).toEqual(full('expired'));
    expect(server.stats().offered).toBe(0);

    const leaf = { fingerprint256: 'A', valid_from: date(-10), valid_to: date(10) };
    const root = { fingerprint256: 'C', valid_from: date(-20), valid_to: date(20) };
    const expiredCrossSigned = { fingerprint256: 'D', valid_from: date(-9), valid_to: date(-1) };
    const intermediate = { fingerprint256: 'B', valid_from: date(-2), valid_to: date(3) };
    expect(vouchersOf(chain(leaf, intermediate, root), [], START).validity).toEqual({
      fromAt: START - 2 * DAY,
      toAt: START + 3 * DAY,
    });
    // Before it expired, that one may have been on the path.
    expect(vouchersOf(chain(leaf, expiredCrossSigned), [], START).validity).toEqual({
      fromAt: START - DAY,
      toAt: START + 10 * DAY,
    });
  });

  it('rule 6: gives connections that start together different tickets, or none', async () => {
    cache.setPolicy('alice', { sharing: 'private', maxAgeMs: DAY });
    const server = await start();
    await outcomeOf(at(server));
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => outcomeOf(at(server))));
    expect(outcomes.filter(({ kind }) => kind === 'resumed')).toHaveLength(2);
    expect(outcomes.filter(({ kind }) => kind === 'full')).toEqual(
      Array.from({ length: 4 }, () => full('all-in-use')),
    );
    const offered = server.offers.map(({ sha256 }) => sha256);
    expect(new Set(offered).size).toBe(offered.length);
    expect(offered).toHaveLength(2);
  });

  it('rule 7: keeps one TLS 1.2 session and offers it again; another version drops it', async () => {
    const authority = await createAuthority();
    const old = await start({ protocol: 'TLSv1.2', authority, renewTickets: false });
    await outcomeOf(at(old));
    expect(await outcomeOf(at(old))).toEqual(resumed('tls12-ticket'));
    expect(await outcomeOf(at(old))).toEqual(resumed('tls12-ticket'));
    expect(new Set(old.offers.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(cache.held()).toHaveLength(1);

    await old.stop();
    const upgraded = await start({ protocol: 'TLSv1.3', authority, port: old.port });
    expect(await outcomeOf(at(upgraded))).toEqual(refused('tls12-ticket'));
    expect(await outcomeOf(at(upgraded))).toEqual(resumed('tls13-ticket'));
    // Now tickets of two handshakes are held, so that a refusal alone does not drop them all.
    expect(mechanismsHeld()).toEqual(['tls13-ticket', 'tls13-ticket']);
    await upgraded.stop();
    const downgraded = await start({ protocol: 'TLSv1.2', authority, port: old.port });
    expect(await outcomeOf(at(downgraded))).toEqual(refused('tls13-ticket'));
    expect(mechanismsHeld()).toEqual(['tls12-ticket']);

    // Two handshakes at once, with two servers behind one name: the later version stays alone.
    cache.forget('alice');
    const handshakes = [cache.begin(peerOf(old)), cache.begin(peerOf(old))];
    for (const handshake of handshakes) handshake.take();
    handshakes.forEach((handshake, index) => {
      handshake.verified({ resumed: false, certificate: CERTIFICATE });
      store(handshake, index === 0 ? TLS12 : TLS13, 'ticket');
    });
    expect(mechanismsHeld()).toEqual(['tls13-ticket']);
  });

  it.each(['saving', 'shared', 'private'] as const)(
    'rule 7: a ticket that is renewed under TLS 1.2 takes the place of the old one, under %s',
    async (sharing) => {
      cache.setPolicy('alice', { sharing, maxAgeMs: DAY });
      const server = await start({ protocol: 'TLSv1.2', lifetimeSeconds: 3600 });
      await outcomeOf(at(server));
      for (let connection = 0; connection < 4; connection += 1) {
        now += HOUR / 5;
        const connected = await connectOnce(at(server));
        await connected.close();
        expect(connected.handshake.outcome).toEqual(resumed('tls12-ticket'));
        expect(connected.events.filter(({ kind }) => kind === 'ticket')).toHaveLength(1);
        expect(cache.held()).toHaveLength(1);
      }
      expect(new Set(server.offers.map(({ sha256 }) => sha256)).size).toBe(4);
      // No lifetime comes with what is renewed: it is the same session to the server.
      now += HOUR / 5;
      expect(await outcomeOf(at(server))).toEqual({ kind: 'full', reason: 'expired' });
    },
  );

  it.each(['saving', 'private'] as const)(
    'rule 7: what is renewed too late takes the place of nothing that has come since, under %s',
    async (sharing) => {
      cache.setPolicy('alice', { sharing, maxAgeMs: DAY });
      const server = await start();
      const begin = (offers = true) => {
        const handshake = cache.begin(peerOf(server), null, offers);
        handshake.take();
        return handshake;
      };
      const isFull = { resumed: false, certificate: CERTIFICATE } as const;
      for (const since of [TLS12, TLS13]) {
        cache.forget('alice');
        const first = begin();
        first.verified(isFull);
        store(first, TLS12, 'first');
        const [late, other] = [begin(), begin(false)];
        late.verified({ resumed: true });
        other.verified(isFull);
        store(other, since, 'since');
        store(late, TLS12, 'renewed');
        expect(cache.held()).toHaveLength(1);
        expect(readTicket(take(server))?.toString()).toBe('since');
      }
    },
  );

  it('rule 7: what was given up is not given back beside what has come since', async () => {
    const server = await start({ protocol: 'TLSv1.2' });
    await outcomeOf(at(server));
    const givenUp = cache.begin(peerOf(server));
    const before = givenUp.take();
    await outcomeOf(at(server));
    givenUp.failed('given-up');
    expect(cache.held()).toHaveLength(1);
    expect(before.kind === 'session' && take(server).equals(before.bytes)).toBe(false);
  });

  it('rule 8: stays within its bounds, the least recently used going first', async () => {
    cache = new SessionCache({ now: () => now, limits: { sessionsPerPeer: 3, peers: 2 } });
    const [first, second, third] = [await start(), await start(), await start()];
    const open = await Promise.all(Array.from({ length: 8 }, () => connectOnce(at(first))));
    await Promise.all(open.map((connected) => connected.close()));
    expect(cache.held()).toHaveLength(3);
    await outcomeOf(at(second));
    await outcomeOf(at(first));
    await outcomeOf(at(third));
    expect(cache.size.peers).toBe(2);
    expect(new Set(cache.held().map(({ port }) => port))).toEqual(
      new Set([first.port, third.port]),
    );
    expect(cache.size.bytes).toBe(cache.held().reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  });

  it('rule 9: offers a session for as long as the server said, and not when the clock went back', async () => {
    const server = await start({ lifetimeSeconds: 300 });
    await outcomeOf(at(server));
    now += 299_000;
    expect(await outcomeOf(at(server))).toEqual(resumed('tls13-ticket'));
    now += 300_000;
    expect(await outcomeOf(at(server))).toEqual(full('expired'));
    now -= 1;
    expect(await outcomeOf(at(server))).toEqual(full('expired'));
  });

  it('rule 10: lets renewed tickets live no longer than the cap from the first full handshake', async () => {
    cache.setPolicy('alice', { sharing: 'saving', maxAgeMs: 3 * HOUR });
    const server = await start();
    await outcomeOf(at(server));
    now += HOUR;
    expect(await outcomeOf(at(server))).toEqual(resumed('tls13-ticket'));
    now += HOUR;
    expect(await outcomeOf(at(server))).toEqual(resumed('tls13-ticket'));
    now += HOUR;
    expect(await outcomeOf(at(server))).toEqual(full('expired'));
  });

  it('rule 11: drops the siblings of a refused ticket', async () => {
    const server = await start();
    await outcomeOf(at(server));
    server.forgetSessions();
    const again = await connectOnce(at(server));
    expect(again.handshake.outcome).toEqual(refused('tls13-ticket'));
    await again.close();
    // Both are of the new handshake.
    expect(cache.held()).toHaveLength(2);
    expect(await outcomeOf(at(server))).toEqual(resumed('tls13-ticket'));
    expect(server.stats()).toMatchObject({ offered: 2, resumed: 1 });
  });

  it('rule 11: says of a server that refused and issues nothing any more that it issues none, until one has come', async () => {
    const authority = await createAuthority();
    const server = await start({ authority });
    await outcomeOf(at(server));
    await server.stop();
    const changed = await start({ authority, port: server.port, sessions: 'none' });
    expect(await outcomeOf(at(changed))).toEqual(refused('tls13-ticket'));
    // The second ticket was dropped, not used.
    expect(await outcomeOf(at(changed))).toEqual(full('none-issued'));
    expect(await outcomeOf(at(changed))).toEqual(full('none-issued'));
    expect(changed.stats().offered).toBe(1);
    await changed.stop();
    const mended = await start({ authority, port: server.port });
    expect(await outcomeOf(at(mended))).toEqual(full('none-issued'));
    expect(await outcomeOf(at(mended))).toEqual(resumed('tls13-ticket'));
  });

  it('rule 11: says that all are in use while those of another handshake are', async () => {
    const server = await start();
    await outcomeOf(at(server));
    await outcomeOf(at(server));
    // One of the full handshake, one of the resumed one.
    expect(cache.held()).toHaveLength(2);
    cache.setPolicy('alice', { sharing: 'private', maxAgeMs: DAY });
    const [first, second] = [cache.begin(peerOf(server)), cache.begin(peerOf(server))];
    first.take();
    second.take();
    first.verified({ resumed: false, certificate: null });
    expect(await outcomeOf(at(server))).toEqual(full('all-in-use'));
  });

  const breaks: readonly (readonly [string, Fault])[] = [
    ['a reset', fault.reset],
    ['an end', fault.close],
    ['a fatal alert', fault.raw('\u0015\u0003\u0003\u0000\u0002\u0002\u0050')],
    ['a close_notify', fault.raw('\u0015\u0003\u0003\u0000\u0002\u0001\u0000')],
    ['five seconds of silence', fault.hang],
    ['silence in the middle of an answer', fault.raw('\u0016\u0003\u0003\u0000\u007a\u0002')],
  ];

  it.each(breaks)(
    'rule 11: after %s the next one goes without, and the session is as good as refused where that works',
    async (_, how) => {
      const server = await start({ script: (n) => (n === 2 ? { handshake: how } : {}) });
      await outcomeOf(at(server));
      expect(await broken(server)).toMatchObject({ kind: 'failed', sessionOffered: true });
      const again = await connectOnce(at(server, { offers: false }));
      expect(again.handshake.outcome).toEqual(full('failed-earlier'));
      await again.close();
      expect(server.stats().offered).toBe(1);
      // The sibling is gone with it: these are of the new handshake.
      expect(mechanismsHeld()).toEqual(['tls13-ticket', 'tls13-ticket']);
      expect(await outcomeOf(at(server))).toEqual(resumed('tls13-ticket'));
    },
  );

  it.each(breaks)(
    'rule 11: after %s that comes without a session as well, it was the network: nothing is evicted',
    async (_, how) => {
      const server = await start({ script: (n) => (n === 1 || n > 3 ? {} : { handshake: how }) });
      await outcomeOf(at(server));
      const held = cache.held();
      expect(await broken(server)).toMatchObject({ kind: 'failed', sessionOffered: true });
      const patience = new AbortController();
      const again = connectOnce(at(server, { offers: false, tookTooLong: patience.signal }));
      await server.until(() => server.stats().connections === 3);
      for (let turns = 0; turns < 100; turns += 1) await turn();
      patience.abort();
      expect((await again).handshake.outcome).toMatchObject({ sessionOffered: false });
      expect(cache.held()).toEqual(held);
      expect(await outcomeOf(at(server))).toEqual(resumed('tls13-ticket'));
    },
  );

  it('rule 11: a server that is away when the next one comes was the network too: nothing is evicted', async () => {
    const authority = await createAuthority();
    const server = await start({
      authority,
      script: (n) => (n === 2 ? { handshake: fault.reset } : {}),
    });
    await outcomeOf(at(server));
    const held = cache.held();
    expect(await broken(server)).toMatchObject({ kind: 'failed', sessionOffered: true });
    await server.stop();
    // Refused by the kernel: it comes to no handshake.
    expect(await outcomeOf(at(server, { offers: false }))).toMatchObject({ kind: 'failed' });
    const back = await start({ authority, port: server.port });
    expect(cache.held()).toEqual(held);
    // It was offered: the server has other ticket keys now.
    expect(await outcomeOf(at(back))).toEqual(refused('tls13-ticket'));
  });

  it('rule 11: the next one goes without also where nobody says so, and the one after that does not', async () => {
    const server = await start({
      protocol: 'TLSv1.2',
      script: (n) => (n === 2 || n === 3 ? { handshake: fault.reset } : {}),
    });
    await outcomeOf(at(server));
    await outcomeOf(at(server));
    expect(await outcomeOf(at(server))).toMatchObject({ kind: 'failed', sessionOffered: false });
    expect(server.stats().offered).toBe(1);
    expect(await outcomeOf(at(server))).toEqual(resumed('tls12-ticket'));
  });

  it('rule 11: what is given up on this side says nothing about the session', async () => {
    const server = await start({
      script: (n) => (n === 2 ? { handshake: fault.hang } : {}),
    });
    await outcomeOf(at(server));
    const { promise: failed, resolve } = Promise.withResolvers<TlsOutcome>();
    const transport = createReuseTransport({
      cache,
      account: 'alice',
      trust: { kind: 'ca', pem: server.caPem },
      onEvent: (event) => {
        if (event.kind === 'handshake') resolve(event.outcome);
      },
    });
    const target = { host: '127.0.0.1', port: server.port, servername: 'localhost', secure: true };
    const socket = transport.connect(target, () => undefined);
    await server.until(() => server.stats().offered === 1);
    socket.destroy();
    expect(await failed).toMatchObject({ kind: 'failed', sessionOffered: false });
    expect(await outcomeOf(at(server))).toEqual(resumed('tls13-ticket'));
  });

  it('rule 11: a handshake that took too long altogether may have broken over the session', async () => {
    const server = await start({ script: (n) => (n === 2 ? { handshake: fault.hang } : {}) });
    await outcomeOf(at(server));
    const patience = new AbortController();
    const hanging = connectOnce(at(server, { tookTooLong: patience.signal }));
    await server.until(() => server.stats().offered === 1);
    patience.abort();
    const given = await hanging;
    expect(given.handshake.outcome).toMatchObject({ sessionOffered: true, answered: false });
    await given.close();
    expect(await outcomeOf(at(server, { offers: false }))).toEqual(full('failed-earlier'));
  });

  it('rule 12: stops offering where three in a row broke off, whatever resumed before, until the network is another', async () => {
    const server = await start();
    await outcomeOf(at(server));
    expect(await outcomeOf(at(server))).toEqual(resumed('tls13-ticket'));
    for (let trial = 1; trial <= 3; trial += 1) {
      const { connections } = server.stats();
      server.setScript((n) => (n === connections + 1 ? { handshake: fault.reset } : {}));
      expect(cache.refusing('alice')).toBeNull();
      await outcomeOf(at(server));
      expect(await outcomeOf(at(server))).toEqual(full('failed-earlier'));
    }
    const before = { offered: 1, resumed: 1 };
    expect(cache.refusing('alice')).toMatchObject({ refusals: 3, broken: 3, before });
    expect(await outcomeOf(at(server))).toEqual(full('server-keeps-refusing'));
    cache.networkChanged();
    expect(cache.refusing('alice')).toBeNull();
    expect(await outcomeOf(at(server))).toEqual(resumed('tls13-ticket'));
  });

  it('rule 12: stops offering after three refusals in a row, for a time that grows', async () => {
    const server = await start({ sessions: 'fresh-key' });
    await outcomeOf(at(server));
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(await outcomeOf(at(server))).toEqual(refused('tls13-ticket'));
    }
    expect(await outcomeOf(at(server))).toEqual(full('server-keeps-refusing'));
    expect(server.stats().offered).toBe(3);

    now += 10 * MINUTE;
    expect(await outcomeOf(at(server))).toEqual(refused('tls13-ticket'));
    now += 19 * MINUTE;
    expect(await outcomeOf(at(server))).toEqual(full('server-keeps-refusing'));
    now += MINUTE;
    expect(await outcomeOf(at(server))).toEqual(refused('tls13-ticket'));
    cache.tryNow('alice');
    expect(await outcomeOf(at(server))).toEqual(refused('tls13-ticket'));
    // It grows no further: a server that was mended is noticed within the hour.
    for (let pause = 0; pause < 2; pause += 1) {
      now += 59 * MINUTE;
      expect(await outcomeOf(at(server))).toEqual(full('server-keeps-refusing'));
      now += MINUTE;
      expect(await outcomeOf(at(server))).toEqual(refused('tls13-ticket'));
    }
  });

  it('rule 12: counts the refusals of connections that started together as one', async () => {
    const server = await start({ sessions: 'fresh-key' });
    const burst = () => Promise.all(Array.from({ length: 4 }, () => outcomeOf(at(server))));
    await outcomeOf(at(server));
    for (let trial = 0; trial < 3; trial += 1) {
      expect(new Set(await burst())).toContainEqual(refused('tls13-ticket'));
    }
    expect(await outcomeOf(at(server))).toEqual(full('server-keeps-refusing'));
    expect(cache.refusing('alice')).toMatchObject({ refusals: server.stats().offered });
  });

  it('rule 13: has one outcome for each connection, with the reason when nothing was offered', async () => {
    const server = await start({ protocol: 'TLSv1.2', sessions: 'session-ids' });
    expect(await outcomeOf(at(server))).toEqual(full('nothing-held'));
    expect(await outcomeOf(at(server))).toEqual(resumed('session-id'));
    server.forgetSessions();
    expect(await outcomeOf(at(server))).toEqual(refused('session-id'));
    cache.setEnabled('alice', false);
    expect(await outcomeOf(at(server))).toEqual({ kind: 'off' });
    await server.stop();
    expect(await outcomeOf(at(server))).toMatchObject({ kind: 'failed' });
  });

  it('rule 14: off forgets at once, and handshakes in flight store nothing', async () => {
    const server = await start();
    await outcomeOf(at(server));
    const held = cache.held().length;
    const inFlight = Array.from({ length: 20 }, () => connectOnce(at(server)));
    expect(cache.setEnabled('alice', false)).toBe(held);
    for (const connected of await Promise.all(inFlight)) await connected.close();
    expect(cache.held()).toEqual([]);
    const { offered } = server.stats();
    expect(await outcomeOf(at(server))).toEqual({ kind: 'off' });
    expect(server.stats().offered).toBe(offered);
    cache.setEnabled('alice', true);
    expect(await outcomeOf(at(server))).toEqual(full('nothing-held'));
    expect(await outcomeOf(at(server))).toEqual(resumed('tls13-ticket'));

    // Off and on again while they are in flight: they began before it was off.
    const { promise: allBegun, resolve } = Promise.withResolvers<void>();
    let begun = 0;
    const onEvent = (event: TransportEvent): void => {
      if (event.kind === 'phase' && event.phase === 'tls' && (begun += 1) === 20) resolve();
    };
    const again = Array.from({ length: 20 }, () => connectOnce(at(server, { onEvent })));
    await allBegun;
    cache.setEnabled('alice', false);
    cache.setEnabled('alice', true);
    for (const connected of await Promise.all(again)) await connected.close();
    expect(cache.held()).toEqual([]);
  });

  it('rule 15: shares the newest ticket within a burst that ran out, for ten seconds', async () => {
    const server = await start({ renewTickets: false });
    await outcomeOf(at(server));
    const burst = await Promise.all(Array.from({ length: 6 }, () => outcomeOf(at(server))));
    expect(burst).toEqual(Array.from({ length: 6 }, () => resumed('tls13-ticket')));
    expect(new Set(server.offers.map(({ sha256 }) => sha256)).size).toBe(2);
    now += 10_000;
    expect(await outcomeOf(at(server))).toEqual(full('all-in-use'));
  });

  it('rule 15: lets a cold burst wait for the first handshake, and releases it when that fails', async () => {
    const server = await start();
    const burst = await Promise.all(Array.from({ length: 6 }, () => outcomeOf(at(server))));
    expect(burst.filter(({ kind }) => kind === 'full')).toHaveLength(1);
    expect(burst.filter(({ kind }) => kind === 'resumed')).toHaveLength(5);

    const failing = await start({
      script: (n) => (n === 1 ? { handshake: { kind: 'reset' } } : {}),
    });
    const outcomes = await Promise.all(Array.from({ length: 3 }, () => outcomeOf(at(failing))));
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['failed', 'full', 'full']);
  });

  it('rule 15: under private, gives nothing back that was on the wire, and drops what was', async () => {
    const server = await start({
      script: (n) => (n === 2 || n === 3 ? { handshake: fault.reset } : {}),
    });
    await outcomeOf(at(server));
    cache.setPolicy('alice', { sharing: 'private', maxAgeMs: DAY });
    for (let attempt = 0; attempt < 3; attempt += 1) await outcomeOf(at(server));
    expect(server.offers).toHaveLength(2);
    expect(new Set(server.offers.map(({ sha256 }) => sha256)).size).toBe(2);

    const old = await start({ protocol: 'TLSv1.2', renewTickets: false });
    const asBob = at(old, { account: 'bob' });
    await outcomeOf(asBob);
    expect(await outcomeOf(asBob)).toEqual(resumed('tls12-ticket'));
    cache.setPolicy('bob', { sharing: 'private', maxAgeMs: DAY });
    expect(await outcomeOf(asBob)).toEqual(full('all-in-use'));
  });

  it('rule 16: shows no session byte in any inspection', async () => {
    const server = await start();
    const connected = await connectOnce(at(server));
    expect(cache.held()).toHaveLength(2);
    const bytes = take(server);
    const held = new HeldSession(bytes, { protocol: 'TLSv1.3' } as SessionOrigin);
    const everything = { depth: Infinity, maxArrayLength: Infinity, showHidden: true };
    const shown =
      inspect(cache, everything) +
      inspect(held, everything) +
      JSON.stringify(held) +
      inspect(connected.handshake, everything) +
      JSON.stringify(connected.events) +
      JSON.stringify(cache.held());
    const secret = bytes.subarray(-48);
    for (const encoding of ['hex', 'base64', 'latin1'] as const) {
      expect(shown).not.toContain(secret.toString(encoding));
    }
    // As inspect shows a buffer's first bytes, and JSON all of them.
    expect(shown).not.toMatch(/6e 6f 64 65 6a 73|110,111,100,101,106,115|30 82|48,130/);
    await connected.close();
  });
});
