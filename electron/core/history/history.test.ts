import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import type { AppFacts, Notice, Totals } from '../../../shared/model.ts';
import { temporaryFolder } from '../storage/testing/temporary-folder.ts';
import { TestClock } from '../testing/clock.ts';
import { lineLog } from '../log/index.ts';
import { NoticeBoard, EngineState } from '../state/index.ts';
import { BATCH_MS, BATCH_ROWS, History } from './history.ts';
import { askFile, MINUTE, row } from './testing/rows.ts';

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
  const history = new History({
    path,
    keptDays,
    clock,
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
  return { history, clock, logged, notices, until, lastHour };
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

  it('is what is known: what is too old is a gap, though the program was running', async () => {
    const { history, clock } = start(await folderPath());
    history.record(row(clock.now()));
    clock.advance(10 * DAY);
    history.record(row(clock.now()));
    expect(await history.extent()).toMatchObject({ recordedSince: clock.now() - 10 * DAY });
    await history.keep(7);
    const view = await history.view({ range: '30d', account: null });
    expect(view.recordedSince).toBe(clock.now() - 7 * DAY);
    const known = view.buckets.filter(({ isGap }) => !isGap);
    expect(known[0]?.startAt).toBeGreaterThan(clock.now() - 8 * DAY);
    expect(known.length).toBeGreaterThan(4 * 6);
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

describe('a history that cannot be written', () => {
  it('says what is missing, goes on, and says when it is recorded again', async () => {
    const path = await folderPath();
    const { history, clock, notices, until, lastHour } = start(path);
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
    expect(view.totals.resumed).toBe(1);
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

  it('says that a damaged file was kept aside', async () => {
    const path = await folderPath();
    await writeFile(path, 'damaged '.repeat(100));
    const { lastHour, until, logged } = start(path);
    expect((await lastHour()).recordedSince).not.toBeNull();
    expect(await until('was damaged')).toMatchObject({ id: 'history', level: 'error' });
    expect(logged).toHaveLength(1);
  });
});
