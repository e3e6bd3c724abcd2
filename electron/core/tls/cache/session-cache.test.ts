import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, it } from 'vitest';
import { certificateFor, peerOf } from '../testing/peer-fixtures.ts';
import type { HandshakeSessions } from './handshake-sessions.ts';
import { SessionCache } from './session-cache.ts';
import { sessionDer, TLS13 } from '../testing/session-fixtures.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = 20_000 * DAY;

let now: number;
let cache: SessionCache;
let made = 0;

beforeEach(() => {
  now = START;
  made = 0;
  cache = new SessionCache({ now: () => now, isBoringSsl: false });
});

const peer = peerOf('alice');

const certificate = certificateFor(
  peer.name,
  START - DAY,
  START + 90 * DAY,
  'DNS:imap.example.org, DNS:*.peers.example',
);

const FALLBACK = { protocol: 'TLSv1.3', hasTicket: () => true } as const;

/** A ticket under TLS 1.3, unlike any other. */
function ticket(lifetime: number | null = 7200, sizeBytes = 16): Buffer {
  made += 1;
  return sessionDer(TLS13, {
    2: 7200,
    ...(lifetime === null ? {} : { 9: lifetime }),
    10: String(made).padEnd(sizeBytes, '.'),
  });
}

/** A handshake that ended well, as a server decides that resumes every session. */
function shake(tickets: readonly Buffer[] = [ticket(), ticket()], to = peer): HandshakeSessions {
  const handshake = cache.begin(to);
  const offer = handshake.take();
  handshake.verified(
    offer.kind === 'session' ? { resumed: true } : { resumed: false, certificate },
  );
  for (const bytes of tickets) handshake.store(bytes, FALLBACK);
  handshake.done();
  return handshake;
}

/** A handshake in full that brings two tickets, whatever it offers; what became of that. */
function refuse(handshake: HandshakeSessions): string {
  handshake.take();
  const { kind } = handshake.verified({ resumed: false, certificate });
  for (const bytes of [ticket(), ticket()]) handshake.store(bytes, FALLBACK);
  return kind;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes in use after a collection. */
function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

describe('the session cache', () => {
  it('keeps the newest eight of a hundred tickets', () => {
    shake(Array.from({ length: 100 }, () => ticket()));
    expect(cache.held()).toHaveLength(8);
    const offer = cache.begin(peer).take();
    expect(offer.kind === 'session' && offer.bytes.includes('100.')).toBe(true);
  });

  it('keeps no ticket of 60 KiB', () => {
    shake([ticket(7200, 60 * 1024)]);
    expect(cache.held()).toEqual([]);
  });

  it.each([
    [0, 0],
    [null, 0],
    [2 ** 32 - 1, 7 * DAY],
    [172_800, 2 * DAY],
    [60, 60_000],
  ])('keeps a ticket with a lifetime of %s s for %s ms', (lifetime, expected) => {
    shake([ticket(lifetime)]);
    expect(cache.held().map(({ expiresAt }) => expiresAt - now)).toEqual(
      expected === 0 ? [] : [expected],
    );
  });

  it.each([DAY, -DAY])('offers nothing after the clock jumped by %s ms', (jump) => {
    shake();
    now += jump;
    expect(cache.begin(peer).take()).toEqual({ kind: 'none', reason: 'expired' });
    expect(cache.held()).toEqual([]);
  });

  it('keeps what a peer issued that closed right after the handshake', () => {
    const handshake = cache.begin(peer);
    handshake.take();
    handshake.verified({ resumed: false, certificate });
    handshake.store(ticket(), FALLBACK);
    handshake.done();
    expect(cache.begin(peer).take().kind).toBe('session');
  });

  it('stores nothing before the handshake was verified', () => {
    const handshake = cache.begin(peer);
    handshake.take();
    handshake.store(ticket(), FALLBACK);
    expect(cache.held()).toEqual([]);
  });

  it('stores nothing for an account that was removed while its handshake was in flight', () => {
    shake();
    const handshake = cache.begin(peer);
    handshake.take();
    expect(cache.remove('alice')).toBe(1);
    handshake.verified({ resumed: false, certificate });
    handshake.store(ticket(), FALLBACK);
    expect(cache.held()).toEqual([]);
    // An account of that name that is added later begins afresh.
    expect(cache.begin(peer).take()).toEqual({ kind: 'none', reason: 'nothing-held' });
  });

  it('stores nothing that 20 handshakes bring after their account was switched off, 200 times of 200', () => {
    for (let round = 0; round < 200; round += 1) {
      shake();
      const inFlight = Array.from({ length: 20 }, () => cache.begin(peer));
      inFlight.forEach((handshake, index) => {
        // Every one is somewhere else in its life when the switch is turned.
        if (index % 4 > 0) handshake.take();
        if (index % 4 > 1) handshake.verified({ resumed: false, certificate });
        if (index % 4 > 2) handshake.store(ticket(), FALLBACK);
      });
      cache.setEnabled('alice', false);
      const late = inFlight.filter((_, index) => index % 4 === 0);
      expect(new Set(late.map((handshake) => handshake.take().kind))).toEqual(new Set(['off']));
      inFlight.forEach((handshake, index) => {
        if (index % 4 < 2) handshake.verified({ resumed: false, certificate });
        handshake.store(ticket(), FALLBACK);
        handshake.done();
      });
      expect(cache.held()).toEqual([]);
      expect(cache.size).toEqual({ peers: 0, bytes: 0 });
      cache.setEnabled('alice', true);
    }
  });

  it('stays within its bounds over 100,000 connections to 10,000 peers, and so does the heap', async () => {
    const template = ticket(7200, 200);
    const connect = (connection: number): void => {
      const name = `n${connection % 10_000}.peers.example`;
      shake([Buffer.from(template), Buffer.from(template)], { ...peer, name });
    };
    let peers = 0;
    let bytes = 0;
    for (let connection = 0; connection < 20_000; connection += 1) connect(connection);
    await turn();
    const heapBefore = heapUsed();
    for (let connection = 0; connection < 100_000; connection += 1) {
      connect(connection);
      peers = Math.max(peers, cache.size.peers);
      bytes = Math.max(bytes, cache.size.bytes);
      if (connection % 1000 === 999) await turn();
    }
    expect(peers).toBe(1024);
    expect(bytes).toBeLessThanOrEqual(8 * 1024 * 1024);
    expect(heapUsed() - heapBefore).toBeLessThan(1024 * 1024);
  }, 60_000);

  it('stays within its bounds where servers issue nothing', () => {
    for (let connection = 0; connection < 3000; connection += 1) {
      shake([], { ...peer, name: `n${connection}.peers.example` });
    }
    expect(cache.size).toEqual({ peers: 1024, bytes: 0 });
  });

  it('lets one lead a cold burst, and the others go on when its tickets are there', async () => {
    const [leader, follower] = [cache.begin(peer), cache.begin(peer)];
    await leader.ready();
    const waiting = follower.ready();
    leader.take();
    leader.verified({ resumed: false, certificate });
    leader.store(ticket(), FALLBACK);
    leader.done();
    await waiting;
    expect(follower.take().kind).toBe('session');
  });

  it('lets a burst go on as it began, though its first refusals start a pause', () => {
    // The first has nothing to offer; two are refused.
    for (let connection = 0; connection < 3; connection += 1) refuse(cache.begin(peer));
    const burst = [cache.begin(peer), cache.begin(peer), cache.begin(peer)];
    for (const handshake of burst) expect(refuse(handshake)).toBe('refused');
    expect(cache.begin(peer).take()).toEqual({ kind: 'none', reason: 'server-keeps-refusing' });
  });

  it('says that a session was refused, not that all are used, while no new one has come', () => {
    refuse(cache.begin(peer));
    const [first, second] = [cache.begin(peer), cache.begin(peer)];
    first.take();
    expect(first.verified({ resumed: false, certificate }).kind).toBe('refused');
    // Its sibling was dropped, not used.
    expect(second.take()).toEqual({ kind: 'none', reason: 'refused-earlier' });
    first.store(ticket(), FALLBACK);
    expect(cache.begin(peer).take().kind).toBe('session');
  });

  it('makes nobody wait for a server that is known to issue nothing', async () => {
    const first = cache.begin(peer);
    await first.ready();
    first.take();
    first.verified({ resumed: false, certificate });
    first.done();
    await Promise.all([cache.begin(peer).ready(), cache.begin(peer).ready()]);
    expect(cache.begin(peer).take()).toEqual({ kind: 'none', reason: 'none-issued' });
  });

  it('releases those that wait when their account is switched off', async () => {
    const [leader, follower] = [cache.begin(peer), cache.begin(peer)];
    await leader.ready();
    const waiting = follower.ready();
    cache.setEnabled('alice', false);
    await waiting;
    expect(follower.take()).toEqual({ kind: 'off' });
  });

  it('shares no ticket across a change of the network', () => {
    shake([ticket()]);
    cache.begin(peer).take();
    cache.networkChanged();
    expect(cache.begin(peer).take()).toMatchObject({ kind: 'none' });
  });

  it('takes no ticket to another network that broke off on the one before', () => {
    shake([ticket()]);
    const before = cache.begin(peer);
    before.take();
    before.failed('broke-off');
    cache.networkChanged();
    expect(cache.begin(peer).take()).toEqual({ kind: 'none', reason: 'all-in-use' });
  });

  it('takes no ticket to another network that breaks off when that is noticed', () => {
    shake([ticket(), ticket()]);
    const before = cache.begin(peer);
    before.take();
    cache.networkChanged();
    before.failed('broke-off');
    // The one that nobody has seen yet goes along.
    expect(cache.begin(peer).take().kind).toBe('session');
    cache.networkChanged();
    expect(cache.begin(peer).take()).toEqual({ kind: 'none', reason: 'all-in-use' });
  });

  it('offers a ticket once where the server takes it once only', () => {
    shake([ticket()]);
    const first = cache.begin(peer);
    first.take();
    first.verified({ resumed: true });
    const second = cache.begin(peer);
    expect(second.take().kind).toBe('session');
    expect(second.verified({ resumed: false, certificate }).kind).toBe('refused');
    second.store(ticket(), FALLBACK);
    const third = cache.begin(peer);
    third.take();
    third.verified({ resumed: true });
    expect(cache.begin(peer).take()).toEqual({ kind: 'none', reason: 'all-in-use' });
  });
});
