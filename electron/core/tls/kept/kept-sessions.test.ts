import { X509Certificate } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { SharingPolicy } from '../facts.ts';
import { memoryProtector, type SecretProtector } from '../../storage/secret-protector.ts';
import { TestClock } from '../../testing/clock.ts';
import type { Log } from '../../log/index.ts';
import {
  FileInMemory,
  HOME,
  offered,
  OTHER_TRUST,
  peerOf,
  readableProtector,
  shake,
} from '../testing/kept-fixtures.ts';
import { KeptSessions, OPEN_WITHIN_MS, SAVE_AFTER_MS, SAVE_EVERY_MS } from './kept-sessions.ts';
import { TRUST } from '../testing/peer-fixtures.ts';
import type { Peer } from '../peer.ts';
import { MAX_AGE_MS, SessionCache } from '../cache/session-cache.ts';

let clock: TestClock;
let file: FileInMemory;
let logged: string[];

const log: Log = {
  info: (text) => logged.push(text),
  warn: (text) => logged.push(text),
  error: (text, error) => logged.push(`${text}: ${String(error)}`),
};

beforeEach(() => {
  clock = new TestClock();
  file = new FileInMemory();
  logged = [];
});

/** An account of the program. */
interface Known {
  readonly account: string;
  readonly sharing?: SharingPolicy;
  readonly maxAgeMs?: number;
  readonly reuse?: boolean;
  readonly isKept?: boolean;
  readonly peer?: Partial<Peer>;
}

/** The program from its start on, as the engine starts it. */
async function run(
  accounts: readonly Known[],
  how: { isWanted?: boolean; protector?: SecretProtector; home?: typeof HOME } = {},
) {
  const cache = new SessionCache({ now: () => clock.now(), isBoringSsl: false });
  const { isWanted = true, protector = readableProtector(), home = HOME } = how;
  const kept = new KeptSessions({ cache, file, protector, home, clock, log });
  cache.keepBy(kept);
  await kept.load(isWanted);
  for (const known of accounts) {
    const { account, sharing = 'saving', maxAgeMs = MAX_AGE_MS } = known;
    cache.setEnabled(account, known.reuse ?? true);
    cache.setPolicy(account, { sharing, maxAgeMs });
    if (known.isKept !== false) cache.keep(peerOf(account, known.peer));
  }
  kept.loaded();
  return { cache, kept };
}

/** The time passes after which changes are written, and they are. */
async function pass(spanMs = SAVE_AFTER_MS): Promise<void> {
  clock.advance(spanMs);
  await turn();
}

/** A protection that takes its time. */
class Gate {
  readonly #opened = Promise.withResolvers<undefined>();

  open(): void {
    this.#opened.resolve(undefined);
  }

  get protector(): SecretProtector {
    const readable = readableProtector();
    return {
      ...readable,
      seal: async (plain, context) => {
        await this.#opened.promise;
        return readable.seal(plain, context);
      },
    };
  }
}

const ALICE = { account: 'alice' };
const PRIVATE = { account: 'alice', sharing: 'private' } as const;
const alice = peerOf('alice');

describe('kept sessions', () => {
  it('come back in the order in which they came, each once', async () => {
    const first = await run([ALICE]);
    shake(first.cache, alice, clock.now());
    await first.kept.close();
    const [one, two] = file.tickets;
    const { cache } = await run([ALICE]);
    expect(offered(cache, alice)).toBe(two);
    expect(offered(cache, alice)).toBe(one);
    expect(cache.held()).toEqual([]);
  });

  it('are written once for all changes of two seconds, and not before', async () => {
    const { cache } = await run([ALICE]);
    for (let connection = 0; connection < 20; connection += 1) shake(cache, alice, clock.now());
    await pass(SAVE_AFTER_MS - 1);
    expect(file.log).toEqual(['take']);
    await pass(1);
    expect(file.log).toEqual(['take', 'write']);
    expect(file.tickets).toHaveLength(8);
  });

  it('of a thousand connections that never rest do not wear the disk: once a minute, forgotten at once', async () => {
    const { cache, kept } = await run([ALICE]);
    for (let second = 0; second < 180; second += 1) {
      shake(cache, alice, clock.now());
      await pass(1000);
    }
    const writes = () => file.log.filter((entry) => entry === 'write').length;
    // After two seconds, and then after each minute.
    expect(writes()).toBe(3);
    shake(cache, alice, clock.now());
    cache.forget('alice');
    await kept.settled();
    expect(file.content).toBeNull();
    shake(cache, alice, clock.now());
    const before = writes();
    await kept.close();
    expect(writes()).toBe(before + 1);
  });

  it('that were taken leave the file with the next write', async () => {
    const { cache } = await run([ALICE]);
    shake(cache, alice, clock.now());
    await pass();
    const taken = offered(cache, alice);
    await pass(SAVE_EVERY_MS);
    expect(file.tickets).toHaveLength(1);
    expect(file.tickets).not.toContain(taken);
  });

  it('leave no file behind when the last of them is gone', async () => {
    const { cache } = await run([ALICE]);
    shake(cache, alice, clock.now(), { tickets: 1 });
    await pass();
    offered(cache, alice);
    await pass(SAVE_EVERY_MS);
    expect(file.content).toBeNull();
  });

  it('are none of a pinned certificate, nor were they before: its server is verified afresh', async () => {
    const trust = { ...TRUST, kind: 'pin', fingerprint256: 'AA:BB' } as const;
    const pinned = peerOf('alice', { trust });
    const first = await run([{ ...ALICE, peer: { trust } }]);
    expect(first.cache.begin(pinned).take()).toEqual({ kind: 'none', reason: 'verified-afresh' });
    shake(first.cache, pinned, clock.now());
    expect(offered(first.cache, pinned)).not.toBeNull();
    await first.kept.close();
    expect(file.content).toBeNull();
  });

  it('that do not say what they hang on, as of 0.1.0, end when any does that is trusted', async () => {
    const HALF_HOUR = 1_800_000;
    clock.advance(Date.parse(new X509Certificate(TRUST.pem).validTo) - HALF_HOUR - clock.now());
    const first = await run([ALICE]);
    shake(first.cache, alice, clock.now());
    await first.kept.close();
    const text = Buffer.from(file.content ?? []).toString('latin1');
    const earlier = text
      .replaceAll(/"hangsOn":\[.*?\],/g, '')
      .replaceAll(/"toAt":\d+/g, '"toAt":9e15');
    file.content = Buffer.from(earlier, 'latin1');
    expect((await run([ALICE])).cache.held()).not.toEqual([]);
    file.content = Buffer.from(earlier, 'latin1');
    clock.advance(HALF_HOUR);
    expect((await run([ALICE])).cache.held()).toEqual([]);
  });

  it('outlive a crash, but for those of the last minute', async () => {
    const crashed = await run([ALICE]);
    shake(crashed.cache, alice, clock.now(), { tickets: 1 });
    await pass();
    const [kept] = file.tickets;
    shake(crashed.cache, peerOf('alice', { port: 143 }), clock.now());
    const { cache } = await run([ALICE]);
    expect(offered(cache, alice)).toBe(kept);
    expect(cache.held()).toEqual([]);
  });

  it('are off the disk once they are in memory, and on it again soon', async () => {
    const first = await run([ALICE]);
    shake(first.cache, alice, clock.now());
    await first.kept.close();
    const { cache } = await run([ALICE]);
    expect(file.content).toBeNull();
    expect(cache.held()).toHaveLength(2);
    await pass();
    expect(file.tickets).toHaveLength(2);
  });

  it('keep what was known: the full handshake at their root, its uses, and who are siblings', async () => {
    const first = await run([ALICE]);
    shake(first.cache, alice, clock.now(), { tickets: 3 });
    shake(first.cache, alice, clock.now(), { tickets: 1 });
    const [before] = first.cache.keepable();
    await first.kept.close();
    const { cache } = await run([ALICE]);
    const [after] = cache.keepable();
    for (const { origin } of before?.sessions ?? []) origin.root.fitsName = null;
    expect(after?.sessions.map(({ origin }) => origin)).toEqual(
      before?.sessions.map(({ origin }) => origin),
    );
    const roots = new Set(after?.sessions.map(({ origin: { root } }) => root));
    const families = new Set(after?.sessions.map(({ origin: { family } }) => family));
    expect([roots.size, families.size]).toEqual([1, 2]);
    // A refused one takes its siblings with it, and no others: two refusals are the end of three.
    for (const left of [2, 0]) {
      const handshake = cache.begin(alice);
      handshake.take();
      handshake.verified({ resumed: false, certificate: null });
      expect(cache.held()).toHaveLength(left);
    }
  });

  it('under TLS 1.2 stay one session, which is offered again and again', async () => {
    const first = await run([ALICE]);
    shake(first.cache, alice, clock.now(), { tickets: 1, protocol: 'TLSv1.2' });
    await first.kept.close();
    const { cache } = await run([ALICE]);
    const session = offered(cache, alice);
    expect(session).not.toBeNull();
    expect(offered(cache, alice)).toBe(session);
  });
});

describe('kept sessions of a private account', () => {
  it('are in no file while the program runs', async () => {
    const { cache } = await run([PRIVATE]);
    shake(cache, alice, clock.now());
    await pass();
    expect(file.log).toEqual(['take']);
  });

  it('are kept by an orderly end, without those that were offered', async () => {
    const first = await run([PRIVATE]);
    shake(first.cache, alice, clock.now(), { tickets: 3 });
    const used = offered(first.cache, alice);
    await first.kept.close();
    expect(file.tickets).toHaveLength(2);
    expect(file.tickets).not.toContain(used);
  });

  it('are never offered twice, whenever the program is killed', async () => {
    const first = await run([PRIVATE]);
    shake(first.cache, alice, clock.now(), { tickets: 3 });
    await first.kept.close();
    const seen: string[] = [];
    for (let crash = 0; crash < 3; crash += 1) {
      const crashed = await run([PRIVATE]);
      const ticket = offered(crashed.cache, alice);
      if (ticket !== null) seen.push(ticket);
      await pass();
    }
    expect(seen).toHaveLength(1);
  });

  it('are offered by nobody once they are handed over', async () => {
    const { cache, kept } = await run([PRIVATE]);
    shake(cache, alice, clock.now());
    const closed = kept.close();
    await turn();
    expect(offered(cache, alice)).toBeNull();
    await closed;
    expect(file.tickets).toHaveLength(2);
  });

  it('are not those that were kept while it was saving, and may have been offered', async () => {
    const first = await run([ALICE]);
    shake(first.cache, alice, clock.now());
    await first.kept.close();
    const { cache } = await run([PRIVATE]);
    expect(cache.held()).toEqual([]);
  });

  it('leave the file when it becomes private', async () => {
    const { cache, kept } = await run([ALICE]);
    shake(cache, alice, clock.now());
    await pass();
    cache.setPolicy('alice', { sharing: 'private', maxAgeMs: MAX_AGE_MS });
    await kept.settled();
    expect(file.content).toBeNull();
  });

  it('are not those of TLS 1.2 that were offered while it was saving', async () => {
    const { cache, kept } = await run([ALICE]);
    shake(cache, alice, clock.now(), { tickets: 1, protocol: 'TLSv1.2' });
    offered(cache, alice);
    cache.setPolicy('alice', { sharing: 'private', maxAgeMs: MAX_AGE_MS });
    await kept.close();
    expect(file.content).toBeNull();
  });
});

describe('what is kept for nobody', () => {
  it.each([
    ['an account that reuses nothing any more', { ...ALICE, reuse: false }],
    ['an account that may not be kept', { ...ALICE, isKept: false }],
    ['an account that is not there any more', { account: 'bob' }],
    ['another trust', { ...ALICE, peer: { trust: OTHER_TRUST } }],
    ['another server name', { ...ALICE, peer: { name: 'imap.example.com' } }],
    ['another port', { ...ALICE, peer: { port: 994 } }],
    ['STARTTLS', { ...ALICE, peer: { security: 'starttls' } }],
    ['a shorter age that is over', { ...ALICE, maxAgeMs: 1 }],
  ] as const)('is not offered, nor kept again: %s', async (_, known) => {
    const first = await run([ALICE]);
    shake(first.cache, alice, clock.now());
    await first.kept.close();
    clock.advance(10);
    const { cache } = await run([known]);
    expect(cache.held()).toEqual([]);
    await pass();
    expect(file.content).toBeNull();
  });

  it('is not read where no account is asked for', async () => {
    const first = await run([ALICE]);
    shake(first.cache, alice, clock.now());
    await first.kept.close();
    const { cache } = await run([]);
    // Its account comes after the start: what it may have kept is gone by then.
    cache.keep(alice);
    expect(cache.held()).toEqual([]);
  });
});

describe('time', () => {
  it.each([
    ['the server’s lifetime, two hours', 7_200_000, {}],
    ['the end of the certificate', 60_000, { certificateMs: 60_000 }],
  ])('ends kept sessions: %s', async (_, spanMs, how) => {
    const first = await run([ALICE]);
    shake(first.cache, alice, clock.now(), how);
    await first.kept.close();
    const { content } = file;
    clock.advance(spanMs - 1);
    expect((await run([ALICE])).cache.held()).toHaveLength(2);
    file.content = content;
    clock.advance(1);
    expect((await run([ALICE])).cache.held()).toEqual([]);
    expect(logged).toEqual([]);
  });

  it('that was set back ends kept sessions, in one line', async () => {
    const first = await run([ALICE]);
    clock.advance(60_000);
    shake(first.cache, alice, clock.now());
    await first.kept.close();
    clock = new TestClock();
    const { cache } = await run([ALICE]);
    expect(cache.held()).toEqual([]);
    expect(logged).toEqual([
      'No session is taken over from /data/kept-sessions.bin: the clock was set back since.',
    ]);
  });
});

describe('forgetting', () => {
  it.each([
    ['an account', (cache: SessionCache) => cache.forget('alice')],
    ['a switch', (cache: SessionCache) => cache.setEnabled('alice', false)],
    ['a removed account', (cache: SessionCache) => cache.remove('alice')],
    ['one server', (cache: SessionCache) => cache.forgetPeer('1')],
  ])('%s is out of the file when that is settled', async (_, forget) => {
    const { cache, kept } = await run([ALICE, { account: 'bob' }]);
    shake(cache, alice, clock.now());
    shake(cache, peerOf('bob'), clock.now(), { tickets: 1 });
    await pass();
    expect(file.tickets).toHaveLength(3);
    forget(cache);
    await kept.settled();
    expect(file.tickets).toHaveLength(1);
    const after = await run([ALICE, { account: 'bob' }]);
    expect(after.cache.held().map(({ account }) => account)).toEqual(['bob']);
  });

  it('takes out of the file what was taken from memory already', async () => {
    const { cache, kept } = await run([ALICE]);
    shake(cache, alice, clock.now(), { tickets: 1 });
    await pass();
    offered(cache, alice);
    expect(cache.forget('alice')).toBe(0);
    await kept.settled();
    expect(file.content).toBeNull();
  });

  it('waits for a write that is under way, and comes after it', async () => {
    const sealing = new Gate();
    const { cache, kept } = await run([ALICE], { protector: sealing.protector });
    shake(cache, alice, clock.now());
    await pass();
    cache.forget('alice');
    const settled = kept.settled();
    sealing.open();
    await settled;
    expect(file.log).toEqual(['take', 'write', 'remove']);
    expect(file.content).toBeNull();
  });

  it('of many accounts at once is one write', async () => {
    const accounts = Array.from({ length: 50 }, (_, index) => ({ account: `a${String(index)}` }));
    const { cache, kept } = await run([...accounts, ALICE]);
    for (const { account } of [...accounts, ALICE]) shake(cache, peerOf(account), clock.now());
    await pass();
    for (const { account } of accounts) cache.forget(account);
    await kept.settled();
    expect(file.log).toEqual(['take', 'write', 'write']);
    expect(file.tickets).toHaveLength(2);
  });

  it('removes the file where it cannot be written any more, in one line', async () => {
    const { cache, kept } = await run([ALICE, { account: 'bob' }]);
    shake(cache, alice, clock.now());
    shake(cache, peerOf('bob'), clock.now());
    await pass();
    file.fails = 'writes';
    cache.forget('alice');
    await kept.settled();
    expect(file.content).toBeNull();
    shake(cache, peerOf('bob'), clock.now());
    await pass();
    expect(logged).toEqual(['sessions could not be kept for the next start: Error: no space']);
  });

  it('is an error for who asked where the disk refuses everything, and is tried again', async () => {
    const { cache, kept } = await run([ALICE]);
    shake(cache, alice, clock.now());
    await pass();
    file.fails = 'everything';
    cache.forget('alice');
    await expect(kept.settled()).rejects.toThrow('read-only');
    // Who comes next has nothing to do with it.
    await kept.settled();
    file.fails = 'nothing';
    await kept.close();
    expect(file.content).toBeNull();
  });
});

describe('the setting', () => {
  it('off: nothing is read or written, and what lies there is removed', async () => {
    const first = await run([ALICE]);
    shake(first.cache, alice, clock.now());
    await first.kept.close();
    const { cache, kept } = await run([ALICE], { isWanted: false });
    expect(file.content).toBeNull();
    expect(cache.held()).toEqual([]);
    shake(cache, alice, clock.now());
    await pass();
    await kept.close();
    expect(file.log.filter((done) => done === 'write')).toHaveLength(1);
  });

  it('switched on: what is held is written at once', async () => {
    const { cache, kept } = await run([ALICE], { isWanted: false });
    shake(cache, alice, clock.now());
    await kept.setWanted(true);
    expect(file.tickets).toHaveLength(2);
  });

  it('switched off: the file is gone, also where a write was under way', async () => {
    const sealing = new Gate();
    const { cache, kept } = await run([ALICE], { protector: sealing.protector });
    shake(cache, alice, clock.now());
    await pass();
    const off = kept.setWanted(false);
    sealing.open();
    await off;
    expect(file.log).toEqual(['take', 'write', 'remove']);
    shake(cache, alice, clock.now());
    await pass();
    await kept.close();
    expect(file.content).toBeNull();
  });

  it('has no effect where secrets are protected in memory only', async () => {
    const { cache, kept } = await run([ALICE], { protector: memoryProtector() });
    shake(cache, alice, clock.now());
    await kept.setWanted(true);
    await pass();
    await kept.close();
    expect(file.log).not.toContain('write');
  });

  it('has an effect from the moment on when secrets are better protected', async () => {
    const protector = { ...memoryProtector() };
    const { cache } = await run([ALICE], { protector });
    shake(cache, alice, clock.now());
    Object.assign(protector, readableProtector());
    shake(cache, alice, clock.now());
    await pass();
    expect(file.tickets).toHaveLength(3);
  });

  it('switched on after the end does not take away what was written then', async () => {
    const { cache, kept } = await run([ALICE]);
    shake(cache, alice, clock.now());
    await kept.close();
    await kept.setWanted(true);
    expect(file.tickets).toHaveLength(2);
  });
});

describe('what cannot be used', () => {
  it.each([
    ['another engine', { ...HOME, engine: 'boringssl/0 node/24' }, 'of another TLS engine'],
    ['another version', { ...HOME, engine: `${HOME.engine}.1` }, 'of another TLS engine'],
    ['another machine', { ...HOME, machine: 'laptop' }, 'written on another machine'],
  ])('is nothing held, one line, and no file: %s', async (_, home, why) => {
    const first = await run([ALICE]);
    shake(first.cache, alice, clock.now());
    await first.kept.close();
    const { cache } = await run([ALICE], { home });
    expect(cache.held()).toEqual([]);
    expect(file.content).toBeNull();
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain(why);
  });

  it('a file that cannot be removed is not used: it could be used again', async () => {
    const first = await run([ALICE]);
    shake(first.cache, alice, clock.now());
    await first.kept.close();
    file.take = () => Promise.resolve({ kind: 'unusable', why: 'it cannot be removed (EROFS)' });
    const { cache } = await run([ALICE]);
    expect(cache.held()).toEqual([]);
    expect(logged).toHaveLength(1);
  });

  it('a protection that refuses loses the sessions, in one line, and no more', async () => {
    const protector: SecretProtector = {
      ...readableProtector(),
      seal: () => Promise.reject(new Error('locked')),
    };
    const { cache, kept } = await run([ALICE], { protector });
    for (let round = 0; round < 5; round += 1) {
      shake(cache, alice, clock.now());
      await pass();
    }
    await kept.close();
    expect(file.content).toBeNull();
    expect(logged).toEqual(['sessions could not be kept for the next start: Error: locked']);
  });

  it('a protection that does not answer holds the start up for some seconds only', async () => {
    const first = await run([ALICE]);
    shake(first.cache, alice, clock.now());
    await first.kept.close();
    const silent = { ...readableProtector(), open: () => new Promise<never>(() => undefined) };
    const starting = run([ALICE], { protector: silent });
    await turn();
    clock.advance(OPEN_WITHIN_MS);
    const { cache } = await starting;
    expect(offered(cache, alice)).toBeNull();
    expect(logged).toEqual([expect.stringContaining('what protects it does not answer')]);
    expect(clock.pending).toBe(0);
  });
});

describe('kept sessions that were shared', () => {
  const SHARED = { sharing: 'shared' } as const;
  const ANN = { account: 'ann', ...SHARED };
  const BOB = { account: 'bob', ...SHARED };
  const CID = { account: 'cid', ...SHARED };

  /** Ann makes two, Bob uses one and makes another: two are there when the program ends. */
  async function endOfFirst(): Promise<void> {
    const first = await run([ANN, BOB, CID]);
    shake(first.cache, peerOf('ann'), clock.now());
    shake(first.cache, peerOf('bob'), clock.now(), { tickets: 1 });
    await first.kept.close();
    expect(file.tickets).toHaveLength(2);
  }

  it('come back once for all who share, when those are there whose they are', async () => {
    await endOfFirst();
    const { cache } = await run([CID, BOB, ANN]);
    const held = [offered(cache, peerOf('cid')), offered(cache, peerOf('cid'))];
    expect(new Set(held).size).toBe(2);
    expect(cache.held()).toEqual([]);
    expect(held).not.toContain(null);
  });

  it.each<[string, Known[], number]>([
    ['is gone', [BOB, CID], 0],
    ['is off', [{ ...ANN, reuse: false }, BOB, CID], 0],
    ['is Private', [{ ...ANN, sharing: 'private' }, BOB, CID], 0],
    ['is another user', [{ ...ANN, peer: { user: 'anna' } }, BOB, CID], 0],
    ['trusts something else', [{ ...ANN, peer: { trust: OTHER_TRUST } }, BOB, CID], 0],
    ['is as before, and only who descends from it is gone', [ANN, CID], 1],
  ])('do not come back where the account that made them %s', async (_, accounts, count) => {
    await endOfFirst();
    const { cache } = await run(accounts);
    expect(cache.held()).toHaveLength(count);
    expect(cache.begin(peerOf('cid')).take().kind).toBe(count === 0 ? 'none' : 'session');
  });

  it('are out of the file when the account that made them forgets', async () => {
    const { cache, kept } = await run([ANN, BOB]);
    shake(cache, peerOf('ann'), clock.now());
    shake(cache, peerOf('bob'), clock.now(), { tickets: 1 });
    await pass();
    expect(file.tickets).toHaveLength(2);
    cache.forget('ann');
    await kept.settled();
    expect(file.tickets).toEqual([]);
  });
});

describe('the size', () => {
  it('of what is kept is bounded: the peers used last come first', async () => {
    const accounts = Array.from({ length: 5_000 }, (_, index) => ({
      account: `a${String(index)}`,
    }));
    const cache = new SessionCache({
      now: () => clock.now(),
      isBoringSsl: false,
      limits: { peers: 5_000 },
    });
    for (const { account } of accounts) {
      cache.keep(peerOf(account));
      shake(cache, peerOf(account, { name: `${'long.'.repeat(50)}org` }), clock.now());
    }
    const kept = cache.keepable();
    const sizes = kept.flatMap(({ sessions }) => sessions.map(({ sizeBytes }) => sizeBytes));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(cache.size.bytes).toBeGreaterThan(2 * 1024 * 1024);
    expect(total).toBeLessThanOrEqual(2 * 1024 * 1024);
    expect(total).toBeGreaterThan(1.9 * 1024 * 1024);
    expect(kept[0]?.key).toContain('"a4999"');
  });
});
