import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { HISTORY_RANGES } from '../../../shared/history.ts';
import type { AppFacts, Notice, Totals } from '../../../shared/model.ts';
import { temporaryFolder } from '../storage/testing/temporary-folder.ts';
import { TestClock } from '../testing/clock.ts';
import { lineLog } from '../log/index.ts';
import { NoticeBoard, EngineState } from '../state/index.ts';
import { BATCH_MS, BATCH_ROWS, History } from './history.ts';
import { Measures, type Measurement } from './measures.ts';
import { askFile, MINUTE, row } from './testing/rows.ts';
import { startThread, type HistoryThread } from './thread.ts';

const owned: (() => PromiseLike<void>)[] = [];

afterEach(async () => {
  for (const close of owned.splice(0).toReversed()) await close();
});

async function folderPath(): Promise<string> {
  const folder = await temporaryFolder();
  owned.push(() => folder[Symbol.asyncDispose]());
  return join(folder.path, 'history.sqlite');
}

function start(path: string | null, clock = new TestClock(), keptDays = 365) {
  const state = new EngineState({} as AppFacts, {} as Totals);
  const logged: string[] = [];
  const log = lineLog(
    (line) => logged.push(line),
    () => new Date(0),
  );
  const measures = new Measures();
  let thread: HistoryThread | null = null;
  const history = new History({
    start: (...how) => (thread = startThread(...how)),
    path,
    keptDays,
    clock,
    measures,
    notices: new NoticeBoard(state, clock),
    log,
  });
  owned.push(() => history.close());
  const notices = (): readonly Notice[] => state.list('notices');
  /** Resolves with the notice once it says this. */
  const until = (text: string): Promise<Notice> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = notices().find(({ message }) => message.includes(text));
        if (found === undefined) return;
        stop();
        resolve(found);
      };
      const stop = state.listen(look);
      look();
    });
  const lastHour = () => history.view({ range: '1h', account: null });
  /** Ends the thread, as a defect would, and waits for that. */
  const crash = async (): Promise<void> => {
    await thread?.close();
  };
  return { history, clock, logged, notices, until, lastHour, crash, measures };
}

describe('how long the history is', () => {
  const DAY = 24 * 60 * MINUTE;
  const aWeekAndMore = (now: number) => [8 * DAY, 6 * DAY, 0].map((age) => row(now - age));

  it('follows what is chosen at once: what is older is gone from the disk, and its room too', async () => {
    const path = await folderPath();
    const { history, clock } = start(path);
    for (const old of aWeekAndMore(clock.now())) history.record(old);
    for (let count = 0; count < 5000; count++) history.record(row(clock.now() - 20 * DAY));
    const { sizeBytes } = await history.extent();
    await history.keep(7);
    expect((await history.view({ range: '30d', account: null })).totals.resumed).toBe(2);
    expect(askFile(path, 'SELECT count(*) FROM handshake')).toBe(2);
    const after = await history.extent();
    expect(after.sizeBytes).toBeLessThan(Number(sizeBytes) / 2);
  });

  it('holds for figures of an earlier run, and for a thread that is started later', async () => {
    const path = await folderPath();
    const first = start(path);
    for (const old of aWeekAndMore(first.clock.now())) first.history.record(old);
    await first.history.close();
    const second = start(path, first.clock);
    await second.history.keep(7);
    expect(askFile(path, 'SELECT count(*) FROM handshake')).toBe(2);
    await second.history.close();
    expect(existsSync(path)).toBe(true);
  });

  it('that grows deletes nothing, and makes no file', async () => {
    const path = await folderPath();
    const { history, clock } = start(path, undefined, 7);
    await history.keep(365);
    expect(existsSync(path)).toBe(false);
    for (const old of aWeekAndMore(clock.now())) history.record(old);
    await history.keep(90);
    await history.keep(365);
    expect((await history.view({ range: '30d', account: null })).totals.resumed).toBe(3);
  });

  it('is what is known: what is too old is not there, though the program was running', async () => {
    const { history, clock } = start(await folderPath());
    for (const days of [5, 5, 0]) {
      history.record(row(clock.now()));
      clock.advance(days * DAY);
    }
    expect(await history.extent()).toMatchObject({ recordedSince: clock.now() - 10 * DAY });
    await history.keep(7);
    const view = await history.view({ range: '30d', account: null });
    expect(view.recordedSince).toBe(clock.now() - 7 * DAY);
    expect(view.totals.resumed).toBe(2);
    expect(view.fromAt).toBeGreaterThan(clock.now() - 6 * DAY);
  });

  it('is nothing before something is recorded, and takes no room in memory', async () => {
    const nothing = { recordedSince: null, sizeBytes: 0 };
    expect(await start(await folderPath()).history.extent()).toEqual(nothing);
    const { history, clock } = start(null);
    history.record(row(clock.now()));
    expect(await history.extent()).toEqual({ recordedSince: clock.now(), sizeBytes: null });
  });
});

describe('the history', () => {
  it('makes no file before something is recorded', async () => {
    const path = await folderPath();
    const { history, clock } = start(path);
    clock.advance(10 * MINUTE);
    await history.close();
    expect(existsSync(path)).toBe(false);
    expect(history.isThere).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('that is looked at before anything is recorded makes no file either', async () => {
    const path = await folderPath();
    const { history, clock, lastHour } = start(path);
    for (const range of HISTORY_RANGES) {
      const view = await history.view({ range, account: null });
      expect(view).toMatchObject({ range, recordedSince: null, accounts: [], notRecorded: 0 });
      expect(view.buckets).toHaveLength(1);
    }
    clock.advance(10 * MINUTE);
    expect(existsSync(path)).toBe(false);
    history.record(row(clock.now()));
    expect((await lastHour()).totals.resumed).toBe(1);
    expect(existsSync(path)).toBe(true);
  });

  it('writes a handshake after the time of a batch, and a full batch at once', async () => {
    const path = await folderPath();
    const { history, clock } = start(path);
    history.record(row(clock.now()));
    expect(existsSync(path)).toBe(false);
    clock.advance(BATCH_MS);
    for (let count = 0; count < BATCH_ROWS; count++) history.record(row(clock.now()));
    expect(clock.pending).toBe(1);
    await history.close();
    expect(askFile(path, 'SELECT count(*) FROM handshake')).toBe(1 + BATCH_ROWS);
  });

  it('shows what was recorded a moment ago', async () => {
    const { history, clock, lastHour } = start(null);
    history.record(row(clock.now()));
    expect((await lastHour()).totals.resumed).toBe(1);
  });

  it('has everything in the file when it is closed, and is there again', async () => {
    const path = await folderPath();
    const first = start(path);
    for (let count = 0; count < 10; count++) first.history.record(row(first.clock.now()));
    await first.history.close();
    first.history.record(row(first.clock.now()));
    expect(existsSync(`${path}-wal`)).toBe(false);
    const second = start(path, first.clock);
    expect(second.history.isThere).toBe(true);
    expect((await second.lastHour()).totals.resumed).toBe(10);
  });

  it('leaves a gap where it was closed or the machine slept, and none where it only waited', async () => {
    const path = await folderPath();
    const first = start(path);
    first.history.record(row(first.clock.now()));
    for (let minute = 0; minute < 10; minute++) first.clock.advance(MINUTE);
    await first.history.close();
    first.clock.advance(10 * MINUTE);
    const second = start(path, first.clock);
    await second.lastHour();
    for (let minute = 0; minute < 10; minute++) second.clock.advance(MINUTE);
    // No beat in between, as when the machine sleeps.
    second.clock.sleep(10 * MINUTE);
    second.clock.advance(10 * MINUTE);
    const { buckets } = await second.lastHour();
    const shape = buckets.slice(-51).map(({ isGap }) => (isGap ? '-' : '0'));
    // A sleep ends with the next sign of life, at most a minute after it.
    const expected = [
      '0'.repeat(10),
      '-'.repeat(10),
      '0'.repeat(10),
      '-'.repeat(11),
      '0'.repeat(10),
    ];
    expect(shape.join('')).toBe(expected.join(''));
  });

  it('refuses to be read when it is closed', async () => {
    const { history, lastHour } = start(null);
    await history.close();
    await expect(lastHour()).rejects.toMatchObject({ code: 'storage' });
  });
});

describe('what was saved', () => {
  const LINE = 2 ** 47;
  const measured = (of: Measurement['of'], value: number, count: number): Measurement[] =>
    Array.from({ length: count }, () => ({ line: LINE, of, value }));

  it('follows from what is measured, over several runs and in every range', async () => {
    const path = await folderPath();
    const first = start(path);
    for (let count = 0; count < 6; count += 1) {
      first.history.record(row(first.clock.now(), { line: LINE, savedBytes: 2000 }), [
        { line: LINE, of: 'resumed', value: 48_000 },
      ]);
    }
    first.measures.add(measured('resumed', 48_000, 6));
    expect((await first.lastHour()).totals).toMatchObject({
      savedMs: 0,
      savedBytes: 12_000,
      savedBasis: { counted: 0, uncounted: 6 },
    });
    // As a server check does.
    first.measures.add(measured('full', 69_000, 5));
    first.history.measure(measured('full', 69_000, 5));
    expect((await first.lastHour()).totals.savedMs).toBe(6 * 21);
    await first.history.close();

    const second = start(path, first.clock);
    second.history.record(row(second.clock.now(), { line: LINE, savedBytes: -14_000 }));
    const [day, marks] = await second.history.recorded();
    expect(day.totals.lines).toEqual(new Map([[LINE, 7]]));
    expect(marks).toHaveLength(7);
    for (const range of HISTORY_RANGES) {
      const { totals, buckets } = await second.history.view({ range, account: null });
      const saved = { savedMs: 7 * 21, savedBytes: 0, savedBasis: { counted: 7, full: 5 } };
      expect(totals).toMatchObject(saved);
      expect(buckets.at(-1)).toMatchObject(saved);
      expect(totals).not.toHaveProperty('lines');
    }
    await second.history.keep(7);
    second.clock.advance(8 * 24 * 60 * MINUTE);
    second.history.record(row(second.clock.now(), { line: LINE }));
    await second.history.keep(6);
    expect(askFile(path, 'SELECT count(*) FROM measured')).toBe(0);
  });

  it('by a check is not recorded where nothing else is', async () => {
    const path = await folderPath();
    const { history, clock } = start(path);
    history.measure(measured('full', 69_000, 5));
    clock.advance(MINUTE);
    await history.close();
    expect(existsSync(path)).toBe(false);
  });
});

describe('a history that cannot be written', () => {
  it('says what is missing, goes on, and says when it is recorded again', async () => {
    const path = await folderPath();
    const { history, clock, notices, until, lastHour } = start(path);
    history.record(row(clock.now()));
    await lastHour();
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    for (let count = 0; count < 3; count++) history.record(row(clock.now()));
    clock.advance(BATCH_MS);
    expect(await until('3 handshakes are missing')).toMatchObject({
      level: 'error',
      message:
        'The history is not being recorded: another program keeps the file locked. Close it. 3 handshakes are missing in it. Everything else goes on.',
    });
    other.exec('ROLLBACK');
    other.close();
    history.record(row(clock.now()));
    const view = await lastHour();
    expect(view.totals.resumed).toBe(2);
    expect(view.notRecorded).toBe(3);
    expect(notices()).toMatchObject([
      {
        level: 'warning',
        message: 'The history is recorded again. 3 handshakes are missing in it.',
      },
    ]);
  });

  it('holds a bounded number of handshakes while the disk does not answer', async () => {
    const path = await folderPath();
    const { history, clock, lastHour, until } = start(path);
    await lastHour();
    // The thread answers only when this turn of the loop is over.
    for (let count = 0; count < 20_005; count++) history.record(row(clock.now()));
    expect(await until('5 handshakes are missing')).toMatchObject({
      message: expect.stringContaining('too slow') as unknown,
    });
    const view = await lastHour();
    expect(view.totals.resumed).toBe(20_000);
    expect(view.notRecorded).toBe(5);
  });

  it('goes on after a crash a month, for years', async () => {
    const { history, clock, lastHour, crash, notices } = start(await folderPath());
    for (let month = 1; month <= 24; month += 1) {
      history.record(row(clock.now()));
      expect((await lastHour()).totals.resumed).toBe(1);
      await crash();
      clock.sleep(30 * 24 * 60 * MINUTE);
      clock.advance(2 * 60 * MINUTE);
    }
    expect(notices()).toEqual([]);
  });

  it('that crashes at each start is let be for an hour, says so, and is recorded again', async () => {
    const { history, clock, lastHour, crash, until, notices } = start(await folderPath());
    for (let starts = 1; starts <= 3; starts += 1) {
      history.record(row(clock.now()));
      await lastHour();
      await crash();
    }
    history.record(row(clock.now()));
    clock.advance(BATCH_MS);
    expect(await until('tried again within the hour')).toMatchObject({ level: 'error' });
    await expect(lastHour()).rejects.toMatchObject({ code: 'storage' });
    clock.advance(60 * MINUTE);
    history.record(row(clock.now()));
    expect(await lastHour()).toMatchObject({ notRecorded: 1 });
    expect(notices()).toMatchObject([
      {
        level: 'warning',
        message: 'The history is recorded again. One handshake is missing in it.',
      },
    ]);
  });

  it('says that a damaged file was kept aside', async () => {
    const path = await folderPath();
    await writeFile(path, 'damaged '.repeat(100));
    const { lastHour, until, logged } = start(path);
    expect((await lastHour()).recordedSince).not.toBeNull();
    expect(await until('was damaged')).toMatchObject({ id: 'history', level: 'error' });
    expect(logged).toHaveLength(1);
  });
});
