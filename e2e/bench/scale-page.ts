/**
 * The real interface in Chromium, with a thousand connections and a thousand handshakes a second,
 * while its table is scrolled without a pause.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type CDPSession } from 'playwright';
import { expect } from 'playwright/test';
import { chooseChromium } from '../fixtures/browser/chromium.ts';
import { Dashboard } from '../fixtures/browser/dashboard.ts';
import type { LoopDelay } from './loop-delay.ts';
import { REPOSITORY } from '../fixtures/program/repository.ts';
import { RepriseProcess } from '../fixtures/program/reprise-process.ts';
import { rowOf, type Row } from './row.ts';
import {
  percentile,
  readMainThread,
  rise,
  type MainThread,
  type TraceEvent,
} from './scale-trace.ts';

const CONNECTIONS = 1000;
const RATE = 1000;
const WARM_UP_MS = 5000;
/** What is traced. */
const TRACED_MS = 60_000;
/** How often the heap is measured after that, at equal intervals, and over how long. */
const HEAP_MS = 40_000;
const HEAP_SAMPLES = 9;
/** For each of them, so often, so far apart. */
const HEAP_LOOKS = 3;
const HEAP_LOOK_MS = 170;
const CATEGORIES = ['devtools.timeline', 'disabled-by-default-devtools.timeline'];
/** What one scroll covers, in px, and how fast, in px a second: some fifty rows. */
const SCROLL = { distance: 1600, speed: 1600 };
/** So many scrolls down, then as many up. */
const SCROLLS = 8;
/** A picture from the middle of it. */
const PICTURE = join(REPOSITORY, 'e2e', 'screenshots', 'scale-bench.png');
const LOOP_DELAY = fileURLToPath(new URL('./loop-delay.ts', import.meta.url));

interface Driven {
  readonly main: MainThread;
  /** Live bytes after a garbage collection, at equal intervals. */
  readonly heap: readonly number[];
}

export async function benchScalePage(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-bench-page-'));
  const file = join(folder, 'delay.json');
  const reprise = await RepriseProcess.start({
    nodeArgs: ['--import', LOOP_DELAY],
    simulated: { connections: CONNECTIONS, rate: RATE },
    env: { LOOP_DELAY_FILE: file },
  });
  try {
    const driven = await driveBrowser(reprise);
    await reprise.interrupt();
    return rowsOf(driven, JSON.parse(await readFile(file, 'utf8')) as LoopDelay);
  } finally {
    await reprise.cleanUp();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Each limit is that of the dashboard at a thousand connections; the bench tells, it does not judge. */
function rowsOf({ main, heap }: Driven, { p99 }: LoopDelay): Row[] {
  const time = main.isCpuTime ? 'CPU time' : 'time';
  const meanwhile = `scrolling ${CONNECTIONS} rows for 60 s at ${RATE} handshakes a second`;
  const megabytes = (heap.at(-1) ?? 0) / 1e6;
  return [
    row(
      'scale-frame-p95',
      `at most 10: main-thread ${time} a frame without painting, 95th percentile of ${main.frames.length} frames, ${meanwhile}`,
      'ms',
      percentile(main.frames, 0.95),
    ),
    row('scale-frame-p50', 'the same, median', 'ms', percentile(main.frames, 0.5)),
    row(
      'scale-frame-painted-p95',
      'the same with painting (without a GPU), 95th percentile',
      'ms',
      percentile(main.paintedFrames, 0.95),
    ),
    row(
      'scale-long-task',
      'at most 100: longest task of the main thread meanwhile, waits for a CPU included',
      'ms',
      main.longestTaskMs,
    ),
    row('scale-long-task-cpu', 'the longest task by CPU time', 'ms', main.longestTaskCpuMs),
    row(
      'scale-heap',
      `flat, so within 5 of 0: rise of the page's heap in the ${HEAP_MS / 1000} s after that: line through ${HEAP_SAMPLES} measurements after garbage collection, the last one of ${megabytes.toFixed(1)} MB`,
      '%',
      100 * rise(heap),
    ),
    row(
      'scale-page-loop-p99',
      'below 20: event loop delay of the engine meanwhile, 99th percentile',
      'ms',
      p99,
    ),
  ];
}

function row(id: string, what: string, unit: string, value: number): Row {
  return rowOf(id, what, unit, [{ value }]);
}

async function driveBrowser(reprise: RepriseProcess): Promise<Driven> {
  const chosen = chooseChromium();
  if (chosen === null) throw new Error('There is no Chromium: run "npm run test:setup".');
  const browser = await chromium.launch(chosen.launch);
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const dashboard = new Dashboard(page);
    await dashboard.open(reprise.url);
    await expect(dashboard.connections).toHaveAttribute('aria-rowcount', String(CONNECTIONS + 1));
    await delay(WARM_UP_MS);
    const cdp = await page.context().newCDPSession(page);
    const scrolling = new Scrolling(cdp);
    reprise.signal('SIGUSR2');
    await browser.startTracing(page, { categories: CATEGORIES });
    await delay(TRACED_MS / 2);
    await takePicture(cdp);
    await delay(TRACED_MS / 2);
    const main = readMainThread(await stopTracing(browser));
    const heap = await measureHeap(cdp);
    await scrolling.stop();
    if (scrolling.count < 2) throw new Error('Nothing was scrolled.');
    // A trace that ran full would have ended early, and said nothing.
    if (main.spanMs < 0.95 * TRACED_MS) throw new Error(`Only ${main.spanMs} ms were traced.`);
    return { main, heap };
  } finally {
    await browser.close();
  }
}

/** Scrolls the table down and up by real input, without a pause, until it is stopped. */
class Scrolling {
  /** How often it has scrolled. */
  count = 0;
  #isOn = true;
  readonly #done: Promise<void>;

  constructor(cdp: CDPSession) {
    this.#done = this.#run(cdp);
    // Looked at when it is stopped.
    this.#done.catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.#isOn = false;
    await this.#done;
  }

  async #run(cdp: CDPSession): Promise<void> {
    while (this.#isOn) {
      const isDown = this.count % (2 * SCROLLS) < SCROLLS;
      await cdp.send('Input.synthesizeScrollGesture', {
        x: 800,
        y: 500,
        yDistance: isDown ? -SCROLL.distance : SCROLL.distance,
        speed: SCROLL.speed,
        gestureSourceType: 'mouse',
      });
      this.count += 1;
    }
  }
}

async function stopTracing(browser: Browser): Promise<readonly TraceEvent[]> {
  const trace = JSON.parse((await browser.stopTracing()).toString('utf8')) as {
    traceEvents: readonly TraceEvent[];
  };
  return trace.traceEvents;
}

async function takePicture(cdp: CDPSession): Promise<void> {
  const { data } = await cdp.send('Page.captureScreenshot');
  await mkdir(join(PICTURE, '..'), { recursive: true });
  await writeFile(PICTURE, Buffer.from(data, 'base64'));
}

async function measureHeap(cdp: CDPSession): Promise<readonly number[]> {
  const heap: number[] = [];
  for (let sample = 0; sample < HEAP_SAMPLES; sample += 1) {
    if (sample > 0) await delay(HEAP_MS / (HEAP_SAMPLES - 1));
    // What a frame is just made of comes and goes; what stays is in the smallest of them.
    const sizes: number[] = [];
    for (let look = 0; look < HEAP_LOOKS; look += 1) {
      await cdp.send('HeapProfiler.collectGarbage');
      const { usedSize } = await cdp.send('Runtime.getHeapUsage');
      sizes.push(usedSize);
      await delay(HEAP_LOOK_MS);
    }
    heap.push(Math.min(...sizes));
  }
  return heap;
}
