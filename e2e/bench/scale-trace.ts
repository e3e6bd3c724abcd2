/** What a browser's trace says of a page's main thread, frame by frame. Pure. */

/** One event of a trace, as Chromium writes it; times in microseconds. */
export interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  /** Of `dur`, what the thread was on a CPU for; some builds leave it out. */
  readonly tdur?: number;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** The main thread while it was traced. */
export interface MainThread {
  /**
   * For each frame, in ms: every task since the frame before it, without {@link frames painting};
   * scripts, style, layout, garbage collection and the rest count.
   */
  readonly frames: readonly number[];
  /** The same with painting. */
  readonly paintedFrames: readonly number[];
  /** From start to end of the longest task, waits for a CPU included, in ms. */
  readonly longestTaskMs: number;
  /** What the longest task was on a CPU for, in ms; as {@link MainThread.longestTaskMs} where unknown. */
  readonly longestTaskCpuMs: number;
  /** From the first task to the end of the last, in ms. */
  readonly spanMs: number;
  /** Whether times of frames are of a CPU; else they are from start to end. */
  readonly isCpuTime: boolean;
}

/** One task of a thread's loop. */
const TASK = 'RunTask';
/** What hands a frame's picture over to be drawn: one in each frame that changed anything. */
const FRAME_END = 'Commit';
/** Making a list of what is to be drawn, and layers of it. Drawing itself is another thread's. */
const PAINTING = new Set(['PrePaint', 'Paint', 'Layerize', FRAME_END]);

/**
 * Reads the main thread of the page that had the most to do.
 *
 * @throws Error where there is no such thread, or no frame of it
 */
export function readMainThread(events: readonly TraceEvent[]): MainThread {
  const own = eventsOfMainThread(events);
  const isCpuTime = own.some(({ tdur }) => tdur !== undefined);
  const time = ({ dur = 0, tdur }: TraceEvent) => (isCpuTime ? (tdur ?? 0) : dur) / 1000;

  const frames: number[] = [];
  const paintedFrames: number[] = [];
  const tasks: TraceEvent[] = [];
  let all = 0;
  let painting = 0;
  let hasEnded = false;
  let paintedUntil = -Infinity;
  for (const event of own) {
    if (event.name === TASK) {
      if (hasEnded) {
        frames.push(all - painting);
        paintedFrames.push(all);
        all = 0;
        painting = 0;
        hasEnded = false;
      }
      tasks.push(event);
      all += time(event);
    } else if (PAINTING.has(event.name)) {
      hasEnded ||= event.name === FRAME_END;
      // One inside another has been counted with it.
      if (event.ts < paintedUntil) continue;
      paintedUntil = endOf(event);
      painting += time(event);
    }
  }
  const [first] = tasks;
  const last = tasks.at(-1);
  if (first === undefined || last === undefined || frames.length === 0) {
    throw new Error('The trace holds no frame of the page.');
  }
  return {
    // The first one began before the trace did.
    frames: frames.slice(1),
    paintedFrames: paintedFrames.slice(1),
    longestTaskMs: longest(tasks, ({ dur = 0 }) => dur / 1000),
    longestTaskCpuMs: longest(tasks, time),
    spanMs: (endOf(last) - first.ts) / 1000,
    isCpuTime,
  };
}

/** Complete events in the order of their starts, an outer one before those inside it. */
function eventsOfMainThread(events: readonly TraceEvent[]): readonly TraceEvent[] {
  const threads = events
    .filter(({ name, args }) => name === 'thread_name' && args?.['name'] === 'CrRendererMain')
    .map(({ pid, tid }) =>
      events.filter((event) => event.ph === 'X' && event.pid === pid && event.tid === tid),
    )
    .sort((a, b) => b.length - a.length);
  return (threads[0] ?? []).sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
}

function longest(tasks: readonly TraceEvent[], time: (task: TraceEvent) => number): number {
  return tasks.reduce((most, task) => Math.max(most, time(task)), 0);
}

function endOf({ ts, dur = 0 }: TraceEvent): number {
  return ts + dur;
}

/** The smallest of `values` that so large a share of them does not exceed; `share` from 0 to 1. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('no values');
  return value;
}

/**
 * By how much a straight line through values at equal intervals rises from the first to the last, as
 * a share of their mean.
 */
export function rise(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const middle = (values.length - 1) / 2;
  let covariance = 0;
  let variance = 0;
  values.forEach((value, index) => {
    covariance += (index - middle) * (value - mean);
    variance += (index - middle) ** 2;
  });
  return ((covariance / variance) * (values.length - 1)) / mean;
}
