/** Whether a program has grown: a pure judgement of two measurements, and the words for it. */
import type { Probe } from './probe.ts';

/**
 * What may be more at the end than after the warm-up. A heap is never the same twice; what leaks
 * with each connection is many times this after some thousand of them.
 */
export const GROWTH = {
  heapRatio: 1.1,
  heapBytes: 2_000_000,
  externalBytes: 4_000_000,
  /** Timers of retries and pings come and go. */
  handles: 8,
  listeners: 0,
} as const;

/** A line of the table at the end. */
export interface Line {
  readonly what: string;
  readonly before: string;
  readonly after: string;
  /** The highest that still counts as flat. */
  readonly limit: string;
  readonly isFlat: boolean;
}

/** Compares a program after its warm-up with the same at the end, both with everything idle. */
export function compare(before: Probe, after: Probe): Line[] {
  const heapLimit = before.heapBytes * GROWTH.heapRatio + GROWTH.heapBytes;
  const externalLimit = before.externalBytes + GROWTH.externalBytes;
  const kinds = [...new Set([...Object.keys(before.handles), ...Object.keys(after.handles)])];
  return [
    line('heap', before.heapBytes, after.heapBytes, heapLimit, megabytes),
    line(
      'outside of the heap',
      before.externalBytes,
      after.externalBytes,
      externalLimit,
      megabytes,
    ),
    line(
      'listeners',
      before.listeners,
      after.listeners,
      before.listeners + GROWTH.listeners,
      String,
    ),
    ...kinds.sort().map((kind) => {
      const [one, other] = [before.handles[kind] ?? 0, after.handles[kind] ?? 0];
      return line(`handles: ${kind}`, one, other, one + GROWTH.handles, String);
    }),
  ];
}

function line(
  what: string,
  before: number,
  after: number,
  limit: number,
  show: (value: number) => string,
): Line {
  const isFlat = after <= limit;
  return { what, before: show(before), after: show(after), limit: show(limit), isFlat };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
