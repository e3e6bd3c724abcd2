/** The history with two million handshakes in it, and the engine with a thousand a second. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { memoryProtector } from '../../electron/core/storage/secret-protector.ts';
import { createApp } from '../../electron/core/app.ts';
import { stderrLog } from '../../electron/core/log/index.ts';
import { channelPair } from '../../shared/testing/channel-pair.ts';
import type { EngineApi } from '../../shared/contract.ts';
import type { HistoryQuery } from '../../shared/history.ts';
import type { AccountId } from '../../shared/model.ts';
import { connectEngine } from '../../shared/rpc.ts';
import { connectTo } from '../fixtures/program/engine-client.ts';
import type { LoopDelay } from './loop-delay.ts';
import { RepriseProcess } from '../fixtures/program/reprise-process.ts';
import { makeYearOfHistory } from './year-of-history.ts';
import { rowOf, type Row, type Sample } from './row.ts';

const HANDSHAKES = 2_000_000;
const VIEWS = 21;
const SCALE = { connections: 1000, rate: 1000 };
const WARM_UP_MS = 5000;
const DRIVEN_MS = 20_000;
const SCALE_RUNS = 3;

export async function benchHistory(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-bench-history-'));
  try {
    const path = join(folder, 'history.sqlite');
    makeYearOfHistory(path, Date.now(), HANDSHAKES);
    const { size } = await stat(path);
    const views = await benchViews(folder);
    return [
      ...views,
      rowOf('history-size', `file of ${HANDSHAKES} handshakes and a year of hours`, 'MB', [
        { value: size / 1e6 },
      ]),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function benchViews(dataDir: string): Promise<Row[]> {
  const app = await createApp({
    version: 'bench',
    shell: 'host',
    dataDir,
    protector: memoryProtector(),
    log: stderrLog(),
  });
  const [engineChannel, clientChannel] = channelPair();
  const { engine } = connectEngine(clientChannel, { patch: () => Promise.resolve() });
  app.attach(engineChannel);
  // The first one waits until the file has been checked.
  await engine.getHistory({ range: '30d', account: null });
  const all = await timeViews(engine, { range: '30d', account: null });
  const one = await timeViews(engine, { range: '30d', account: 'account-1' as AccountId });
  await app.close();
  return [
    rowOf('history-30d', '30-day view of all accounts, on two million handshakes', 'ms', all.views),
    rowOf('history-30d-account', 'the same of one account', 'ms', one.views),
    rowOf('history-other-calls', 'slowest other call during such a view', 'ms', [
      ...all.others,
      ...one.others,
    ]),
  ];
}

async function timeViews(
  engine: EngineApi,
  query: HistoryQuery,
): Promise<{ views: Sample[]; others: Sample[] }> {
  const views: Sample[] = [];
  const others: Sample[] = [];
  for (let view = 0; view < VIEWS; view++) {
    const startedAt = performance.now();
    const asked = { tookMs: null as number | null };
    const answered = engine.getHistory(query).then(() => {
      asked.tookMs = performance.now() - startedAt;
      return asked.tookMs;
    });
    let slowest = 0;
    while (asked.tookMs === null) {
      const calledAt = performance.now();
      // Of a provider that is known: nobody is asked.
      await engine.findSettings('someone@gmail.com');
      slowest = Math.max(slowest, performance.now() - calledAt);
      // Lets the answer in.
      await delay(0);
    }
    views.push({ value: await answered });
    others.push({ value: slowest });
  }
  return { views, others };
}

/** The real host, and a client that takes every patch. */
export async function benchScale(): Promise<Row[]> {
  const delays: LoopDelay[] = [];
  for (let run = 0; run < SCALE_RUNS; run++) delays.push(await driveOnce());
  const what = `of the engine with ${SCALE.connections} connections and ${SCALE.rate} handshakes a second`;
  return [
    rowOf(
      'scale-loop-p99',
      `event loop delay, 99th percentile, ${what}`,
      'ms',
      delays.map(({ p99 }) => ({ value: p99 })),
    ),
    rowOf(
      'scale-loop-max',
      `event loop delay, longest, ${what}`,
      'ms',
      delays.map(({ max }) => ({ value: max })),
    ),
  ];
}

async function driveOnce(): Promise<LoopDelay> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-bench-scale-'));
  const file = join(folder, 'delay.json');
  const reprise = await RepriseProcess.start({
    nodeArgs: ['--import', fileURLToPath(new URL('./loop-delay.ts', import.meta.url))],
    simulated: SCALE,
    env: { LOOP_DELAY_FILE: file },
  });
  try {
    let patches = 0;
    const client = await connectTo(reprise, () => {
      patches += 1;
    });
    await client.engine.getState();
    await delay(WARM_UP_MS);
    reprise.signal('SIGUSR2');
    const before = patches;
    await delay(DRIVEN_MS);
    if (patches === before) throw new Error('No patch came: nothing was driven.');
    client.close();
    await reprise.interrupt();
    return JSON.parse(await readFile(file, 'utf8')) as LoopDelay;
  } finally {
    await reprise.cleanUp();
    await rm(folder, { recursive: true, force: true });
  }
}
