/**
 * `npm run mutants [-- --check] [ID ...]`: puts each mutant of `mutants.json`, or each one named, into
 * a temporary copy of the tree and runs the unit tests that must notice it. `--check` only looks
 * whether all of them apply. Ends with `N red, M green`; exit code 1 where one is not red or does not
 * apply.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { REPOSITORY } from '../fixtures/program/repository.ts';
import { mutate, MUTANTS, whyNotApplicable, type Mutant } from './mutants.ts';

/** A machine of two cores is what it is run on. */
const COPIES = 2;
/** Far more than the tests of a mutant take: a run that goes on for longer hangs, which is not red. */
const RUN_LIMIT_MS = 120_000;

const VITEST = join(REPOSITORY, 'node_modules', 'vitest', 'vitest.mjs');

const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const say = (line: string) => process.stdout.write(`${line}\n`);

/** The tree as it is now, what is not committed included; packages are linked. */
async function copyTree(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-mutants-'));
  const listed = execFileSync('git', ['ls-files', '-coz', '--exclude-standard'], {
    cwd: REPOSITORY,
    encoding: 'utf8',
  });
  for (const path of new Set(listed.split('\0'))) {
    const from = join(REPOSITORY, path);
    // A file that was deleted is listed until that is committed.
    if (path !== '' && existsSync(from)) await cp(from, join(folder, path));
  }
  await symlink(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'), 'dir');
  return folder;
}

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});

/**
 * What became of a run. Only tests that failed are red: where it fails and a file has none of those,
 * as one that cannot be loaded, it is `broken`.
 */
type Result = 'red' | 'green' | 'broken' | 'hangs';

/** @returns `red` where each of these files has a test that failed */
async function runTests(
  folder: string,
  tests: readonly string[],
  limitMs: number,
): Promise<Result> {
  const path = join(folder, 'mutants-report.json');
  await rm(path, { force: true });
  // A test that waits for ever is red by its own limit, well before the run's.
  const limits = ['--testTimeout=20000', '--hookTimeout=20000'];
  const options = ['--config=.config/vitest.ts', '--project=unit', '--maxWorkers=1', ...limits];
  const child = spawn(
    process.execPath,
    [VITEST, 'run', ...options, '--reporter=json', `--outputFile=${path}`, ...tests],
    { cwd: folder, stdio: 'ignore', timeout: limitMs, killSignal: 'SIGKILL' },
  );
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === null) return 'hangs';
  if (code === 0) return 'green';
  if (!existsSync(path)) return 'broken';
  const { testResults } = reportSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  const hasFailed = (test: string) =>
    testResults.some(
      ({ name, assertionResults }) =>
        name.endsWith(`/${test}`) && assertionResults.some(({ status }) => status === 'failed'),
    );
  return tests.every(hasFailed) ? 'red' : 'broken';
}

async function runMutant(folder: string, mutant: Mutant): Promise<Result> {
  const path = join(folder, mutant.file);
  const text = await readFile(path, 'utf8');
  await writeFile(path, mutate(text, mutant));
  try {
    return await runTests(folder, mutant.tests, RUN_LIMIT_MS);
  } finally {
    await writeFile(path, text);
  }
}

/** @returns how many are red, and how many are not, for whatever reason */
async function runAll(mutants: readonly Mutant[]): Promise<{ red: number; green: number }> {
  const folders = await Promise.all(Array.from({ length: COPIES }, copyTree));
  const [first = ''] = folders;
  const sum = { red: 0, green: 0 };
  try {
    const tests = [...new Set(mutants.flatMap((mutant) => mutant.tests))];
    const unchanged = await runTests(first, tests, tests.length * RUN_LIMIT_MS);
    if (unchanged !== 'green') throw new Error(`Without a mutant the tests are ${unchanged}.`);
    const queue = [...mutants];
    const work = async (folder: string): Promise<void> => {
      for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
        const startedAt = performance.now();
        const result = await runMutant(folder, mutant);
        sum[result === 'red' ? 'red' : 'green'] += 1;
        const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(5);
        say(`${result.padEnd(6)} ${seconds} s  ${mutant.room.padEnd(13)}  ${mutant.id}`);
      }
    };
    await Promise.all(folders.map(work));
  } finally {
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true })));
  }
  return sum;
}

const unknown = positionals.filter((id) => !MUTANTS.some((mutant) => mutant.id === id));
const chosen = MUTANTS.filter(({ id }) => positionals.length === 0 || positionals.includes(id));
const inapplicable = chosen.flatMap((mutant) => {
  const why = whyNotApplicable(mutant, REPOSITORY);
  return why === null ? [] : [`${mutant.id} does not apply: ${why}.`];
});
for (const line of [...unknown.map((id) => `There is no mutant ${id}.`), ...inapplicable])
  say(line);
if (unknown.length > 0 || inapplicable.length > 0) {
  process.exitCode = 1;
} else if (values.check) {
  say(`${chosen.length} apply`);
} else {
  const { red, green } = await runAll(chosen);
  say(`${red} red, ${green} green`);
  process.exitCode = green === 0 ? 0 : 1;
}
