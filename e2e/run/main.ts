/**
 * `npm test [-- PATTERN ...]`: set-up, types, lint, unit and integration tests, end-to-end specs, in
 * this order, or the tests alone whose path holds a pattern. Goes on after a failure, so that one
 * run shows everything; the last line is the sum.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from '../fixtures/program/repository.ts';
import { add, nothing, readReport, summaryLine, type Tally } from './reports.ts';
import { stepsFor, type Step } from './steps.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

function runStep({ script, report, files = [] }: Step, folder: string): Tally {
  const reportFile = join(folder, `${script.replace(':', '-')}.json`);
  const reporters =
    report === 'vitest'
      ? ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
      : [];
  say(`\n=== ${script}`);
  const startedAt = performance.now();
  const ok = npmRun([script, '--', ...reporters, ...files], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: reportFile,
  });
  say(
    `=== ${script} ${ok ? 'ok' : 'FAILED'} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`,
  );
  const tally = report === undefined ? nothing : (readReport(readIfThere(reportFile)) ?? nothing);
  // A step may fail without a test of its own that failed: that is a failure too.
  return ok || tally.failed > 0 ? tally : add(tally, { ...nothing, failed: 1 });
}

function npmRun(args: readonly string[], env: NodeJS.ProcessEnv): boolean {
  const npm = process.env['npm_execpath'];
  if (npm === undefined) throw new Error('Run this by "npm test".');
  const { status } = spawnSync(process.execPath, [npm, 'run', '--silent', ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  return status === 0;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

const patterns = process.argv.slice(2);
const steps = stepsFor(REPOSITORY, patterns);
if (steps.length === 0) {
  say(`No test's path holds ${patterns.map((pattern) => `"${pattern}"`).join(' or ')}.`);
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), 'reprise-test-'));
const sum = steps.map((step) => runStep(step, folder)).reduce(add, nothing);
rmSync(folder, { recursive: true });
say('');
if (sum.passed === 0 && sum.failed === 0) say('Nothing was tested.');
say(summaryLine(sum));
process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1;
