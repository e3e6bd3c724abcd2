/**
 * What is read without keys from what real clients and a real Dovecot said, against what `tshark` read
 * from the same packets with the server's keys; see `record.ts`.
 */
import { describe, expect, it } from 'vitest';
import type { WatchedConnection } from '../../shared/your-client.ts';
import { SessionMemory } from '../../electron/core/your-client/session-memory.ts';
import { Watched } from '../../electron/core/your-client/watched.ts';
import { readRecordings, type Recording } from '../fixtures/recordings/recordings.ts';

const recordings = await readRecordings();

/** Servers by their name, each with its connections in their order. */
const servers = new Map<string, Recording[]>();
for (const recording of recordings) {
  const before = servers.get(recording.server) ?? [];
  servers.set(recording.server, [...before, recording]);
}

const VERSIONS = new Map([
  ['TLSv1.2', 0x0303],
  ['TLSv1.3', 0x0304],
]);

/** What the server made of it, in the words of the reader with keys. */
function resultOf({ outcome }: WatchedConnection): 'full' | 'resumed' | null {
  const answer = outcome.kind === 'failed' ? outcome.answer : outcome.kind;
  if (answer === 'pending' || answer === null) return null;
  return answer === 'resumed' ? 'resumed' : 'full';
}

/** What the pass-through makes of the connections of one server. */
function read(connections: readonly Recording[], pieceBytes: number): readonly WatchedConnection[] {
  const memory = new SessionMemory();
  return connections.map(({ pieces }, index) => {
    const watched = new Watched(index + 1, memory);
    for (const [side, what] of pieces) {
      if (what === 'end' || what === 'reset') {
        watched.end(side, what === 'end' ? 'close' : 'reset');
        continue;
      }
      const bytes = Buffer.from(what, 'hex');
      for (let at = 0; at < bytes.length; at += pieceBytes) {
        const piece = bytes.subarray(at, at + pieceBytes);
        if (side === 'client') watched.fromClient(piece);
        else watched.fromServer(piece);
      }
    }
    return watched.view();
  });
}

/** The same of the reader with keys. */
function told(connections: readonly Recording[]) {
  const seen = new Set<string>();
  return connections.map(({ verdict: { result, version, serverName, offered }, security }) => {
    const sessions = offered.filter((session) => session !== 'ticket ');
    const repeats = sessions.some((session) => seen.has(session));
    for (const session of sessions) seen.add(session);
    return { result, version, serverName, repeats, isAfterText: security === 'starttls' };
  });
}

describe('recorded handshakes', () => {
  it('are many, of every way to resume, over every protocol', () => {
    expect(recordings.length).toBeGreaterThanOrEqual(300);
    const ways = new Set(recordings.map(({ protocol, security }) => `${protocol} ${security}`));
    expect(ways.size).toBe(6);
    expect([...servers.keys()]).toEqual([
      'TLS 1.3 tickets',
      'TLS 1.3 stateful',
      'TLS 1.2 tickets',
      'TLS 1.2 IDs',
      'TLS 1.3 refused',
      'TLS 1.2 refused',
    ]);
  });

  describe.each([...servers])('%s', (name, connections) => {
    it.each([1, 7, Number.MAX_SAFE_INTEGER])(
      'read without keys in pieces of %i: result, version, name and repetition are as with them',
      (pieceBytes) => {
        const mine = read(connections, pieceBytes);
        expect(
          mine.map((connection) => ({
            result: resultOf(connection),
            version: VERSIONS.get(connection.version ?? ''),
            serverName: connection.serverName,
            repeats: connection.offers.some(({ sameAs }) => sameAs !== null),
            isAfterText: connection.begins === 'starttls',
          })),
        ).toEqual(told(connections));
      },
    );

    it('offered what was taken up, and what was refused', () => {
      const mine = read(connections, Number.MAX_SAFE_INTEGER);
      const resumed = mine.filter(({ outcome }) => outcome.kind === 'resumed');
      expect(resumed.every(({ offers }) => offers.length > 0)).toBe(true);
      const refused = mine.filter(({ outcome }) => outcome.kind === 'refused');
      expect(resumed.length > 50).toBe(!name.endsWith('refused'));
      expect(refused.length > 15).toBe(name.endsWith('refused'));
    });

    it('ended as they were seen to end', () => {
      const mine = read(connections, Number.MAX_SAFE_INTEGER);
      const failed = mine.filter(({ outcome }) => outcome.kind === 'failed');
      // Those that trusted nobody.
      const ways = new Set(connections.map(({ protocol, security }) => `${protocol} ${security}`));
      expect(failed).toHaveLength(ways.size);
      for (const { outcome } of failed) {
        expect(outcome).toMatchObject({
          reason: 'client-gave-up',
          text: expect.stringContaining('(unknown_ca)'),
        });
      }
      const wrong = mine.filter(({ ended, outcome }, index) => {
        const said = ended?.closeNotify === 'yes' || ended?.closeNotify === 'likely';
        return outcome.kind !== 'failed' && said !== connections[index]?.verdict.closeNotify;
      });
      expect(wrong).toEqual([]);
    });
  });
});
