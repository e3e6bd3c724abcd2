import * as fc from 'fast-check';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { HISTORY_RANGES } from '../../../../shared/history.ts';
import type { AccountId, OutcomeKind } from '../../../../shared/model.ts';
import { temporaryFolder } from '../../storage/testing/temporary-folder.ts';
import { aliveWithin, type AliveSpan } from '../alive.ts';
import { Reader } from './reader.ts';
import { KINDS, type AttemptRow } from '../row.ts';
import { HistoryStore } from './store.ts';
import type { StoredFigures } from './sum.ts';
import type { StoredView } from './view.ts';
import { DAY, HOUR, MINUTE, NOON, row } from '../testing/rows.ts';

const accounts = ['work', 'home', 'old'] as AccountId[];

/** A handshake that began so long ago. */
type PastRow = Omit<AttemptRow, 'at'> & { readonly ago: number };

/** Something that happens; times are differences, and may go back as clocks do. */
type Step =
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'sleep'; readonly ms: number }
  | { readonly kind: 'set-clock'; readonly ms: number }
  | { readonly kind: 'restart' }
  | { readonly kind: 'batch'; readonly rows: readonly PastRow[] };

const span = fc.oneof(
  fc.nat(2 * MINUTE),
  fc.nat(3 * HOUR),
  fc.nat(DAY),
  // To the end of a bucket, from NOON on.
  fc.constantFrom(MINUTE, 15 * MINUTE, HOUR, 6 * HOUR).map((ms) => ms - (NOON % ms)),
);
const rows = fc.array(
  fc.record({
    ago: fc.oneof(fc.constantFrom(0, 1), fc.nat(2 * MINUTE)),
    account: fc.constantFrom(...accounts),
    label: fc.constantFrom('A', 'B'),
    kind: fc.constantFrom(...KINDS),
    detail: fc.constantFrom(null, 'tls13-ticket', 'expired'),
    protocol: fc.constantFrom(null, 'TLSv1.2', 'TLSv1.3'),
    tlsUs: fc.option(fc.nat(90_000_000)),
    totalMs: fc.option(fc.nat(90_000)),
    sentBytes: fc.option(fc.nat(5000)),
    receivedBytes: fc.option(fc.nat(5000)),
    line: fc.constantFrom(null, 7, 2 ** 47 + 1),
    savedBytes: fc.nat(5000),
    planned: fc.boolean(),
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
      .integer({ min: -DAY, max: DAY })
      .map((ms) => ({ kind: 'set-clock' as const, ms })),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
);

/** The figures of each bucket that has any, by plain SQL over the rows themselves. */
function bucketsBySql(db: DatabaseSync, { fromAt, toAt, bucketMs, account }: StoredView) {
  const found = db
    .prepare(
      `SELECT (at - ${String(fromAt)}) / ${String(bucketMs)} AS bucket, kind, tls_us, line, saved_bytes, planned
       FROM handshake LEFT JOIN account ON account.n = handshake.account
       WHERE at >= ${String(fromAt)} AND at < ${String(toAt)}
         AND (${account === null ? 'TRUE' : `account.id = '${account}'`})`,
    )
    .all()
    .map((columns) =>
      Object.values(columns).map((value) => (value === null ? null : Number(value))),
    );
  return new Map(
    [...Map.groupBy(found, ([bucket]) => bucket)].map(([bucket, of]) => [bucket, figuresOf(of)]),
  );
}

function figuresOf(rows: readonly (readonly (number | null)[])[]): StoredFigures {
  const count = (kind: OutcomeKind): number =>
    rows.filter(([, code]) => code === KINDS.indexOf(kind)).length;
  const times = (...of: OutcomeKind[]): number[] =>
    rows.flatMap(([, code, us]) =>
      of.some((kind) => KINDS.indexOf(kind) === code) ? (us ?? []) : [],
    );
  return {
    resumed: count('resumed'),
    full: count('full'),
    refused: count('refused'),
    off: count('off'),
    failed: count('failed'),
    lines: linesOf(rows.flatMap(([, code, , line]) => (code === 0 ? (line ?? []) : []))),
    savedBytes: rows.reduce((sum, [, , , , bytes]) => sum + (bytes ?? 0), 0),
    planned: rows.filter(([, , , , , planned]) => planned === 1).length,
    resumedTimes: ranks(times('resumed')),
    fullTimes: ranks(times('full', 'off')),
  };
}

function linesOf(lines: readonly number[]): ReadonlyMap<number, number> {
  return new Map(
    [...Map.groupBy(lines, (line) => line)].map(([line, of]) => [line, of.length] as const),
  );
}

function ranks(times: readonly number[]) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    (sorted[Math.ceil(sorted.length * share) - 1] ?? NaN) / 1000;
  return sorted.length === 0 ? null : { count: sorted.length, medianMs: at(0.5), p95Ms: at(0.95) };
}

/** Lets it all happen to a store in `path`. @returns when it is now, and when the program lived */
function happen(path: string, steps: readonly Step[]) {
  const open = (): HistoryStore => new HistoryStore({ path, now: NOON, onProblem: fail });
  let store = open();
  let now = NOON;
  let alive: AliveSpan = { startAt: now, endAt: now };
  const spans: AliveSpan[] = [];
  const write = (written: readonly AttemptRow[]): void => {
    alive = { startAt: alive.startAt, endAt: now };
    const { startAt, endAt } = alive;
    expect(store.write({ rows: written, alive: [alive], measured: [], now })).toEqual({ ok: true });
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
    else if (step.kind === 'batch')
      write(step.rows.map(({ ago, ...rest }) => row(now - ago, rest)));
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

/** The counts and savings, which do not depend on what a view was drawn from. */
const countsOf = ({ resumedTimes, fullTimes, ...others }: StoredFigures) => ({
  ...others,
  timed: [resumedTimes?.count, fullTimes?.count],
});

/** The view as plain SQL would have it. */
function viewBySql(view: StoredView, db: DatabaseSync, spans: readonly AliveSpan[]) {
  const found = bucketsBySql(db, view);
  const buckets = view.buckets.map(({ startAt, lengthMs }, index) => {
    const aliveMs = aliveWithin(spans, startAt, startAt + lengthMs);
    const isLast = index === view.buckets.length - 1;
    const figures = found.get(index);
    const isGap = figures === undefined && aliveMs === 0 && !isLast;
    return Object.assign({ startAt, lengthMs, aliveMs, isGap }, figures ?? figuresOf([]));
  });
  const whole = { ...view, bucketMs: view.toAt - view.fromAt };
  return { timesAreExact: true, buckets, totals: bucketsBySql(db, whole).get(0) ?? figuresOf([]) };
}

describe('a view', () => {
  it('equals plain SQL over the rows, for every range, whatever gaps and clocks there were', async () => {
    await using folder = await temporaryFolder();
    let run = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 25, size: 'max' }), (steps) => {
        run += 1;
        const path = join(folder.path, `${String(run)}.sqlite`);
        const { store, now, spans } = happen(path, steps);
        const db = new DatabaseSync(path, { readOnly: true });
        try {
          for (const range of HISTORY_RANGES) {
            for (const account of [null, ...accounts]) {
              const view = store.view({ range, account }, now);
              expect(view).toMatchObject(viewBySql(view, db, spans));
              // The same where it is drawn from the sums.
              const added = new Reader(db, -1).view({ range, account }, now, 365 * DAY);
              expect(added.timesAreExact).toBe(false);
              expect(countsOf(added.totals)).toEqual(countsOf(view.totals));
              expect(added.buckets.map(countsOf)).toEqual(view.buckets.map(countsOf));
            }
          }
        } finally {
          db.close();
          store.close();
        }
      }),
      { numRuns: 40, endOnFailure: true },
    );
  }, 60_000);
});
