/**
 * What is read without keys from what real clients and a real Dovecot said, against what `tshark` read
 * from the same packets with the server's keys; see `record.ts`.
 */
import { describe, expect, it } from 'vitest';
import {
  HandshakeObserver,
  offersOf,
  sha256,
  type Offer,
} from '../../electron/core/tls-wire/index.ts';
import { readRecordings, type Recording } from '../fixtures/recordings/recordings.ts';

const recordings = await readRecordings();

/** Servers by their name, each with its connections in their order. */
const servers = new Map<string, Recording[]>();
for (const recording of recordings) {
  const before = servers.get(recording.server) ?? [];
  servers.set(recording.server, [...before, recording]);
}

/** What a passer-by makes of the connections of one server. */
function read(connections: readonly Recording[], pieceBytes: number) {
  const issued = new Set<string>();
  const seen = new Set<string>();
  return connections.map(({ pieces }) => {
    let serverName: string | null = null;
    let offers: readonly Offer[] = [];
    const observer = new HandshakeObserver({
      clientHello: (hello) => {
        ({ serverName } = hello);
        offers = offersOf(hello, (hash) => issued.has(hash));
      },
      issued: (_mechanism, bytes) => issued.add(sha256(bytes)),
    });
    for (const [side, what] of pieces) {
      if (what === 'end' || what === 'reset') continue;
      const bytes = Buffer.from(what, 'hex');
      for (let at = 0; at < bytes.length; at += pieceBytes) {
        const piece = bytes.subarray(at, at + pieceBytes);
        if (side === 'client') observer.fromClient(piece);
        else observer.fromServer(piece);
      }
    }
    const repeats = offers.some(({ sha256: hash }) => seen.has(hash));
    for (const { sha256: hash } of offers) seen.add(hash);
    const { answer, version, isFinished, alert, farewell, isAfterText } = observer.facts;
    const hasOffered = offers.length > 0;
    const ends = { isFinished, alert, farewell };
    return { result: answer, version, serverName, repeats, isAfterText, hasOffered, ...ends };
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
          mine.map(({ result, version, serverName, repeats, isAfterText }) => {
            return { result, version, serverName, repeats, isAfterText };
          }),
        ).toEqual(told(connections));
      },
    );

    it('offered what was taken up, and what was refused', () => {
      const mine = read(connections, Number.MAX_SAFE_INTEGER);
      const resumed = mine.filter(({ result }) => result === 'resumed');
      expect(resumed.every(({ hasOffered }) => hasOffered)).toBe(true);
      const refused = mine.filter(({ result, hasOffered }) => result === 'full' && hasOffered);
      expect(resumed.length > 50).toBe(!name.endsWith('refused'));
      expect(refused.length > 15).toBe(name.endsWith('refused'));
    });

    it('ended as they were seen to end', () => {
      const mine = read(connections, Number.MAX_SAFE_INTEGER);
      const gaveUp = mine.filter(({ isFinished }) => !isFinished);
      // Those that trusted nobody. OpenSSL's client says so in the clear, under TLS 1.3 too.
      const ways = new Set(connections.map(({ protocol, security }) => `${protocol} ${security}`));
      expect(gaveUp).toHaveLength(ways.size);
      for (const { alert } of gaveUp) expect(alert).toMatchObject({ from: 'client' });
      const wrong = mine.filter(({ farewell, isFinished }, index) => {
        const said = farewell === 'yes' || farewell === 'likely';
        return isFinished && said !== connections[index]?.verdict.closeNotify;
      });
      expect(wrong).toEqual([]);
    });
  });
});
