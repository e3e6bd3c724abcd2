/**
 * `npm test`: set-up, types, lint, unit and integration tests, build, end-to-end specs, in this
 * order. Goes on after a failure, so that one run shows everything; the last line is the sum.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { add, nothing, readReport, summaryLine, type Tally } from './reports.ts';

interface Step {
  readonly script: string;
  /** Which runner's report there will be. */
  readonly report?: 'vitest' | 'playwright';
}

const STEPS: readonly Step[] = [
  { script: 'test:setup' },
  { script: 'types' },
  { script: 'lint' },
  { script: 'test:unit', report: 'vitest' },
  { script: 'test:integration', report: 'vitest' },
  { script: 'build' },
  { script: 'test:e2e', report: 'playwright' },
];

const say = (line: string) => process.stdout.write(`${line}\n`);

function runStep({ script, report }: Step, folder: string): Tally {
  const reportFile = join(folder, `${script.replace(':', '-')}.json`);
  const args =
    report === 'vitest'
      ? ['--', '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
      : [];
  say(`\n=== ${script}`);
  const startedAt = performance.now();
  const ok = npmRun([script, ...args], { PLAYWRIGHT_JSON_OUTPUT_FILE: reportFile });
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

const folder = mkdtempSync(join(tmpdir(), 'reprise-test-'));
const sum = STEPS.map((step) => runStep(step, folder)).reduce(add, nothing);
rmSync(folder, { recursive: true });
say('');
say(summaryLine(sum));
process.exitCode = sum.failed === 0 ? 0 : 1;
