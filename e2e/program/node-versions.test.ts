/**
 * The session cache on the release of Node 24 before sessions were wrapped; `npm test` itself runs
 * it on the newest one.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { LAST_WITH_BARE_SESSIONS, nodeRelease } from '../fixtures/program/node-releases.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FILES = ['transport/verification', 'transport/pin', 'cache/rules', 'session-format'];

describe(`on Node ${LAST_WITH_BARE_SESSIONS}, with bare sessions`, () => {
  it('every attack on verification fails, and every rule holds', () => {
    const binary = nodeRelease(LAST_WITH_BARE_SESSIONS);
    const version = spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout.trim();
    expect(version).toBe(`v${LAST_WITH_BARE_SESSIONS}`);
    const folder = mkdtempSync(join(tmpdir(), 'reprise-node-'));
    const reportFile = join(folder, 'report.json');
    const { status, stdout, stderr } = spawnSync(
      binary,
      [
        'node_modules/vitest/vitest.mjs',
        'run',
        '--config=.config/vitest.ts',
        '--project=unit',
        '--reporter=json',
        `--outputFile=${reportFile}`,
        ...FILES.map((name) => `electron/core/tls/${name}.test.ts`),
      ],
      { cwd: ROOT, encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(stdout + stderr);
    const report = JSON.parse(readFileSync(reportFile, 'utf8')) as {
      numPassedTests: number;
      numTotalTests: number;
    };
    expect(report.numPassedTests).toBe(report.numTotalTests);
    expect(report.numTotalTests).toBeGreaterThan(30);
    rmSync(folder, { recursive: true });
  }, 120_000);
});
