/** What accounts share that chose to, and what they never do. */
import { assert, property } from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SharingPolicy } from '../facts.ts';
import type { Peer } from '../peer.ts';
import { certificateFor, OTHER_TRUST, peerOf } from '../testing/peer-fixtures.ts';
import { sessionDer, TLS13 } from '../testing/session-fixtures.ts';
import { SharedWorld, steps } from '../testing/shared-world.ts';
import type { HandshakeSessions } from './handshake-sessions.ts';
import { SessionCache } from './session-cache.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const START = 20_000 * DAY;

const certificate = certificateFor('imap.example.org', START - DAY, START + 90 * DAY);

let now: number;
let made: number;
let cache: SessionCache;
const known = new Set<string>();

beforeEach(() => {
  now = START;
  made = 0;
  known.clear();
  cache = new SessionCache({
    now: () => now,
    isBoringSsl: false,
    onChange: (id) => known.add(id),
  });
});

afterEach(() => {
  vi.useRealTimers();
});

const choose = (sharing: SharingPolicy, ...accounts: string[]): void => {
  for (const account of accounts) cache.setPolicy(account, { sharing, maxAgeMs: 7 * DAY });
};

function store(handshake: HandshakeSessions, tickets = 1): void {
  for (let ticket = 0; ticket < tickets; ticket += 1) {
    made += 1;
    const bytes = sessionDer(TLS13, { 2: 7200, 9: 7200, 10: `ticket-${String(made)}.` });
    handshake.store(bytes, { protocol: 'TLSv1.3', hasTicket: () => true });
  }
  handshake.done();
}

/** A handshake that ends well, resumed where something is offered, and what it was. */
function visit(peer: Peer, tickets = 1): string {
  const handshake = cache.begin(peer, 'INBOX');
  const offer = handshake.take();
  const outcome = handshake.verified(
    offer.kind === 'session' ? { resumed: true } : { resumed: false, certificate },
  );
  handshake.heard();
  store(handshake, tickets);
  return outcome.kind === 'full' ? outcome.reason : outcome.kind;
}

const [ann, bob, cid] = [peerOf('ann'), peerOf('bob'), peerOf('cid')];
const held = () => [...known].flatMap((id) => cache.heldForPeer(id) ?? []);

describe('shared sessions', () => {
  it('are those of all accounts that chose so, and of no other', () => {
    choose('shared', 'ann', 'bob');
    choose('private', 'cid');
    expect(visit(ann, 2)).toBe('nothing-held');
    expect([visit(bob), visit(cid), visit(peerOf('dee'))]).toEqual([
      'resumed',
      'nothing-held',
      'nothing-held',
    ]);
    expect(cache.size.peers).toBe(3);
  });

  it.each<[string, Partial<Peer>, string]>([
    ['trust', { trust: OTHER_TRUST }, 'nothing-held'],
    ['name', { name: 'imap.example.net' }, 'nothing-held'],
    ['port', { port: 1993 }, 'nothing-held'],
    ['STARTTLS', { security: 'starttls' }, 'nothing-held'],
    ['way', { via: 'socks5://proxy.example' }, 'nothing-held'],
    ['user', { user: 'bob@example.org' }, 'resumed'],
  ])('are for those that are alike but for account and user: another %s', (_, other, outcome) => {
    choose('shared', 'ann', 'bob');
    visit({ ...ann, user: 'ann@example.org' });
    expect(visit({ ...bob, ...other })).toBe(outcome);
  });

  it('say whose they were, and are held once, with the accounts that may use them', () => {
    choose('shared', 'ann', 'bob', 'cid');
    visit(ann, 2);
    const handshake = cache.begin(bob);
    handshake.take();
    handshake.verified({ resumed: true });
    expect(handshake.descent).toEqual({ fullHandshakeAt: START, reuse: 1, sharedBy: 'ann' });
    expect(held()).toMatchObject([{ account: 'ann', sharedBy: ['ann', 'bob'], resumptions: 1 }]);
    store(handshake);
    cache.expect(cid);
    expect(held()).toMatchObject([{ account: 'bob', sharedBy: ['ann', 'bob', 'cid'] }]);
    // Its own are nobody else's to name.
    cache.expect(peerOf('dee'));
    expect(held()[0]?.sharedBy).toHaveLength(3);
  });

  it.each<[string, () => unknown]>([
    ['is switched off', () => cache.setEnabled('ann', false)],
    ['is told to forget', () => cache.forget('ann')],
    ['is removed', () => cache.remove('ann')],
    ['is Private', () => choose('private', 'ann')],
    ['is Saving', () => choose('saving', 'ann')],
    ['is another user', () => cache.begin({ ...ann, user: 'anna' })],
  ])('end for all when the account that made them %s, in flight too', (_, end) => {
    choose('shared', 'ann', 'bob', 'cid');
    visit(ann, 2);
    // Bob has one of hers on the wire, and what it brings descends from it.
    const inFlight = cache.begin(bob);
    inFlight.take();
    visit(cid);
    // Hers, which is in flight when it ends, brings nothing either.
    const own = cache.begin(ann);
    own.take();
    end();
    for (const handshake of [inFlight, own]) {
      handshake.verified({ resumed: true });
      store(handshake);
    }
    expect(held()).toEqual([]);
    expect(cache.size.bytes).toBe(0);
    expect(visit(bob)).toBe('nothing-held');
  });

  it('that have ended are not given back by a handshake that breaks', () => {
    choose('shared', 'ann', 'bob');
    visit(ann);
    const broken = cache.begin(bob);
    broken.take();
    cache.forget('ann');
    expect(broken.failed('given-up')).toBe(false);
    expect(cache.size.bytes).toBe(0);
    expect(visit(bob)).toBe('nothing-held');
  });

  it('of others stay when one account ends its own', () => {
    choose('shared', 'ann', 'bob');
    visit(ann);
    cache.forget('ann');
    expect(visit(bob)).toBe('nothing-held');
    expect(cache.forget('ann')).toBe(0);
    expect(visit(ann)).toBe('resumed');
  });

  it('are not used by one that is switched off', () => {
    choose('shared', 'ann', 'bob');
    visit(ann);
    cache.setEnabled('bob', false);
    cache.expect(bob);
    expect(visit(bob)).toBe('off');
    expect(held()).toMatchObject([{ sharedBy: ['ann'] }]);
    cache.setEnabled('bob', true);
    expect(visit(bob)).toBe('resumed');
  });

  it('are as old as each of both allows, and stay for those that allow more', () => {
    choose('shared', 'ann', 'bob');
    cache.setPolicy('cid', { sharing: 'shared', maxAgeMs: 10 * MINUTE });
    visit(ann, 3);
    now += 10 * MINUTE;
    expect(visit(cid, 0)).toBe('expired');
    expect(visit(bob)).toBe('resumed');
    cache.setPolicy('ann', { sharing: 'shared', maxAgeMs: 10 * MINUTE });
    expect(visit(bob)).toBe('expired');
  });

  it('are refused for all: what is known of the server is known once', () => {
    choose('shared', 'ann', 'bob', 'cid');
    for (const peer of [ann, bob, cid, ann]) {
      const handshake = cache.begin(peer);
      handshake.take();
      handshake.verified({ resumed: false, certificate });
      store(handshake);
    }
    expect(visit(bob)).toBe('server-keeps-refusing');
    expect(cache.refusing('cid')).toMatchObject({ refusals: 3 });
    cache.tryNow('cid');
    expect(visit(ann)).toBe('resumed');
    expect(cache.refusing('bob')).toBeNull();
  });

  it('go with their row, whoever made them, and nothing in flight brings them back', () => {
    choose('shared', 'ann', 'bob');
    visit(ann, 2);
    const inFlight = cache.begin(bob);
    inFlight.take();
    const [id = ''] = known;
    expect(cache.forgetPeer(id)).toBe(1);
    inFlight.verified({ resumed: true });
    store(inFlight);
    expect(visit(ann)).toBe('nothing-held');
  });

  it('wait for one leader in a cold burst; where its account ends, one of the others leads', async () => {
    choose('shared', 'ann', 'bob', 'cid');
    const [first, second, third] = [ann, bob, cid].map((peer) => cache.begin(peer));
    expect(first?.ready()).toBeNull();
    const went: string[] = [];
    const waiting = [
      second?.ready()?.then(() => went.push('second')),
      third?.ready()?.then(() => went.push('third')),
    ];
    cache.setEnabled('ann', false);
    await waiting[0];
    expect(went).toEqual(['second']);
    second?.take();
    second?.verified({ resumed: false, certificate });
    if (second !== undefined) store(second);
    await waiting[1];
    expect(third?.take().kind).toBe('session');
  });

  it('are waited for by no one that has ended: the next leads at once', async () => {
    vi.useFakeTimers();
    choose('shared', 'ann', 'bob', 'cid');
    const [first, second, third] = [ann, bob, cid].map((peer) => cache.begin(peer));
    expect(first?.ready()).toBeNull();
    let isReady = false;
    void second?.ready();
    void third?.ready()?.then(() => (isReady = true));
    second?.failed('given-up');
    first?.failed('broke-off');
    await vi.advanceTimersByTimeAsync(0);
    expect(isReady).toBe(true);
  });

  it('are waited for three seconds at most, whoever leads and fails meanwhile', async () => {
    vi.useFakeTimers();
    choose('shared', 'ann', 'bob', 'cid', 'dee');
    const all = [ann, bob, cid, peerOf('dee')].map((peer) => cache.begin(peer));
    const went: string[] = [];
    for (const [index, handshake] of all.entries()) {
      void handshake.ready()?.then(() => went.push(`${index} at ${performance.now() - begun}`));
    }
    const begun = performance.now();
    await vi.advanceTimersByTimeAsync(950);
    // The second leads now, and is silent for the two seconds of a leader; so is the third.
    all[0]?.failed('broke-off');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(went).toEqual(['1 at 950', '2 at 2950', '3 at 3000']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('reach nobody but whom they may, whatever accounts do in whatever order', () => {
    let offers = 0;
    let foreign = 0;
    assert(
      property(steps, (all) => {
        const world = new SharedWorld();
        world.run(all);
        offers += world.offers;
        foreign += world.foreign;
        expect(world.wrongs).toEqual([]);
      }),
      { numRuns: 400 },
    );
    // There was something to go wrong.
    expect(foreign).toBeGreaterThan(400);
    expect(offers).toBeGreaterThan(foreign);
  }, 60_000);
});
