import { beforeEach, describe, expect, it } from 'vitest';
import { certificateFor, peerOf } from '../testing/peer-fixtures.ts';
import type { HandshakeSessions } from './handshake-sessions.ts';
import type { HeldForPeer } from '../facts.ts';
import { SessionCache } from './session-cache.ts';
import { sessionDer, TLS13 } from '../testing/session-fixtures.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const START = 20_000 * DAY;

const peer = peerOf('alice');

const certificate = certificateFor(peer.name, START - DAY, START + 90 * DAY);

let now: number;
let cache: SessionCache;
/** What somebody knows who asks at each change, by the id of the peer. */
let known: Map<string, HeldForPeer>;

beforeEach(() => {
  now = START;
  known = new Map();
  cache = new SessionCache({
    now: () => now,
    isBoringSsl: false,
    onChange: (id) => {
      const held = cache.heldForPeer(id);
      if (held === null) known.delete(id);
      else known.set(id, held);
    },
  });
});

const ticket = (lifetime = 7200) => sessionDer(TLS13, { 2: 7200, 9: lifetime, 10: 'ticket' });

/** A handshake that ended well; it is resumed wherever something was offered. */
function shake(lifetimes: readonly number[], to = peer, connection = 'INBOX'): HandshakeSessions {
  const handshake = cache.begin(to, connection);
  const offer = handshake.take();
  handshake.verified(
    offer.kind === 'session' ? { resumed: true } : { resumed: false, certificate },
  );
  for (const lifetime of lifetimes) {
    handshake.store(ticket(lifetime), { protocol: 'TLSv1.3', hasTicket: () => true });
  }
  handshake.done();
  return handshake;
}

const only = (): HeldForPeer | undefined => [...known.values()][0];

describe('what is held for a peer', () => {
  it('is told of when it comes: who brought it, when, and until when each ticket is good', () => {
    shake([7200, 60]);
    expect([...known.values()]).toEqual([
      {
        account: 'alice',
        sharedBy: null,
        name: 'imap.example.org',
        port: 993,
        security: 'tls',
        mechanism: 'tls13-ticket',
        endsAt: [START + 120 * MINUTE, START + MINUTE],
        issuedTo: 'INBOX',
        issuedAt: START,
        fullHandshakeAt: START,
        resumptions: 0,
      },
    ]);
  });

  it('counts reuses, and stays with no ticket left while the last one is in use', () => {
    shake([7200]);
    now += MINUTE;
    shake([]);
    expect(only()).toMatchObject({ endsAt: [], resumptions: 1, issuedAt: START });
    shake([7200], peer, 'Archive');
    expect(only()).toMatchObject({ issuedTo: 'Archive', resumptions: 2, issuedAt: now });
    expect(only()?.endsAt).toHaveLength(1);
  });

  it('ends when the longest age of its account says so, from the moment that it is set', () => {
    shake([7200]);
    cache.setPolicy('alice', { sharing: 'saving', maxAgeMs: 10 * MINUTE });
    expect(only()?.endsAt).toEqual([START + 10 * MINUTE]);
  });

  it('is gone when it was refused, when it expired, and when its account is switched off', () => {
    shake([7200, 7200]);
    const refused = cache.begin(peer);
    refused.take();
    refused.verified({ resumed: false, certificate });
    expect(known.size).toBe(0);

    shake([7200]);
    now += DAY;
    cache.begin(peer).take();
    expect(known.size).toBe(0);

    shake([7200]);
    expect(known.size).toBe(1);
    cache.setEnabled('alice', false);
    expect(known.size).toBe(0);
  });

  it('is gone when it is evicted', () => {
    cache = new SessionCache({
      now: () => now,
      isBoringSsl: false,
      limits: { peers: 2 },
      onChange: (id) => {
        const held = cache.heldForPeer(id);
        if (held === null) known.delete(id);
        else known.set(id, held);
      },
    });
    for (const port of [1, 2, 3]) shake([7200], { ...peer, port });
    expect([...known.values()].map(({ port }) => port)).toEqual([2, 3]);
  });
});

describe('forgetting one peer', () => {
  it('leaves the account its other sessions, and what is in flight stores nothing', () => {
    shake([7200]);
    shake([7200], { ...peer, port: 1993 });
    const [id = ''] = known.keys();
    const inFlight = cache.begin(peer);
    inFlight.take();
    expect(cache.forgetPeer(id)).toBe(0);
    inFlight.verified({ resumed: true });
    inFlight.store(ticket(), { protocol: 'TLSv1.3', hasTicket: () => true });
    expect([...known.values()].map(({ port }) => port)).toEqual([1993]);
    expect(cache.begin(peer).take()).toEqual({ kind: 'none', reason: 'nothing-held' });
    expect(cache.begin({ ...peer, port: 1993 }).take().kind).toBe('session');
  });

  it('says how many were forgotten; a peer that is not known has none', () => {
    shake([7200, 7200]);
    const [id = ''] = known.keys();
    expect(cache.forgetPeer(id)).toBe(2);
    expect(cache.forgetPeer(id)).toBe(0);
    expect(cache.size).toEqual({ peers: 0, bytes: 0 });
  });

  it('lets those go on who wait for the first tickets of a server of the account', async () => {
    shake([7200]);
    const [id = ''] = known.keys();
    const other = { ...peer, port: 1993 };
    const leader = cache.begin(other);
    expect(leader.ready()).toBeNull();
    const waiting = cache.begin(other).ready();
    expect(waiting).not.toBeNull();
    cache.forgetPeer(id);
    const winner = await Promise.race([
      waiting?.then(() => 'went on'),
      new Promise((resolve) => setImmediate(resolve, 'still waits')),
    ]);
    expect(winner).toBe('went on');
  });
});
