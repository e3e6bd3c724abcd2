import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { NO_FILES } from '../../storage/testing/no-files.ts';
import { temporaryFolder } from '../../storage/testing/temporary-folder.ts';
import { migrate, NewerSchemaError } from './schema.ts';
import { askFile, batch, NOON, openStore, row } from '../testing/rows.ts';

const ALIVE = { startAt: NOON, endAt: NOON };
const ASIDE = 'history.sqlite.corrupt-20261015T123456.789Z';
const LAST_HOUR = { range: '1h', account: null } as const;

/** A folder whose database holds so many handshakes. */
async function folderWith(handshakes: number) {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'history.sqlite');
  using opened = openStore({ path });
  const rows = Array.from({ length: handshakes }, (_, index) => row(NOON - index));
  expect(opened.store.write(batch(rows, ALIVE))).toEqual({ ok: true });
  return { folder, path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

describe('the history’s file', () => {
  it('is there again after a restart, and for this user alone', async () => {
    await using made = await folderWith(3);
    expect((await stat(made.path)).mode & 0o777).toBe(0o600);
    using opened = openStore({ path: made.path });
    expect(opened.problems).toEqual([]);
    opened.store.write(batch([row(NOON)], ALIVE));
    expect(opened.store.view(LAST_HOUR, NOON).totals.resumed).toBe(4);
  });

  it.each([
    { what: 'is no database', damage: () => Buffer.from('not a database '.repeat(1000)) },
    {
      what: 'is cut off',
      damage: (content: Buffer) => content.subarray(0, 3 * 4096),
    },
    {
      what: 'has a page overwritten',
      damage: (content: Buffer) => content.fill(0x5a, 8 * 4096, 12 * 4096),
    },
  ])('is kept aside when it $what, and a new one begins', async ({ damage }) => {
    await using made = await folderWith(5000);
    const damaged = damage(await readFile(made.path));
    await writeFile(made.path, damaged);
    using opened = openStore({ path: made.path });
    expect(opened.problems).toEqual([
      `The history in ${made.path} was damaged. The file is kept as ${ASIDE}, and a new history has begun.`,
    ]);
    expect(await readFile(join(made.folder.path, ASIDE))).toEqual(damaged);
    expect(opened.store.view(LAST_HOUR, NOON).totals.resumed).toBe(0);
    expect(opened.store.write(batch([row(NOON)], ALIVE))).toEqual({ ok: true });
    expect(askFile(made.path, 'SELECT count(*) FROM handshake')).toBe(1);
  });

  it.each([
    { what: 'a table gone', change: 'DROP TABLE sums' },
    { what: 'a column more', change: 'ALTER TABLE handshake ADD COLUMN more INTEGER' },
    { what: 'its version forgotten', change: 'PRAGMA user_version = 0' },
    {
      what: 'another program’s tables',
      change: 'DROP TABLE sums; DROP TABLE alive; PRAGMA user_version = 0',
    },
  ])('is kept aside with $what, and a new one begins', async ({ change }) => {
    await using made = await folderWith(3);
    const other = new DatabaseSync(made.path);
    other.exec(change);
    other.close();
    using opened = openStore({ path: made.path });
    expect(opened.problems).toEqual([
      `The history in ${made.path} was damaged. The file is kept as ${ASIDE}, and a new history has begun.`,
    ]);
    expect(askFile(join(made.folder.path, ASIDE), 'SELECT count(*) FROM handshake')).toBe(3);
    expect(opened.store.write(batch([row(NOON)], ALIVE))).toEqual({ ok: true });
    expect(opened.store.view(LAST_HOUR, NOON).totals.resumed).toBe(1);
  });

  it('stays in use where somebody has added an index', async () => {
    await using made = await folderWith(3);
    const other = new DatabaseSync(made.path);
    other.exec('CREATE INDEX own ON handshake (kind)');
    other.close();
    using opened = openStore({ path: made.path });
    expect(opened.problems).toEqual([]);
    expect(opened.store.view(LAST_HOUR, NOON).totals.resumed).toBe(3);
  });

  it('takes what lies beside it along when it is kept aside, and overwrites nothing', async () => {
    await using made = await folderWith(1);
    await writeFile(made.path, 'damaged '.repeat(1000));
    await writeFile(`${made.path}-wal`, 'its log');
    await writeFile(join(made.folder.path, `${ASIDE}-shm`), 'of an earlier one');
    using opened = openStore({ path: made.path });
    expect(opened.problems).toEqual([expect.stringContaining(`kept as ${ASIDE}-2,`)]);
    expect(await readdir(made.folder.path)).toEqual(
      expect.arrayContaining([`${ASIDE}-2`, `${ASIDE}-2-wal`, `${ASIDE}-shm`]),
    );
  });

  it('that is damaged while it is open is kept aside too, and the batch is not lost', async () => {
    // More than SQLite keeps in memory: the oldest pages have to be read again.
    await using made = await folderWith(100_000);
    using opened = openStore({ path: made.path });
    const { size } = await stat(made.path);
    await writeFile(made.path, Buffer.alloc(size, 0x5a));
    expect(opened.store.write(batch([row(NOON - 99_999)], ALIVE))).toEqual({ ok: true });
    expect(opened.problems).toEqual([expect.stringContaining('was damaged')]);
    expect(askFile(made.path, 'SELECT count(*) FROM handshake')).toBe(1);
  }, 60_000);

  it('of a newer Reprise stays as it is, and what happens is kept in memory', async () => {
    await using made = await folderWith(1);
    const newer = new DatabaseSync(made.path);
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    const before = await readFile(made.path);
    using opened = openStore({ path: made.path });
    expect(opened.problems).toEqual([expect.stringContaining('newer Reprise')]);
    opened.store.write(batch([row(NOON), row(NOON)], ALIVE));
    expect(opened.store.view(LAST_HOUR, NOON).totals.resumed).toBe(2);
    expect(await readFile(made.path)).toEqual(before);
  });

  it.each(
    NO_FILES.flatMap(([what, put]) =>
      ['', '-wal', '-shm', '-journal'].map((suffix) => ({ what, put, suffix })),
    ),
  )(
    'is not opened where history.sqlite$suffix is $what, which is said',
    async ({ what, put, suffix }) => {
      await using made = await folderWith(1);
      await rm(made.path + suffix, { force: true });
      const undo = await put(made.path + suffix);
      using opened = openStore({ path: made.path });
      expect(opened.problems).toEqual([
        `The history in ${made.path} cannot be used: ${made.path + suffix} is ${what}. Move that away, then start Reprise again. Until then the history is forgotten when Reprise ends.`,
      ]);
      opened.store.write(batch([row(NOON), row(NOON)], ALIVE));
      expect(opened.store.view(LAST_HOUR, NOON).totals.resumed).toBe(2);
      await undo();
    },
  );

  it('that another program keeps locked loses the batch and says why', async () => {
    await using made = await folderWith(1);
    using opened = openStore({ path: made.path });
    const other = new DatabaseSync(made.path);
    other.exec('BEGIN IMMEDIATE');
    expect(opened.store.write(batch([row(NOON)], ALIVE))).toEqual({
      ok: false,
      why: 'another program keeps the file locked. Close it',
    });
    other.exec('ROLLBACK');
    other.close();
    expect(opened.store.write(batch([row(NOON)], ALIVE))).toEqual({ ok: true });
    expect(opened.store.view(LAST_HOUR, NOON).totals.resumed).toBe(2);
  });
});

describe('the schema', () => {
  const steps = ['CREATE TABLE a (x)', 'ALTER TABLE a ADD COLUMN y DEFAULT 7'];

  it('comes to the present version step by step, and keeps what is there', () => {
    const db = new DatabaseSync(':memory:');
    migrate(db, steps.slice(0, 1));
    db.exec('INSERT INTO a VALUES (1)');
    migrate(db, steps);
    migrate(db, steps);
    expect({ ...db.prepare('SELECT * FROM a').get() }).toEqual({ x: 1, y: 7 });
    expect({ ...db.prepare('PRAGMA user_version').get() }).toEqual({ user_version: 2 });
    expect(() => {
      migrate(db, steps.slice(0, 1));
    }).toThrow(NewerSchemaError);
    db.close();
  });

  it('stays at its version when a step fails', () => {
    const db = new DatabaseSync(':memory:');
    migrate(db, steps.slice(0, 1));
    expect(() => {
      migrate(db, [...steps, 'CREATE NONSENSE']);
    }).toThrow(/NONSENSE/);
    expect({ ...db.prepare('PRAGMA user_version').get() }).toEqual({ user_version: 1 });
    db.close();
  });
});
