import { describe, expect, test } from 'vitest';
import type { WatchedConnection } from '../../../shared/your-client.ts';
import { summaryOf } from './summary.ts';
import { resumedConnection as resumed, watchedConnection as full } from './testing/connection.ts';

const refused = (number: number): WatchedConnection =>
  full(number, {
    outcome: { kind: 'refused', mechanism: 'tls12-ticket' },
    offers: [{ mechanism: 'tls12-ticket', sameAs: null, issuedBy: null }],
  });
const failed = (number: number): WatchedConnection =>
  full(number, {
    outcome: { kind: 'failed', reason: 'client-gave-up', answer: 'full', text: 'It gave up.' },
  });
const pending = (number: number): WatchedConnection =>
  full(number, { outcome: { kind: 'pending' }, ended: null });
const CUT_OFF = { by: 'pass-through', how: 'reset', closeNotify: null, afterMs: 5 } as const;
const of = (name: string, connection: WatchedConnection): WatchedConnection => {
  return { ...connection, program: { kind: 'process', name, pid: 5 } };
};

describe('the sentence that sums up', () => {
  test.for<readonly [string, readonly WatchedConnection[], string]>([
    ['nothing', [], 'No connection has come so far.'],
    ['one', [full(1)], '1 connection of curl: full.'],
    ['one under way', [pending(1)], '1 connection of curl: not over yet.'],
    [
      'the usual',
      [full(1), resumed(2), resumed(3), resumed(4), resumed(5), resumed(6), resumed(7, 6)],
      '7 connections of curl: the first full, then every one resumed by TLS 1.3 ticket; one ticket was offered twice.',
    ],
    [
      'two',
      [full(1), resumed(2)],
      '2 connections of curl: the first full, the second resumed by TLS 1.3 ticket.',
    ],
    [
      'a client that keeps nothing',
      [full(1), full(2), full(3)],
      '3 connections of curl: every one full, no session was ever offered.',
    ],
    [
      'a server that refuses',
      [full(1), refused(2), refused(3)],
      '3 connections of curl: the first full, then every one refused its TLS 1.2 ticket.',
    ],
    [
      'a mixture',
      [full(1), resumed(2), full(3), failed(4), pending(5)],
      '5 connections of curl: 2 full, 1 resumed by TLS 1.3 ticket, 1 failed, 1 not over yet.',
    ],
    [
      'what was cut off here',
      [full(1), { ...pending(2), ended: CUT_OFF }],
      '2 connections of curl: the first full, the second cut off.',
    ],
    [
      'one ticket again and again',
      [full(1), resumed(2), resumed(3, 2), resumed(4, 2)],
      '4 connections of curl: the first full, then every one resumed by TLS 1.3 ticket; one ticket was offered 3 times.',
    ],
    [
      'several tickets',
      [resumed(2), resumed(3, 2), resumed(4), resumed(5, 4)],
      '4 connections of curl: every one resumed by TLS 1.3 ticket; 2 tickets were offered more than once.',
    ],
    [
      'two programs, and one that was not found',
      [of('mbsync', full(1)), full(2), { ...full(3), program: { kind: 'gone' } }],
      '1 connection of mbsync: full. 1 connection of curl: full. 1 connection: full.',
    ],
    [
      'what is rare',
      [full(1, { earlyData: true }), full(2, { renegotiated: true })],
      '2 connections of curl: every one full, no session was ever offered; 1 announced early data; 1 negotiated anew on an open connection.',
    ],
  ])('%s', ([, connections, sentence]) => {
    expect(summaryOf(connections)).toBe(sentence);
  });

  test('a TLS 1.2 session that is offered again is no matter: it may be', () => {
    const again = full(2, {
      version: 'TLSv1.2',
      outcome: { kind: 'resumed', mechanism: 'session-id' },
      offers: [{ mechanism: 'session-id', sameAs: 1, issuedBy: 1 }],
    });
    expect(summaryOf([full(1), again])).not.toContain('twice');
  });

  test('says of how many it speaks where earlier ones were not kept, and calls none the first', () => {
    expect(summaryOf([full(1001), resumed(1002), resumed(1003)], 1000)).toBe(
      'Of the latest 3 of 1003 connections: 3 connections of curl: 1 full, 2 resumed by TLS 1.3 ticket.',
    );
  });

  test('has a sentence for each of a few programs, and one for all others', () => {
    const programs = ['a', 'b', 'c', 'd', 'e', 'f'].map((name, index) => of(name, full(index + 1)));
    expect(summaryOf(programs).match(/connections?/g)).toHaveLength(5);
  });
});
