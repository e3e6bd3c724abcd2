/** The cures that the lab hands out: lines of programs, and these programs at the lab. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  CURE_LIBRARIES,
  CURE_SOURCES,
  CURED_FINDINGS,
  curesOf,
  type CureLibrary,
} from '../../shared/client-cures.ts';
import { atTheLab, faultsOf, notesOf } from './at-the-lab.ts';

const run = promisify(execFile);
const ROOT = new URL('../../', import.meta.url);
const LIMIT_MS = 120_000;
const PYTHON = '/usr/bin/python3';

/** Without what a line is indented by: that depends on where it stands. */
const lines = (code: string): string => code.trim().replaceAll(/^[ \t]+/gm, '');

describe.each(Object.keys(CURE_LIBRARIES) as CureLibrary[])('the cures for %s', (library) => {
  it.each(CURED_FINDINGS)('of %s are lines of programs that tests run', async (id) => {
    const sources = CURE_SOURCES[library].map((path) => readFile(new URL(path, ROOT), 'utf8'));
    const programs = (await Promise.all(sources)).map(lines);
    const code = lines(curesOf(id)?.[library].code ?? '');
    expect(code).not.toBe('');
    expect(programs.some((program) => program.includes(code))).toBe(true);
  });
});

it('is silent where there is nothing to cure', () => {
  expect(curesOf('resumes')).toBeNull();
});

/** Connections enough for the whole plan, in one process. */
const check = (command: string, script: string) =>
  atTheLab({}, async (lab, caFile) => {
    const port = String(lab.doorways[0]?.port ?? 0);
    await run(command, [script, 'localhost', port, caFile, '50'], {
      cwd: ROOT,
      timeout: LIMIT_MS,
    });
    expect(lab.isOver).toBe(true);
  });

describe('the programs of the cures', () => {
  it(
    'have no fault, in Node',
    async () => {
      const report = await check(process.execPath, 'e2e/clients/node/own-store.ts');
      expect(faultsOf(report)).toEqual([]);
      expect(notesOf(report)).toContain('resumes');
    },
    LIMIT_MS,
  );

  it.skipIf(!existsSync(PYTHON))(
    'have that of the library, in Python',
    async () => {
      const report = await check(PYTHON, 'e2e/clients/python/mailbox.py');
      expect(faultsOf(report)).toEqual(['every-second']);
      expect(notesOf(report)).toContain('resumes');
    },
    LIMIT_MS,
  );
});
