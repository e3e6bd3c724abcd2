import { describe, expect, test } from 'vitest';
import type { ClientConnectionId, ClientWatchId } from '../../../shared/ids.ts';
import { reportText } from '../../../shared/watched-words.ts';
import type {
  ClientConnection,
  WatchedConnection,
  WatchReport,
} from '../../../shared/your-client.ts';
import { failuresOf, marksOf, reportFileName, rowsOf, stateWord } from './watches.ts';

function row(number: number, more: Partial<WatchedConnection> = {}, watch = 'a'): ClientConnection {
  const seen: WatchedConnection = {
    number,
    startedAt: 1_800_000_000_000 + number,
    program: { kind: 'process', name: 'curl', pid: 77 },
    serverName: 'imap.example.org',
    begins: 'tls',
    version: 'TLSv1.3',
    offers: [],
    outcome: { kind: 'full', reason: 'none-offered' },
    ended: null,
    earlyData: false,
    helloRetried: false,
    renegotiated: false,
    sentBytes: 700,
    receivedBytes: 2000,
    ...more,
  };
  const id = `${watch}/${number}` as ClientConnectionId;
  return { id, watchId: watch as ClientWatchId, seen };
}

const failed = (text: string): Partial<WatchedConnection> => ({
  outcome: { kind: 'failed', reason: 'server-unreachable', answer: null, text },
});

describe('the rows of one pass-through', () => {
  test('are in the order in which they began, whenever more was known of them', () => {
    const rows = rowsOf([row(10), row(2), row(1, {}, 'b'), row(3)], 'a' as ClientWatchId);
    expect(rows.map(({ seen }) => seen.number)).toEqual([2, 3, 10]);
  });

  test('are marks of a strip once their handshake is over', () => {
    const rows = [
      row(1, failed('down')),
      row(2, { outcome: { kind: 'pending' } }),
      row(3),
      row(4, { outcome: { kind: 'resumed', mechanism: 'tls13-ticket' } }),
    ];
    expect(marksOf(rows, 60).map(({ kind }) => kind)).toEqual(['failed', 'full', 'resumed']);
    expect(marksOf(rows, 2).map(({ kind }) => kind)).toEqual(['full', 'resumed']);
  });

  test('that failed are named by what went wrong, the latest at last', () => {
    const rows = [
      row(1, failed('down')),
      row(2, failed('reset')),
      row(3),
      ...Array.from({ length: 6 }, (_, index) => row(4 + index, failed('down'))),
    ];
    expect(failuresOf(rows)).toEqual([
      { text: 'reset', which: '#2' },
      { text: 'down', which: '#5, #6, #7, #8, #9 and 2 before' },
    ]);
    const many = Array.from({ length: 9 }, (_, index) => row(index + 1, failed(`why ${index}`)));
    expect(failuresOf(many).map(({ which }) => which)).toEqual(['#7', '#8', '#9']);
  });
});

test('a server names a file that every system takes', () => {
  const server = { protocol: 'imap', host: '2001:db8::1', port: 993, security: 'tls' } as const;
  expect(reportFileName(server)).toBe('your-client-2001_db8__1-993.json');
});

test('a state is a word with since when', () => {
  expect(stateWord({ kind: 'starting' })).toBe('Starting');
  expect(stateWord({ kind: 'stopped', at: 0, problem: null })).toMatch(/^Stopped at /);
});

test('a report that is copied has the sentence, and a line for each of the latest connections', () => {
  const connections = Array.from({ length: 250 }, (_, index) => row(index + 1).seen);
  const report: WatchReport = {
    schemaVersion: 1,
    program: { name: 'Reprise', version: '1.2.3' },
    startedAt: 0,
    tookMs: 1,
    server: { host: 'imap.example.org', port: 993, addresses: ['192.0.2.1'] },
    listening: { address: '127.0.0.1', port: 10_993, reach: 'this-machine' },
    summary: '300 connections of curl: every one full, no session was ever offered.',
    counts: { connections: 300, open: 0, resumed: 0, full: 300, refused: 0, failed: 0 },
    connections,
    leftOut: 50,
    notLetIn: 0,
  };
  const lines = reportText(report).split('\n');
  expect(lines[0]).toBe(
    'imap.example.org port 993, watched by Reprise 1.2.3 from 1970-01-01T00:00:00.000Z on.',
  );
  expect(lines[1]).toBe(report.summary);
  expect(lines[3]).toBe('The latest 200 of 300:');
  expect(lines.filter((line) => line.includes('curl (77)'))).toHaveLength(200);
  expect(lines.at(-2)).toMatch(/^250 .* Full handshake · nothing offered .* open$/);
});
