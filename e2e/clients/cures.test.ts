/** The cures that the lab hands out: lines of programs, and these programs at the lab. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  CURE_LIBRARIES,
  CURE_SOURCES,
  CURED_FINDINGS,
  curesOf,
  type CureLibrary,
} from '../../shared/client-cures.ts';
import { temporaryFolder } from '../../electron/core/storage/testing/temporary-folder.ts';
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

/** imaplib as it is, which has no parameter for a session. */
const IMAPLIB = `
import imaplib, ssl, sys
for _ in range(9):
    box = imaplib.IMAP4_SSL(sys.argv[1], int(sys.argv[2]), ssl_context=ssl.create_default_context(cafile=sys.argv[3]))
    box.login('ann', 'secret')
    box.logout()
`;

describe.skipIf(!existsSync(PYTHON))('npm run check-client', () => {
  it(
    'tells with --cures what to write in the library that is named',
    async () => {
      await using folder = await temporaryFolder();
      const script = join(folder.path, 'imaplib-client.py');
      await writeFile(script, IMAPLIB);
      const command = `${PYTHON} ${script} {host} {port} {ca}`;
      const args = ['--data-dir', folder.path, '--port', '0', '--cures', 'python'];
      // A fault makes exit code 1.
      const ended = await run(
        process.execPath,
        ['electron/cli/check-client.ts', ...args, '--run', command],
        { cwd: ROOT, timeout: LIMIT_MS },
      ).catch((error: unknown) => error as { readonly code: number; readonly stdout: string });
      expect(ended).toMatchObject({ code: 1 });
      const { stdout } = ended;
      expect(stdout).toContain('never-offers (fault): ');
      const code = curesOf('never-offers')?.python.code ?? '';
      expect(lines(stdout)).toContain(lines(code));
    },
    LIMIT_MS,
  );
});
