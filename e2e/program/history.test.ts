/** The history and the end of its program: by itself, and by `kill -9`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const COUNT = 10_000;
const RATE = 1000;
const WRITER = fileURLToPath(new URL('../fixtures/program/history-writer.ts', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-history-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  /** How many it had recorded by its last word, and how many of these it did not know written. */
  readonly recorded: number;
  readonly unwritten: number;
  readonly lastLine: string;
  readonly stderr: string;
}

/** Runs the writer to its end, or kills it once it has recorded so many. */
async function write(path: string, killAt = Infinity): Promise<Ended> {
  const child = spawn(process.execPath, [WRITER, path, String(COUNT), String(RATE)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (lastCounts(stdout)[0] >= killAt) child.kill('SIGKILL');
  });
  await once(child, 'close');
  const [recorded, unwritten] = lastCounts(stdout);
  return { recorded, unwritten, lastLine: stdout.trimEnd().split('\n').at(-1) ?? '', stderr };
}

/** Of the last whole line with counts. */
function lastCounts(stdout: string): readonly [recorded: number, unwritten: number] {
  const [, recorded, unwritten] = [...stdout.matchAll(/^(\d+) (\d+)\n/gm)].at(-1) ?? [];
  return [Number(recorded ?? 0), Number(unwritten ?? 0)];
}

/** What the file holds, read by plain SQL. */
function contents(path: string) {
  const db = new DatabaseSync(path);
  try {
    const one = (sql: string): unknown => Object.values(db.prepare(sql).get() ?? {})[0];
    return {
      integrity: one('PRAGMA integrity_check'),
      rows: Number(one('SELECT count(*) FROM handshake')),
      distinct: Number(one('SELECT count(DISTINCT tls_us) FROM handshake')),
      largest: Number(one('SELECT max(tls_us) FROM handshake')),
      summed: Number(one('SELECT sum(resumed) FROM sums WHERE level = 2 AND account = 0')),
    };
  } finally {
    db.close();
  }
}

describe('10,000 handshakes in 10 seconds', () => {
  it('are all in the history, in its rows and in its sums', async () => {
    const path = join(folder, 'history.sqlite');
    const { lastLine, stderr } = await write(path);
    expect(lastLine).toBe('closed []');
    expect(stderr).toBe('');
    expect(contents(path)).toEqual({
      integrity: 'ok',
      rows: COUNT,
      distinct: COUNT,
      largest: COUNT,
      summed: COUNT,
    });
  }, 60_000);

  it('lose nothing to a kill -9 but the last batch, and the next start is clean', async () => {
    const path = join(folder, 'history.sqlite');
    const { recorded, unwritten } = await write(path, COUNT / 2);
    expect(recorded).toBeGreaterThanOrEqual(COUNT / 2);
    const left = contents(path);
    expect(left.integrity).toBe('ok');
    expect(left.rows).toBeGreaterThanOrEqual(recorded - unwritten);
    // No hole: what is missing is the end.
    expect(left).toMatchObject({
      distinct: left.rows,
      largest: left.rows,
      summed: left.rows,
    });

    const next = await write(path);
    expect(next.lastLine).toBe('closed []');
    expect(next.stderr).toBe('');
    expect(contents(path)).toMatchObject({
      integrity: 'ok',
      rows: left.rows + COUNT,
      summed: left.rows + COUNT,
    });
  }, 60_000);
});
