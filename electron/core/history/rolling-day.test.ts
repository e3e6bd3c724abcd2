import { describe, expect, it } from 'vitest';
import type { OutcomeKind } from '../../../shared/model.ts';
import { RollingDay } from './rolling-day.ts';
import type { StoredBucket } from './store/view.ts';

const QUARTER = 900_000;
const DAY = 96 * QUARTER;
/** At the beginning of a quarter of an hour. */
const NOW = Date.UTC(2026, 9, 15, 12);

/** A handshake, as far as it is counted. */
const counted = (kind: OutcomeKind, line: number | null = null, savedBytes = 0) => ({
  kind,
  tlsUs: null,
  line,
  savedBytes,
  planned: false,
});
const resumed = counted('resumed', 3, 100);

function bucket(startAt: number, resumed: number): StoredBucket {
  return {
    startAt,
    lengthMs: QUARTER,
    aliveMs: QUARTER,
    isGap: false,
    resumed,
    full: 1,
    refused: 0,
    off: 0,
    failed: 0,
    resumedTimes: null,
    fullTimes: null,
    lines: new Map([[3, resumed]]),
    savedBytes: 20,
    planned: 1,
  };
}

describe('the last 24 hours', () => {
  it('let go of what is older, a quarter of an hour at a time', () => {
    const day = new RollingDay(NOW);
    day.add(NOW, resumed);
    day.add(NOW + QUARTER, counted('full'));
    expect(day.sums(NOW + QUARTER)).toMatchObject({ resumed: 1, full: 1, savedBytes: 100 });
    expect(day.sums(NOW + DAY - 1)).toMatchObject({ resumed: 1, full: 1 });
    expect(day.sums(NOW + DAY)).toMatchObject({ resumed: 0, full: 1, savedBytes: 0 });
    day.add(NOW + DAY, counted('failed'));
    expect(day.sums(NOW + DAY)).toMatchObject({ full: 1, failed: 1 });
  });

  it('begin when counting began, and 24 hours ago after that', () => {
    const day = new RollingDay(NOW + 5);
    expect(day.sums(NOW + 60_000).since).toBe(NOW + 5);
    expect(day.sums(NOW + DAY).since).toBe(NOW + QUARTER);
  });

  it('add what earlier runs recorded to what was counted since', () => {
    const day = new RollingDay(NOW);
    day.add(NOW, resumed);
    expect(day.sums(NOW).resumed).toBe(1);
    day.addRecorded([bucket(NOW - DAY, 50), bucket(NOW - QUARTER, 3), bucket(NOW, 4)], NOW - 7);
    expect(day.sums(NOW)).toMatchObject({
      resumed: 1 + 3 + 4,
      full: 2,
      lines: new Map([[3, 1 + 3 + 4]]),
      savedBytes: 140,
      since: NOW - 7,
    });
  });

  it('are right again when the clock was wrong for a while', () => {
    const day = new RollingDay(NOW);
    day.add(NOW, resumed);
    day.add(NOW + 300 * DAY, counted('full'));
    expect(day.sums(NOW + 300 * DAY)).toMatchObject({ resumed: 0, full: 1 });
    expect(day.sums(NOW)).toMatchObject({ resumed: 1, full: 0 });
  });

  it('hold a bounded number of quarters', () => {
    const day = new RollingDay(0);
    for (let quarter = 0; quarter < 1000; quarter++) day.add(quarter * QUARTER, counted('off'));
    expect(day.sums(999 * QUARTER).off).toBe(96);
    expect(day.sums(0).off).toBe(0);
  });
});
