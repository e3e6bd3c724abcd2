import { expect, test } from 'vitest';
import type { LabListening } from '../../../../shared/client-lab.ts';
import type { AppFacts, Totals } from '../../../../shared/model.ts';
import { lineLog } from '../../log/index.ts';
import { EngineState } from '../../state/index.ts';
import { TestClock } from '../../testing/clock.ts';
import { LabDesk, type LabNews, type LabThread } from './lab-desk.ts';
import { NOTHING_SEEN, type LabDigest, type LabStarted } from './live-lab.ts';
import { labConnection } from './testing/lab-connection.ts';

const CHOSEN = { protocol: 'imap', listenAddress: '127.0.0.1', listenPort: null } as const;

const LISTENING: LabListening = {
  doorways: [],
  host: 'localhost',
  authority: { caFile: 'ca', keyFile: 'key', fingerprint256: 'AB', validToAt: 0, isNew: true },
};

const digestOf = (last: number, count: number): LabDigest => ({
  rows: Array.from({ length: count }, (_, index) => labConnection(last - count + index + 1)),
  seen: { ...NOTHING_SEEN, connections: last },
});

/** A desk whose threads say what the test wants. */
function desk(start: () => Promise<LabStarted> = () => Promise.resolve(LISTENS)) {
  const state = new EngineState({ version: '1.2.3', shell: 'host' } as AppFacts, {} as Totals);
  const logged: string[] = [];
  const log = lineLog(
    (line) => logged.push(line),
    () => new Date(0),
  );
  const threads: { readonly said: LabNews; readonly die: (error: unknown) => void }[] = [];
  const terminated: number[] = [];
  const labs = new LabDesk({
    state,
    clock: new TestClock(),
    log,
    folder: '/nowhere',
    startLab: (said, die) => {
      const number = threads.push({ said, die });
      const calls = {
        start,
        stop: () => Promise.resolve(null),
        report: () => Promise.resolve(null),
      } as unknown as LabThread['calls'];
      return { calls, terminate: () => Promise.resolve(terminated.push(number)) };
    },
  });
  return { state, labs, logged, threads, terminated };
}

const LISTENS: LabStarted = { kind: 'listening', listening: LISTENING };

test('the latest thousand rows are in the state, and none of an earlier lab', async () => {
  const { state, labs, threads, terminated } = desk();
  const first = await labs.start(CHOSEN);
  threads[0]?.said.digest(digestOf(3, 3));
  for (let last = 10_000; last <= 50_000; last += 10_000)
    threads[0]?.said.digest(digestOf(last, 1000));
  threads[0]?.said.digest(digestOf(50_001, 1));
  const rows = state.list('labConnections');
  expect(rows).toHaveLength(1000);
  expect(rows[0]?.seen.number).toBe(49_002);
  expect(state.find('clientLabs', first)?.seen.connections).toBe(50_001);

  await labs.stop(first);
  expect(terminated).toEqual([1]);
  expect(state.list('labConnections')).toHaveLength(1000);
  const second = await labs.start(CHOSEN);
  expect(state.list('labConnections')).toEqual([]);
  // What the first one said on the way is of no use any more.
  threads[0]?.said.digest(digestOf(50_002, 1));
  expect(state.list('labConnections')).toEqual([]);
  await labs.forget(second);
  expect(state.list('clientLabs')).toEqual([]);
});

test('the death of its thread is told, also while it starts', async () => {
  const { state, labs, threads, logged } = desk();
  const id = await labs.start(CHOSEN);
  threads[0]?.die(new Error('a defect'));
  expect(state.find('clientLabs', id)?.state).toMatchObject({
    kind: 'stopped',
    problem: 'It ended by a defect of Reprise.',
  });
  expect(logged.join('\n')).toContain('a defect');
  await expect(labs.report(id)).rejects.toMatchObject({ code: 'not-found' });

  const dying = desk(() => Promise.reject(new Error('closed')));
  await expect(dying.labs.start(CHOSEN)).rejects.toThrow('closed');
  expect(dying.state.list('clientLabs')).toEqual([]);
  expect(dying.terminated).toEqual([1]);
});
