/** The file of kept sessions: as bytes on the disk, and as what lies beneath a seal that was broken. */
import { inspect } from 'node:util';
import {
  HOME,
  peerOf,
  readableProtector,
  shake,
} from '../../electron/core/tls/testing/kept-fixtures.ts';
import {
  decodeKept,
  encodeKept,
  openSessions,
  sealSessions,
  type Decoded,
} from '../../electron/core/tls/kept/kept-format.ts';
import { SessionCache } from '../../electron/core/tls/cache/session-cache.ts';
import type { KeptPeer } from '../../electron/core/tls/kept/keepable.ts';
import { bytesOf, holds, textOf, type FuzzTarget } from './target.ts';

const NOW = Date.UTC(2026, 10, 23);

function keptPeers(): readonly KeptPeer[] {
  const cache = new SessionCache({ now: () => NOW, isBoringSsl: false });
  for (const account of ['alice', 'bob']) {
    cache.keep(peerOf(account));
    shake(cache, peerOf(account), NOW, { protocol: account === 'bob' ? 'TLSv1.2' : 'TLSv1.3' });
  }
  return cache.keepable();
}

const peers = keptPeers();

/** Whatever came out can be held: every time is a time, every session has bytes, and none is shown. */
async function checkDecoded(decoded: Decoded): Promise<void> {
  if (decoded.kind === 'unusable') {
    holds(decoded.why !== '', 'it says why it cannot be used');
    return;
  }
  for (const peer of decoded.peers.values()) {
    for (const session of peer.sessions) {
      const { receivedAt, expiresAt, root } = session.origin;
      const times = [receivedAt, expiresAt, root.fullHandshakeAt, root.validity.toAt];
      holds(times.every(Number.isFinite), 'times are times');
      const bytes = session.expose();
      holds(bytes.length > 0, 'a session has bytes');
      const hidden = bytes.length < 16 || !inspect(session).includes(bytes.toString('base64'));
      holds(hidden, 'a session does not show its bytes');
    }
  }
  const text = await encodeKept([...decoded.peers.values()], HOME, NOW);
  const again = decodeKept(text, HOME, NOW);
  holds(again.kind === 'kept' && again.peers.size === decoded.peers.size, 'it can be kept again');
}

const WORDS = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ',',
  ':',
  'null',
  '-1',
  '1e999',
  '"__proto__"',
  'reprise-sessions',
  '"roots"',
  '"peers"',
  '"sessions"',
  '"root":',
  '"family":',
  '"bytes":""',
  '\u0001',
  '\u0002',
];

export const keptTargets: readonly FuzzTarget[] = [
  {
    name: 'kept-sessions',
    seeds: [await sealSessions(peers, readableProtector(), HOME, NOW)],
    words: WORDS,
    check: async (input) => {
      await checkDecoded(await openSessions(input, readableProtector(), HOME, NOW));
    },
  },
  {
    name: 'kept-sessions-text',
    seeds: [bytesOf(await encodeKept(peers, HOME, NOW)), bytesOf(await encodeKept([], HOME, NOW))],
    words: WORDS,
    check: (input) => checkDecoded(decodeKept(textOf(input), HOME, NOW)),
  },
];
