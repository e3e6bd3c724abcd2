/**
 * When the program was running and the machine awake. Only then does "no handshake" mean that there
 * was none; the rest of the time is a gap.
 */

/** From a start to the latest sign of life. */
export interface AliveSpan {
  readonly startAt: number;
  readonly endAt: number;
}

/** A sign of life: the time of day, and the time that only ever rises. */
export interface Beat {
  readonly at: number;
  readonly monotonic: number;
}

/** Signs of life come this often. */
export const BEAT_MS = 60_000;

/** Beyond it two signs of life do not belong together: a busy machine is late by less. */
const LONGEST_PAUSE_MS = 2 * BEAT_MS;

/** What two clocks may differ by over one beat; the time of day is corrected in small steps. */
const DRIFT_MS = 10_000;

/**
 * The span after one more sign of life. It goes on where both clocks say that little time has
 * passed. Otherwise a new one begins: the machine slept (the time of day went on alone; on some
 * systems both did), or the clock was set.
 *
 * @param last the beat before, `null` at the start
 */
export function lived(span: AliveSpan | null, last: Beat | null, beat: Beat): AliveSpan {
  if (span === null || last === null) return { startAt: beat.at, endAt: beat.at };
  const passedMs = beat.monotonic - last.monotonic;
  const isSteady =
    passedMs <= LONGEST_PAUSE_MS && Math.abs(beat.at - last.at - passedMs) <= DRIFT_MS;
  if (!isSteady) return { startAt: beat.at, endAt: beat.at };
  return { startAt: span.startAt, endAt: Math.max(span.endAt, beat.at) };
}

/** How much of the time between the two is covered; spans may overlap after the clock was set. */
export function aliveWithin(spans: readonly AliveSpan[], fromAt: number, toAt: number): number {
  let coveredMs = 0;
  let reachedAt = fromAt;
  for (const { startAt, endAt } of spans.toSorted((a, b) => a.startAt - b.startAt)) {
    const from = Math.max(startAt, reachedAt);
    const to = Math.min(endAt, toAt);
    if (to <= from) continue;
    coveredMs += to - from;
    reachedAt = to;
  }
  return coveredMs;
}
