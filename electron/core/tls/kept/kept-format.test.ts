/** Damage of every kind to what is kept, under the real protection of a key file. */
import * as fc from 'fast-check';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyFileProtector } from '../../storage/key-file.ts';
import type { SecretProtector } from '../../storage/secret-protector.ts';
import { temporaryFolder } from '../../storage/testing/temporary-folder.ts';
import { HOME, peerOf, readableProtector, shake } from '../testing/kept-fixtures.ts';
import { decodeKept, encodeKept, keptKey, openSessions, sealSessions } from './kept-format.ts';
import { keysOf } from '../peer.ts';
import { SessionCache } from '../cache/session-cache.ts';
import type { KeptPeer } from './keepable.ts';

const NOW = Date.UTC(2026, 10, 23);
const alice = peerOf('alice');
const { key } = keysOf(alice);
/** What a file says in clear: sixteen letters and the format. */
const HEADER_BYTES = 17;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let protector: SecretProtector;
let peers: readonly KeptPeer[];
let content: Uint8Array;

beforeAll(async () => {
  folder = await temporaryFolder();
  protector = keyFileProtector(folder.path);
  const cache = new SessionCache({ now: () => NOW, isBoringSsl: false });
  cache.keep(alice);
  shake(cache, alice, NOW, { tickets: 3 });
  peers = cache.keepable();
  content = await sealSessions(peers, protector, HOME, NOW);
});
afterAll(() => folder[Symbol.asyncDispose]());

const open = (bytes: Uint8Array, by = protector, home = HOME) => openSessions(bytes, by, home, NOW);

const sessionBytes = (kept: KeptPeer | undefined) =>
  kept?.sessions.map((session) => session.expose().toString('hex'));

/** The name of the first peer in what was encoded. */
const keyIn = (text: string) => /"key":"([^"]+)"/.exec(text)?.[1];

/** Opens text sealed by somebody who has the key: it may still be nonsense. */
async function openText(text: string) {
  const readable = readableProtector();
  const sealed = await readable.seal(text, '');
  return open(Buffer.concat([content.subarray(0, HEADER_BYTES), sealed]), readable);
}

describe('sealed sessions', () => {
  it('are as they were when they are opened', async () => {
    const opened = await open(content);
    if (opened.kind !== 'kept') throw new Error(opened.why);
    const kept = opened.peers.get(keptKey(opened.salt, key));
    expect(sessionBytes(kept)).toEqual(sessionBytes(peers[0]));
    expect(kept?.sessions).toHaveLength(3);
  });

  it('show neither host nor account nor session', () => {
    const text = Buffer.from(content).toString('latin1');
    for (const session of peers[0]?.sessions ?? []) {
      const bytes = session.expose();
      for (const part of [bytes.subarray(0, 24), bytes.subarray(-24)]) {
        expect(text).not.toContain(part.toString('latin1'));
        expect(text).not.toContain(part.toString('base64'));
      }
    }
    for (const name of ['alice', 'example', 'master-secret', 'Authority']) {
      expect(text).not.toContain(name);
    }
  });

  it('name their peers by salted HMACs only, even for who has the key', async () => {
    const [one, other] = [await encodeKept(peers, HOME, NOW), await encodeKept(peers, HOME, NOW)];
    for (const text of [one, other]) {
      expect(text).not.toContain('alice');
      expect(text).not.toContain(HOME.machine);
    }
    expect(keyIn(one)).toMatch(/^[\w+/]{43}=$/);
    expect(keyIn(one)).not.toBe(keyIn(other));
  });

  it('do not open with another key file', async () => {
    await using elsewhere = await temporaryFolder();
    const other = keyFileProtector(elsewhere.path);
    await other.seal('something', 'else');
    expect(await open(content, other)).toMatchObject({ kind: 'unusable' });
  });

  it('do not open once the key file is gone', async () => {
    await using elsewhere = await temporaryFolder();
    const other = keyFileProtector(elsewhere.path);
    const sealed = await sealSessions(peers, other, HOME, NOW);
    await rm(join(elsewhere.path, 'secrets.key'));
    expect(await open(sealed, other)).toMatchObject({ kind: 'unusable' });
  });

  it('are not taken from a password that somebody put in their place', async () => {
    const password = await protector.seal(await encodeKept(peers, HOME, NOW), 'an account');
    const forged = Buffer.concat([content.subarray(0, HEADER_BYTES), password]);
    expect(await open(forged)).toMatchObject({ kind: 'unusable' });
  });

  it('of an older or newer format are not read', async () => {
    for (const format of [0, 2, 255]) {
      const other = Uint8Array.from(content);
      other[HEADER_BYTES - 1] = format;
      expect(await open(other)).toEqual({
        kind: 'unusable',
        why: 'it is of another version of Reprise',
      });
    }
  });

  it('are nothing at every length but their own', async () => {
    // Around each border of what is in them, and some in between.
    const borders = [0, HEADER_BYTES, HEADER_BYTES + 1, HEADER_BYTES + 13, HEADER_BYTES + 29];
    const lengths = [...borders, content.length, Math.floor(content.length / 2)].flatMap((at) => [
      at - 1,
      at,
      at + 1,
    ]);
    const longer = Buffer.concat([content, content]);
    for (const length of lengths) {
      if (length < 0 || length === content.length) continue;
      const { kind } = await open(longer.subarray(0, length));
      expect([length, kind]).toEqual([length, 'unusable']);
    }
  });

  it('are nothing with any bit of them turned', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(content.length * 8 - 1), async (bit) => {
        const damaged = Buffer.from(content);
        damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect((await open(damaged)).kind).toBe('unusable');
      }),
    );
  });

  it('are nothing where anything else lies in their place', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (bytes, headed) => {
        const other = headed ? Buffer.concat([content.subarray(0, HEADER_BYTES), bytes]) : bytes;
        expect((await open(other)).kind).toBe('unusable');
      }),
    );
  });
});

describe('what was sealed', () => {
  it('is taken or is damaged, but never an error', async () => {
    const text = await encodeKept(peers, HOME, NOW);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.nat(text.length).map((end) => text.slice(0, end)),
          fc
            .tuple(fc.nat(text.length - 1), fc.string({ maxLength: 3 }))
            .map(([at, put]) => text.slice(0, at) + put + text.slice(at + 1)),
        ),
        async (damaged) => {
          expect(['kept', 'unusable']).toContain((await openText(damaged)).kind);
        },
      ),
    );
  });

  it.each([
    ['a full handshake that is not there', (text: string) => text.replace('"root":0', '"root":7')],
    ['a time that is none', (text: string) => text.replace(/"receivedAt":\d+/, '"receivedAt":"1"')],
    ['no session', (text: string) => text.replace(/"bytes":"[^"]+"/, '"bytes":""')],
    ['an unknown policy', (text: string) => text.replace('"saving"', '"generous"')],
    ['nothing', () => '{}'],
  ])('is damaged with %s', async (_, damage) => {
    const text = await encodeKept(peers, HOME, NOW);
    expect(damage(text)).not.toBe(text);
    expect(await openText(damage(text))).toEqual({ kind: 'unusable', why: 'it is damaged' });
    expect(await openText(text)).toMatchObject({ kind: 'kept' });
  });

  it('leaves out a session whose certificate has no readable dates: nothing could be checked', async () => {
    const [peer] = peers;
    const [session] = peer?.sessions ?? [];
    if (peer === undefined || session === undefined) throw new Error('nothing is held');
    const { root } = session.origin;
    const dateless = { ...root, validity: { ...root.validity, toAt: Number.NaN } };
    const origin = { ...session.origin, root: dateless };
    const odd = Object.assign(Object.create(session) as typeof session, { origin });
    const text = await encodeKept([{ ...peer, sessions: [odd, ...peer.sessions] }], HOME, NOW);
    const decoded = decodeKept(text, HOME, NOW);
    if (decoded.kind !== 'kept') throw new Error(decoded.why);
    expect([...decoded.peers.values()][0]?.sessions).toHaveLength(peer.sessions.length);
  });
});
