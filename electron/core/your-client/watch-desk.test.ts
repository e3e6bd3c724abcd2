import { expect, test } from 'vitest';
import type { AppFacts, Totals } from '../../../shared/model.ts';
import type { ClientConnection } from '../../../shared/your-client.ts';
import { lineLog } from '../log/index.ts';
import { EngineState } from '../state/index.ts';
import { TestClock } from '../testing/clock.ts';
import type { Digest, Started } from './relays.ts';
import type { RelayNews, RelayThread } from './relay-thread.ts';
import { watchedConnection } from './testing/connection.ts';
import { WatchDesk } from './watch-desk.ts';

const PLAN = {
  server: { protocol: 'imap', host: 'imap.example.org', port: 993, security: 'tls' },
  listenAddress: '127.0.0.1',
  listenPort: 10_993,
  to: null,
} as const;

const TYPED = {
  server: 'imap.example.org:993',
  starttls: false,
  listenPort: '',
  listenAddress: '',
  to: '192.0.2.1',
};

const LISTENS: Started = {
  kind: 'listening',
  listening: { address: '127.0.0.1', port: 10_993, reach: 'this-machine' },
  addresses: ['192.0.2.1'],
  pointing: { address: '127.0.0.1', port: 10_993, hostsLine: null, curl: 'curl' },
};

/** A digest of connections up to this number, the latest so many of them. */
const digestOf = (last: number, count: number): Digest => ({
  rows: Array.from({ length: count }, (_, index) => watchedConnection(last - count + index + 1)),
  counts: { connections: last, open: 0, resumed: 0, full: last, refused: 0, failed: 0 },
  summary: `${last} connections`,
  notLetIn: null,
});

/** A desk whose thread says what the test wants. */
function desk() {
  const state = new EngineState({ version: '1.2.3' } as AppFacts, {} as Totals);
  const logged: string[] = [];
  const log = lineLog(
    (line) => logged.push(line),
    () => new Date(0),
  );
  const thread: {
    tell?: RelayNews['digest'];
    die?: (error: unknown) => void;
    starts?: Promise<Started>;
  } = {};
  const stopped: string[] = [];
  const terminated: number[] = [];
  let threads = 0;
  const watches = new WatchDesk(state, new TestClock(), log, (digest, onEnd) => {
    thread.tell = digest;
    thread.die = onEnd;
    threads += 1;
    const calls = {
      start: () => thread.starts ?? Promise.resolve(LISTENS),
      stop: (id: string) => {
        stopped.push(id);
        return Promise.resolve(null);
      },
      report: () => Promise.resolve(null),
    } as unknown as RelayThread['calls'];
    return { calls, terminate: () => Promise.resolve(terminated.push(threads)) };
  });
  return {
    state,
    watches,
    thread,
    stopped,
    logged,
    terminated,
    tell: (id: string, digest: Digest) => {
      thread.tell?.(id, digest);
    },
    die: (error: unknown) => {
      thread.die?.(error);
    },
  };
}

const numbers = (rows: readonly ClientConnection[]) => rows.map(({ seen }) => seen.number);

test('of each pass-through the latest thousand rows are in the state, whatever came', async () => {
  const { state, watches, tell } = desk();
  const [one, other] = [await watches.start(PLAN, TYPED), await watches.start(PLAN, TYPED)];
  tell(one, digestOf(3, 3));
  // A flood, of which the thread tells the latest alone.
  for (let last = 10_000; last <= 50_000; last += 10_000) tell(one, digestOf(last, 1000));
  tell(one, digestOf(50_001, 1));
  tell(other, digestOf(2, 2));
  const rows = state.list('clientConnections');
  expect(numbers(rows.filter(({ watchId }) => watchId === one))).toHaveLength(1000);
  expect(numbers(rows)[0]).toBe(49_002);
  expect(state.find('clientWatches', one)?.counts.connections).toBe(50_001);

  await watches.forget(one);
  expect(numbers(state.list('clientConnections'))).toEqual([1, 2]);
  // What was said of it on the way is of no use any more.
  tell(one, digestOf(50_002, 1));
  expect(state.list('clientConnections')).toHaveLength(2);
});

test('a thread lasts as long as something listens, and its death is told', async () => {
  const { state, watches, terminated, die, logged } = desk();
  const first = await watches.start(PLAN, TYPED);
  const second = await watches.start(PLAN, TYPED);
  await watches.stop(first);
  expect(terminated).toEqual([]);
  await watches.stop(second);
  expect(terminated).toEqual([1]);
  const third = await watches.start(PLAN, TYPED);
  die(new Error('a defect'));
  expect(state.find('clientWatches', third)?.state).toMatchObject({
    kind: 'stopped',
    problem: 'It ended by a defect of Reprise.',
  });
  expect(state.find('clientWatches', first)?.state).toMatchObject({ problem: null });
  expect(logged.join('\n')).toContain('a defect');
});

test('one that begins is stopped when it is there; what was typed for it is kept', async () => {
  const { state, watches, thread, stopped } = desk();
  const { promise, resolve } = Promise.withResolvers<Started>();
  thread.starts = promise;
  const starting = watches.start(PLAN, TYPED);
  const [begun] = state.list('clientWatches');
  if (begun === undefined) throw new Error('nothing begins');
  const stopping = watches.stop(begun.id);
  resolve(LISTENS);
  await starting;
  await stopping;
  expect(stopped).toEqual([begun.id]);
  expect(state.find('clientWatches', begun.id)).toMatchObject({
    typed: TYPED,
    state: { kind: 'stopped', problem: null },
  });
});
