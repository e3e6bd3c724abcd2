import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../../../shared/model.ts';
import { DAY, HOUR, MINUTE, NOON, batch, openStore, row } from '../testing/rows.ts';

describe('the latest handshakes', () => {
  it('are those of the last 24 hours, oldest first, each by its account', () => {
    using opened = openStore();
    const home = { account: 'home' as AccountId, label: 'Home', kind: 'failed' } as const;
    opened.store.write(
      batch(
        [row(NOON - DAY - 1), row(NOON - DAY), row(NOON - HOUR), row(NOON - HOUR, home), row(NOON)],
        { startAt: NOON - 2 * DAY, endAt: NOON },
      ),
    );
    const marks = opened.store.latest(NOON);
    expect(marks.map(({ at, account, kind }) => [at, account, kind])).toEqual([
      [NOON - DAY, 'work', 'resumed'],
      [NOON - HOUR, 'work', 'resumed'],
      [NOON - HOUR, 'home', 'failed'],
      [NOON, 'work', 'resumed'],
    ]);
    expect(new Set(marks.map(({ n }) => n)).size).toBe(4);
  });

  it('are two thousand at most', () => {
    using opened = openStore();
    const rows = Array.from({ length: 2100 }, (_, index) => row(NOON - 2100 + index));
    opened.store.write(batch(rows, { startAt: NOON - HOUR, endAt: NOON }));
    const marks = opened.store.latest(NOON);
    expect(marks).toHaveLength(2000);
    expect(marks.at(-1)?.at).toBe(NOON - 1);
  });
});

describe('a view', () => {
  const SHAPES = [
    { range: '1h', bucketMs: MINUTE, count: 60 },
    { range: '24h', bucketMs: 15 * MINUTE, count: 96 },
    { range: '7d', bucketMs: HOUR, count: 168 },
    { range: '30d', bucketMs: 6 * HOUR, count: 120 },
  ] as const;

  it.each(SHAPES)(
    'of $range has $count buckets in a row, now in the last',
    ({ range, bucketMs, count }) => {
      using opened = openStore();
      opened.store.write(batch([row(NOON - 60 * DAY)], { startAt: NOON - 60 * DAY, endAt: NOON }));
      const view = opened.store.view({ range, account: null }, NOON);
      expect(view.buckets).toHaveLength(count);
      expect(view.buckets.map(({ startAt }) => startAt)).toEqual(
        Array.from({ length: count }, (_, index) => view.fromAt + index * bucketMs),
      );
      expect(view.toAt - bucketMs).toBeLessThanOrEqual(NOON);
      expect(view.toAt).toBeGreaterThan(NOON);
      expect(view).toMatchObject({ at: NOON, bucketMs, accounts: [] });
    },
  );

  it.each(SHAPES)('of $range begins with the first handshake', ({ range, bucketMs, count }) => {
    using opened = openStore();
    // The program ran long before it.
    const alive = { startAt: NOON - 90 * DAY, endAt: NOON };
    const nothing = opened.store.view({ range, account: null }, NOON);
    expect(nothing.buckets).toHaveLength(1);
    expect(nothing.recordedSince).toBeNull();
    for (const ago of [0, 3 * bucketMs, (count - 1) * bucketMs]) {
      opened.store.write(batch([row(NOON - ago)], alive));
      for (const account of [null, 'work' as AccountId, 'nobody' as AccountId]) {
        const { buckets, fromAt } = opened.store.view({ range, account }, NOON);
        expect(buckets).toHaveLength(1 + ago / bucketMs);
        expect(fromAt).toBe(buckets[0]?.startAt);
        expect(fromAt).toBeLessThanOrEqual(NOON - ago);
        expect(fromAt).toBeGreaterThan(NOON - ago - bucketMs);
      }
    }
  });

  it('of the last hour begins with a first handshake of half an hour ago in the hour before', () => {
    using opened = openStore();
    const now = NOON - (NOON % HOUR) + 20 * MINUTE;
    opened.store.write(batch([row(now - 30 * MINUTE)], { startAt: NOON - DAY, endAt: now }));
    const { fromAt } = opened.store.view({ range: '1h', account: null }, now);
    expect(fromAt).toBe(now - 30 * MINUTE);
  });

  it('tells a gap from a time in which nothing happened', () => {
    using opened = openStore();
    const minute = NOON - (NOON % MINUTE);
    opened.store.write(
      batch(
        [row(minute - 20 * MINUTE)],
        { startAt: minute - 10 * MINUTE, endAt: minute - 8 * MINUTE },
        { startAt: minute - 3 * MINUTE, endAt: minute + 1 },
      ),
    );
    const { buckets } = opened.store.view({ range: '1h', account: null }, NOON);
    const gaps = buckets.slice(-12).map(({ isGap }) => (isGap ? 'gap' : 'zero'));
    expect(gaps.join(' ')).toBe('gap zero zero gap gap gap gap gap zero zero zero zero');
  });

  it('names the accounts that have figures in it, by the name that they had last', () => {
    using opened = openStore();
    const alive = { startAt: NOON - 2 * DAY, endAt: NOON };
    opened.store.write(batch([row(NOON - 2 * DAY, { account: 'old' as AccountId })], alive));
    opened.store.write(batch([row(NOON - 5)], alive));
    opened.store.write(batch([row(NOON, { label: 'Office' })], alive));
    expect(opened.store.view({ range: '1h', account: null }, NOON).accounts).toEqual([
      { id: 'work', label: 'Office' },
    ]);
    expect(opened.store.view({ range: '7d', account: null }, NOON).accounts).toHaveLength(2);
  });

  it('knows nothing of an account that never was', () => {
    using opened = openStore();
    opened.store.write(batch([row(NOON)], { startAt: NOON, endAt: NOON }));
    const view = opened.store.view({ range: '1h', account: 'nobody' as AccountId }, NOON);
    expect(view.totals).toMatchObject({ resumed: 0, resumedTimes: null });
  });

  it('of very many handshakes tells their times within 2.2 %', () => {
    using opened = openStore();
    const many = Array.from({ length: 20_001 }, (_, index) => row(NOON, { tlsUs: index + 1 }));
    opened.store.write(batch(many, { startAt: NOON, endAt: NOON }));
    const view = opened.store.view({ range: '1h', account: null }, NOON);
    expect(view.timesAreExact).toBe(false);
    expect(view.totals.resumed).toBe(20_001);
    expect(Math.abs((view.totals.resumedTimes?.medianMs ?? 0) / 10.001 - 1)).toBeLessThan(0.022);
  });

  it('takes more than a thousand handshakes of one millisecond', () => {
    using opened = openStore();
    const rows = Array.from({ length: 2500 }, () => row(NOON));
    opened.store.write(batch(rows, { startAt: NOON, endAt: NOON }));
    expect(opened.store.view({ range: '1h', account: null }, NOON).totals.resumed).toBe(2500);
  });
});
