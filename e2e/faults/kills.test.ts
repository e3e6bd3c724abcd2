/**
 * `kill -9` at random moments of writing: what was said to be done is there at the next start, and
 * everything can be read. A failure names the seed; `KILLS_SEED` repeats it, as far as processes can
 * be repeated.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../electron/core/storage/testing/temporary-folder.ts';
import { seededRandom, type Random } from '../fixtures/program/random.ts';
import { ACCOUNTS, KillModel, type Said } from './kill-model.ts';
import { readStored } from './stored.ts';

const KILLS = 200;
/** Each begins with an empty folder, so that also the making of every file is interrupted. */
const FOLDERS = 10;
/** In lines that the writer says: some lives end at once. */
const LONGEST_LIVES = [3, 30, 120] as const;
/** One life in so many does not end before the history has written something. */
const HISTORIAN = 4;
const WRITER = fileURLToPath(new URL('kill-writer.ts', import.meta.url));
const HISTORY_WORKER = fileURLToPath(
  new URL('../../electron/core/history/worker.ts', import.meta.url),
);
const IDS = Array.from({ length: ACCOUNTS }, (_, index) => `account-${index}`);
const seed = Number(process.env['KILLS_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));

let built: Awaited<ReturnType<typeof temporaryFolder>>;
/** In one file each, as in Electron: two hundred starts from source would take four times as long. */
beforeAll(async () => {
  built = await temporaryFolder();
  const common = { bundle: true, platform: 'node', target: 'node24', outdir: built.path } as const;
  await build({
    ...common,
    format: 'esm',
    entryPoints: { writer: WRITER },
    outExtension: { '.js': '.mjs' },
    // For packages that are CommonJS.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  await build({
    ...common,
    format: 'cjs',
    entryPoints: { 'history-worker': HISTORY_WORKER },
    outExtension: { '.js': '.cjs' },
  });
});
afterAll(() => built[Symbol.asyncDispose]());

/** One life of the writer. It dies some µs after one of its lines; what it said is heard to the end. */
async function killOnce(
  folder: string,
  random: Random,
  model: KillModel,
  isHistorian: boolean,
): Promise<string> {
  const args = [join(built.path, 'writer.mjs'), folder, String(random.whole(2 ** 31))];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const writtenBefore = model.written;
  // Counted from the first line: before it, nothing is written.
  let left = 1 + random.whole(random.pick(LONGEST_LIVES));
  const spins = random.whole(200_000);
  let stderr = '';
  let rest = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      model.hear(JSON.parse(line) as Said);
      if (!isHistorian || model.written > writtenBefore) left -= 1;
      if (left === 0) {
        // A moment within a write, and not only the one after a line.
        for (let spin = 0; spin < spins; spin += 1) Math.sqrt(spin);
        child.kill('SIGKILL');
      }
    }
  });
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  return signal === 'SIGKILL' ? stderr : `It ended by itself.\n${stderr}`;
}

describe('what was saved', () => {
  it.each(Array.from({ length: FOLDERS }, (_, index) => index))(
    `is there after each of ${KILLS / FOLDERS} kills of a program that writes (folder %i, seed ${seed})`,
    async (index) => {
      const random = seededRandom(seed + index);
      await using folder = await temporaryFolder();
      const model = new KillModel();
      model.found(new Map([['settings', '365 system']]));
      for (let kill = 0; kill < KILLS / FOLDERS; kill += 1) {
        const isHistorian = kill % HISTORIAN === 0;
        expect(await killOnce(folder.path, random, model, isHistorian)).toBe('');
        const { values, handshakes, askedFor, problems } = await readStored(folder.path, IDS);
        expect(problems).toEqual([]);
        // What the dead one had begun does not stay behind.
        const names = await readdir(folder.path);
        expect(names.filter((name) => name.includes('.unfinished'))).toEqual([]);
        // Nothing is lost, nothing comes back, and nothing is there that was never written.
        const strange = [...values].filter(([name, value]) => !model.possible(name).has(value));
        expect(strange).toEqual([]);
        // Each account has a password for the very server that it has, or none is sent there.
        const accounts = IDS.filter((id) => values.get(`label ${id}`) !== null);
        const without = accounts.filter((id) => values.get(`password ${id}`) === null);
        expect(without).toEqual(askedFor);
        const astray = accounts.filter((id) => {
          const password = values.get(`password ${id}`) ?? null;
          return password !== null && !password.endsWith(` for ${values.get(`host ${id}`)}`);
        });
        expect(astray).toEqual([]);
        expect(handshakes.last).toBeGreaterThanOrEqual(model.written);
        // No hole and nothing twice: what is missing is the end.
        expect(handshakes).toMatchObject({
          integrity: 'ok',
          rows: handshakes.last,
          distinct: handshakes.last,
        });
        model.found(values);
      }
      // It did write: a kill before any change would prove nothing.
      expect(model.changes).toBeGreaterThan(KILLS / FOLDERS);
      expect(model.written).toBeGreaterThan(0);
      const left = await readdir(folder.path);
      expect(left.filter((name) => name.includes('.corrupt-'))).toEqual([]);
    },
    300_000,
  );
});
