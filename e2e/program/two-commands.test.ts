/** The npm scripts where `npm ci` has brought no Node: on the machine's own, or one line. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeRelease } from '../fixtures/program/node-releases.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const NEW_ENOUGH = '26.10.0';
const TOO_OLD = '22.22.3';

/** The project with an empty `node_modules`. */
let project: string;
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'reprise-project-'));
  mkdirSync(join(project, 'node_modules/.bin'), { recursive: true });
  mkdirSync(join(project, 'electron/build'), { recursive: true });
  for (const name of ['package.json', 'electron/build/node.cjs']) {
    copyFileSync(join(ROOT, name), join(project, name));
  }
  symlinkSync(join(ROOT, 'electron/cli'), join(project, 'electron/cli'), 'junction');
  // npm may have to fetch them.
  for (const own of [NEW_ENOUGH, TOO_OLD]) nodeRelease(own);
}, 300_000);
afterAll(() => {
  rmSync(project, { recursive: true });
});

/** `npm run check -- --help` on a machine that has Node `own`. */
function check(own: string) {
  const PATH = [dirname(nodeRelease(own)), process.env['PATH']].join(delimiter);
  const { status, stdout, stderr } = spawnSync(
    'npm',
    ['run', '--silent', 'check', '--', '--help'],
    {
      cwd: project,
      encoding: 'utf8',
      env: { ...process.env, PATH },
      shell: process.platform === 'win32',
    },
  );
  return { status, stdout, stderr };
}

describe('an npm script, with an empty node_modules/.bin/node', () => {
  it('runs on the machine’s own Node where that is new enough', () => {
    const { status, stdout } = check(NEW_ENOUGH);
    expect(stdout).toContain('npm run check -- ');
    expect(status).toBe(0);
  });

  it('says what to install where it is not, in one line, and ends with 1', () => {
    const { status, stdout, stderr } = check(TOO_OLD);
    expect(stderr).toMatch(/^Reprise needs Node 24 [^\n]*install Node 24 [^\n]* 22\.22\.3\.\n$/);
    expect(stdout).toBe('');
    expect(status).toBe(1);
  });
});
