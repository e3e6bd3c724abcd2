import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../storage/testing/temporary-folder.ts';
import type { AliveSpan } from '../alive.ts';
import { Pruner } from './pruning.ts';
import { migrate } from './schema.ts';
import { DAY, HOUR, MINUTE, NOON, row } from '../testing/rows.ts';
import { Writer } from './writer.ts';

const QUARTER = 15 * MINUTE;

/** Alive for so long, until now. */
const aliveFor = (ms: number): AliveSpan => ({ startAt: NOON - ms, endAt: NOON });

function database(maxBytes = Infinity, path = ':memory:') {
  const db = new DatabaseSync(path);
  migrate(db);
  const writer = new Writer(db);
  return {
    db,
    pruner: new Pruner(db, maxBytes),
    /** Handshakes that took place so long ago. */
    write: (...ages: readonly number[]) => {
      writer.write({
        rows: ages.map((age) => row(NOON - age)),
        alive: ages.slice(0, 6).map((age) => ({ startAt: NOON - age, endAt: NOON - age + 1 })),
        measured: [],
        now: NOON,
      });
    },
    count: (what: string) => Number(db.prepare(`SELECT count(*) AS n FROM ${what}`).get()?.['n']),
    [Symbol.dispose]: () => {
      db.close();
    },
  };
}

describe('what is too old', () => {
  it('goes: handshakes after 30 days, hours after a year, with the spans of life', () => {
    using history = database();
    const { count } = history;
    history.write(366 * DAY, 364 * DAY, 31 * DAY, 29 * DAY, 3 * HOUR, MINUTE);
    history.pruner.prune(aliveFor(HOUR));
    expect(count('handshake')).toBe(3);
    // Each account's, and those of all.
    expect(count('sums WHERE level = 2')).toBe(2 * 5);
    expect(count('alive')).toBe(5);
    expect(count('account')).toBe(1);
  });

  it('goes minute by minute and quarter by quarter, but for the latest that there are', () => {
    using history = database();
    const { count } = history;
    for (let minute = 500; minute > 0; minute--) history.write(40 * DAY + minute * MINUTE);
    for (let quarter = 500; quarter > 0; quarter--) history.write(3 * DAY + quarter * QUARTER);
    history.write(2 * DAY, 0);
    history.pruner.prune(aliveFor(HOUR));
    expect(count('sums WHERE level = 0 AND account = 0')).toBe(240);
    expect(count('sums WHERE level = 1 AND account = 0')).toBe(384);
    expect(count(`sums WHERE start_at < ${String(NOON - 9 * DAY)} AND level < 2`)).toBe(0);
  });

  it('never is what happened just now, though the clock was ahead for a while', () => {
    using history = database();
    for (let minute = 0; minute < 500; minute++) history.write(-10 * DAY - minute * MINUTE);
    history.write(MINUTE, 0);
    history.pruner.prune(aliveFor(HOUR));
    expect(history.count(`sums WHERE level = 0 AND start_at <= ${String(NOON)}`)).toBe(2 * 2);
  });

  it('takes the names of accounts along that have no figures any more', () => {
    using history = database();
    history.write(366 * DAY);
    history.pruner.prune(aliveFor(HOUR));
    expect(history.count('account')).toBe(0);
  });

  it.each([7, 30, 90] as const)('goes after %i days where that is what was chosen', (days) => {
    using history = database();
    history.pruner.keep(days);
    history.write((days + 1) * DAY, (days - 1) * DAY, HOUR);
    history.pruner.prune(aliveFor(HOUR));
    expect(history.count('handshake')).toBe(days === 90 ? 1 : 2);
    expect(history.count('sums WHERE level = 2')).toBe(2 * 2);
    expect(history.count(`sums WHERE start_at < ${String(NOON - days * DAY - HOUR)}`)).toBe(0);
    expect(history.count('alive')).toBe(2);
  });

  it('goes at once, part by part, for a user who was asked', () => {
    using history = database();
    const many = Array.from({ length: 60_000 }, (_, index) => 20 * DAY - index);
    history.write(...many, HOUR);
    history.pruner.prune(null);
    history.pruner.keep(7);
    let parts = 1;
    while (!history.pruner.pruneByAge(NOON)) parts += 1;
    expect(parts).toBe(2);
    expect(history.count('handshake')).toBe(1);
    expect(history.count('sums WHERE level = 2')).toBe(2);
  });

  it('stays until the clock has been steady for ten minutes: it may be wrong', () => {
    using history = database();
    history.write(31 * DAY);
    history.pruner.prune(aliveFor(9 * MINUTE));
    expect(history.count('handshake')).toBe(1);
    history.pruner.prune(aliveFor(10 * MINUTE));
    expect(history.count('handshake')).toBe(0);
  });

  it('is looked for once an hour', () => {
    using history = database();
    history.pruner.prune(aliveFor(HOUR));
    history.write(31 * DAY);
    history.pruner.prune({ startAt: NOON - HOUR, endAt: NOON + 59 * MINUTE });
    expect(history.count('handshake')).toBe(1);
    history.pruner.prune({ startAt: NOON - HOUR, endAt: NOON + HOUR });
    expect(history.count('handshake')).toBe(0);
  });
});

describe('what is too much', () => {
  it('goes oldest first, handshakes before sums, and the file stays within its size', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'history.sqlite');
    const maxBytes = 400_000;
    using history = database(maxBytes, path);
    for (let round = 30; round > 0; round--) {
      history.write(...Array.from({ length: 1000 }, (_, index) => round * HOUR - index));
      history.pruner.prune(null);
      expect(history.pruner.usedBytes()).toBeLessThanOrEqual(maxBytes);
    }
    const kept = history.count('handshake');
    expect(kept).toBeGreaterThan(3000);
    expect(kept).toBeLessThan(30_000);
    expect(history.count(`handshake WHERE at < ${String(NOON - 15 * HOUR)}`)).toBe(0);
    expect(history.count('sums WHERE level = 2')).toBeGreaterThanOrEqual(2 * 30);
    const pages = Number(history.db.prepare('PRAGMA page_count').get()?.['page_count']);
    expect(pages * 4096).toBeLessThan(1.2 * maxBytes);
  });

  it('takes the oldest sums when no handshake is left', () => {
    using history = database(60_000);
    for (let age = 400; age > 0; age--) history.write(age * HOUR);
    for (let go = 0; go < 5; go++) history.pruner.prune(null);
    expect(history.count('handshake')).toBe(0);
    expect(history.pruner.usedBytes()).toBeLessThanOrEqual(60_000);
  });
});
