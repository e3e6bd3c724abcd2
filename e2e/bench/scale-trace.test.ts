import { describe, expect, it } from 'vitest';
import { percentile, readMainThread, rise, type TraceEvent } from './scale-trace.ts';

const MAIN = { pid: 1, tid: 1 };

function threadName(pid: number, tid: number, name: string): TraceEvent {
  return { name: 'thread_name', ph: 'M', pid, tid, ts: 0, args: { name } };
}

/** Times in ms; half of each was on a CPU. */
function event(name: string, startMs: number, lengthMs: number, thread = MAIN): TraceEvent {
  const dur = lengthMs * 1000;
  return { name, ph: 'X', ...thread, ts: startMs * 1000, dur, tdur: dur / 2 };
}

/** A frame that takes 10 ms with 4 ms of painting, 1 ms of it inside another part of it. */
function frameAt(startMs: number): TraceEvent[] {
  return [
    event('RunTask', startMs, 10),
    event('Layout', startMs + 1, 2),
    event('Paint', startMs + 4, 3),
    event('Layerize', startMs + 5, 1),
    event('Commit', startMs + 8, 1),
  ];
}

describe('the main thread of a trace', () => {
  const trace = [
    threadName(1, 1, 'CrRendererMain'),
    threadName(2, 1, 'CrRendererMain'),
    threadName(1, 2, 'Compositor'),
    ...frameAt(0),
    ...frameAt(20),
    event('RunTask', 40, 6),
    event('FunctionCall', 41, 4),
    ...frameAt(50),
    event('RunTask', 70, 2),
    event('RunTask', 0, 500, { pid: 2, tid: 1 }),
    event('RunTask', 0, 500, { pid: 1, tid: 2 }),
  ];

  it('counts for each frame what was done since the one before it, painting apart', () => {
    const { frames, paintedFrames, isCpuTime } = readMainThread(trace.toReversed());
    expect(isCpuTime).toBe(true);
    expect(frames).toEqual([(10 - 4) / 2, (6 + 10 - 4) / 2]);
    expect(paintedFrames).toEqual([10 / 2, (6 + 10) / 2]);
  });

  it('has the longest task from start to end, and how long it was traced', () => {
    const { longestTaskMs, longestTaskCpuMs, spanMs } = readMainThread(trace);
    expect(longestTaskMs).toBe(10);
    expect(longestTaskCpuMs).toBe(5);
    expect(spanMs).toBe(72);
  });

  it('counts from start to end where the browser does not say what was on a CPU', () => {
    const timed = trace.map((entry) => {
      const { tdur, ...rest } = entry;
      return tdur === undefined ? entry : rest;
    });
    const { frames, isCpuTime } = readMainThread(timed);
    expect(isCpuTime).toBe(false);
    expect(frames).toEqual([10 - 4, 6 + 10 - 4]);
  });

  it('is an error where no page was traced', () => {
    expect(() => readMainThread([threadName(1, 1, 'CrBrowserMain')])).toThrow('no frame');
  });
});

describe('a percentile', () => {
  it('is the value that so many do not exceed', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentile(values, 0.95)).toBe(95);
    expect(percentile([7], 0.95)).toBe(7);
    expect(() => percentile([], 0.5)).toThrow(RangeError);
  });
});

describe('a rise', () => {
  it('is that of the straight line through the values, as a share of their mean', () => {
    expect(rise([100, 100, 100])).toBe(0);
    expect(rise([90, 100, 110])).toBeCloseTo(0.2);
    expect(rise([100, 130, 100])).toBeCloseTo(0);
  });
});
