import * as fc from 'fast-check';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { HISTORY_RANGES, type HistoryFigures } from '../../../shared/history.ts';
import type { AccountId, OutcomeKind } from '../../../shared/model.ts';
import { temporaryFolder } from '../accounts/temporary-folder.ts';
import { aliveWithin, type AliveSpan } from './alive.ts';
import { KIND_CODES, type HandshakeRow } from './row.ts';
import { HistoryStore } from './store.ts';
import { DAY, HOUR, MINUTE, NOON, batch, openStore, row } from './test-rows.ts';

const kinds = Object.keys(KIND_CODES) as OutcomeKind[];
const accounts = ['work', 'home', 'old'] as AccountId[];

/** Something that happens; times are differences, and may go back as clocks do. */
type Step =
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'sleep'; readonly ms: number }
  | { readonly kind: 'set-clock'; readonly ms: number }
  | { readonly kind: 'restart' }
  | { readonly kind: 'batch'; readonly rows: readonly HandshakeRow[] };

const span = fc.oneof(fc.nat(2 * MINUTE), fc.nat(3 * HOUR), fc.nat(2 * DAY));
/** `at` is how long ago the handshake began. */
const rows = fc.array(
  fc.record({
    at: fc.oneof(fc.nat(1000), fc.nat(2 * MINUTE)),
    account: fc.constantFrom(...accounts),
    label: fc.constantFrom('A', 'B'),
    kind: fc.constantFrom(...kinds),
    detail: fc.constantFrom(null, 'tls13-ticket', 'expired'),
    protocol: fc.constantFrom(null, 'TLSv1.2', 'TLSv1.3'),
    tlsUs: fc.option(fc.nat(90_000_000)),
    totalMs: fc.option(fc.nat(90_000)),
    sentBytes: fc.option(fc.nat(5000)),
    receivedBytes: fc.option(fc.nat(5000)),
    savedUs: fc.nat(100_000),
    savedBytes: fc.nat(5000),
  }),
  { maxLength: 12 },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: rows.map((rows) => ({ kind: 'batch' as const, rows })) },
  { weight: 4, arbitrary: span.map((ms) => ({ kind: 'pass' as const, ms })) },
  { weight: 2, arbitrary: span.map((ms) => ({ kind: 'sleep' as const, ms })) },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: -2 * DAY, max: 2 * DAY })
      .map((ms) => ({ kind: 'set-clock' as const, ms })),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
);

/** What plain SQL says of the rows themselves. */
function figuresBySql(db: DatabaseSync, from: number, to: number, account: AccountId | null) {
  const where = `WHERE at >= ${String(from)} AND at < ${String(to)} ${
    account === null ? '' : `AND account = (SELECT n FROM account WHERE id = '${account}')`
  }`;
  const figures: Record<string, number> = {};
  for (const kind of kinds) {
    figures[kind] = Number(
      db
        .prepare(
          `SELECT count(*) AS n FROM handshake ${where} AND kind = ${String(KIND_CODES[kind])}`,
        )
        .get()?.['n'],
    );
  }
  const saved = db
    .prepare(`SELECT total(saved_us) AS us, total(saved_bytes) AS b FROM handshake ${where}`)
    .get();
  const times = (kindsOf: string): readonly number[] =>
    db
      .prepare(
        `SELECT tls_us FROM handshake ${where} AND kind IN (${kindsOf}) AND tls_us IS NOT NULL ORDER BY tls_us`,
      )
      .all()
      .map((found) => Number(found['tls_us']));
  return {
    ...figures,
    savedMs: Number(saved?.['us']) / 1000,
    savedBytes: Number(saved?.['b']),
    resumedTimes: ranks(times('0')),
    fullTimes: ranks(times('1, 3')),
  };
}

function ranks(sorted: readonly number[]) {
  if (sorted.length === 0) return null;
  return {
    count: sorted.length,
    medianMs: (sorted[Math.ceil(sorted.length / 2) - 1] ?? NaN) / 1000,
    p95Ms: (sorted[Math.ceil(sorted.length * 0.95) - 1] ?? NaN) / 1000,
  };
}

function figuresOnly(figures: HistoryFigures) {
  const { resumed, full, refused, off, failed, savedMs, savedBytes, resumedTimes, fullTimes } =
    figures;
  return { resumed, full, refused, off, failed, savedMs, savedBytes, resumedTimes, fullTimes };
}

/** Lets it all happen to a store in `path`. @returns when it is now, and when the program lived */
function happen(path: string, steps: readonly Step[]) {
  const open = (): HistoryStore => new HistoryStore({ path, now: NOON, onProblem: fail });
  let store = open();
  let now = NOON;
  let alive: AliveSpan = { startAt: now, endAt: now };
  const spans: AliveSpan[] = [];
  const write = (written: readonly HandshakeRow[]): void => {
    alive = { startAt: alive.startAt, endAt: now };
    const { startAt, endAt } = alive;
    expect(store.write({ rows: written, alive: [alive], now })).toEqual({ ok: true });
    const known = spans.findIndex((span) => span.startAt === startAt);
    if (known === -1) spans.push(alive);
    else spans[known] = { startAt, endAt: Math.max(endAt, spans[known]?.endAt ?? 0) };
  };
  const beginAt = (at: number): void => {
    write([]);
    now = at;
    alive = { startAt: now, endAt: now };
  };
  for (const step of steps) {
    if (step.kind === 'pass') now += step.ms;
    else if (step.kind === 'sleep' || step.kind === 'set-clock') beginAt(now + step.ms);
    else if (step.kind === 'batch') write(step.rows.map((one) => ({ ...one, at: now - one.at })));
    else {
      store.close();
      store = open();
    }
  }
  write([]);
  return { store, now, spans };
}

function fail(problem: string): never {
  throw new Error(problem);
}

describe('a view', () => {
  it('equals plain SQL over the rows, for every range, whatever gaps and clocks there were', async () => {
    await using folder = await temporaryFolder();
    let run = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        run += 1;
        const path = join(folder.path, `${String(run)}.sqlite`);
        const { store, now, spans } = happen(path, steps);
        const db = new DatabaseSync(path, { readOnly: true });
        try {
          for (const range of HISTORY_RANGES) {
            for (const account of [null, ...accounts]) {
              const view = store.view({ range, account }, now);
              expect(view.timesAreExact).toBe(true);
              expect(figuresOnly(view.totals)).toEqual(
                figuresBySql(db, view.fromAt, view.toAt, account),
              );
              for (const bucket of view.buckets) {
                const { startAt, lengthMs, aliveMs, isGap } = bucket;
                const expected = figuresBySql(db, startAt, startAt + lengthMs, account);
                expect(figuresOnly(bucket)).toEqual(expected);
                expect(aliveMs).toBe(aliveWithin(spans, startAt, startAt + lengthMs));
                const isEmpty = kinds.every((kind) => bucket[kind] === 0);
                expect(isGap).toBe(aliveMs === 0 && isEmpty);
              }
            }
          }
        } finally {
          db.close();
          store.close();
        }
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  it.each([
    { range: '1h', bucketMs: MINUTE, count: 60 },
    { range: '24h', bucketMs: 15 * MINUTE, count: 96 },
    { range: '7d', bucketMs: HOUR, count: 168 },
    { range: '30d', bucketMs: 6 * HOUR, count: 120 },
  ] as const)(
    'of $range has $count buckets in a row, now in the last',
    ({ range, bucketMs, count }) => {
      using opened = openStore();
      const view = opened.store.view({ range, account: null }, NOON);
      expect(view.buckets).toHaveLength(count);
      expect(view.buckets.map(({ startAt }) => startAt)).toEqual(
        Array.from({ length: count }, (_, index) => view.fromAt + index * bucketMs),
      );
      expect(view.toAt - bucketMs).toBeLessThanOrEqual(NOON);
      expect(view.toAt).toBeGreaterThan(NOON);
      expect(view).toMatchObject({ at: NOON, bucketMs, accounts: [], recordedSince: null });
      expect(view.buckets.every(({ isGap }) => isGap)).toBe(true);
    },
  );

  it('tells a gap from a time in which nothing happened', () => {
    using opened = openStore();
    const at = (minutes: number): number => NOON - (NOON % MINUTE) + minutes * MINUTE;
    opened.store.write(
      batch([], { startAt: at(-10), endAt: at(-8) }, { startAt: at(-3), endAt: at(0) + 1 }),
    );
    const { buckets } = opened.store.view({ range: '1h', account: null }, NOON);
    const gaps = buckets.slice(-12).map(({ isGap }) => (isGap ? 'gap' : 'zero'));
    expect(gaps.join(' ')).toBe('gap zero zero gap gap gap gap gap zero zero zero zero');
  });

  it('names the accounts that have figures in it, by the name that they had last', () => {
    using opened = openStore();
    const alive = { startAt: NOON - 2 * DAY, endAt: NOON };
    opened.store.write(batch([row(NOON - 2 * DAY, { account: accounts[2] ?? fail('') })], alive));
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
