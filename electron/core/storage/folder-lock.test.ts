import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NO_FILES } from './testing/no-files.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { LOCK_FILE, lockFolder } from './folder-lock.ts';

/** Another process that holds the lock of `folder` until it is killed. */
async function holder(folder: string) {
  const program = `
    const { lockFolder } = await import(${JSON.stringify(new URL('folder-lock.ts', import.meta.url))});
    const lock = lockFolder(process.argv[1]);
    process.stdin.on('end', () => lock[Symbol.dispose]()).resume();
    process.stdout.write('locked');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [output] = (await Promise.race([once(child.stdout, 'data'), exited])) as [unknown];
  expect(String(output)).toBe('locked');
  return {
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    end: async () => {
      child.stdin.end();
      await exited;
    },
  };
}

const taken = /^Reprise is already running with the data folder .*\. Use its window, stop it, or /;

describe('the lock of a data folder', () => {
  it('keeps out everyone else until it is given back', async () => {
    await using folder = await temporaryFolder();
    {
      using lock = lockFolder(folder.path);
      expect(lock).toBeDefined();
      expect(() => lockFolder(folder.path)).toThrow(taken);
      expect(() => lockFolder(folder.path)).toThrow(taken);
    }
    using again = lockFolder(folder.path);
    expect(again).toBeDefined();
  });

  it('keeps out other processes, and ends with one that is killed', async () => {
    await using folder = await temporaryFolder();
    const other = await holder(folder.path);
    try {
      expect(() => lockFolder(folder.path)).toThrow(taken);
    } finally {
      await other.kill();
    }
    using lock = lockFolder(folder.path);
    expect(lock).toBeDefined();
  });

  it('ends with a process that gives it back', async () => {
    await using folder = await temporaryFolder();
    const other = await holder(folder.path);
    await other.end();
    using lock = lockFolder(folder.path);
    expect(lock).toBeDefined();
  });

  it('is a file that other users cannot open', async () => {
    await using folder = await temporaryFolder();
    using lock = lockFolder(folder.path);
    expect(lock).toBeDefined();
    expect((await stat(join(folder.path, LOCK_FILE))).mode & 0o777).toBe(0o600);
  });

  it.each(NO_FILES)('is not looked for through or in %s', async (what, put) => {
    await using folder = await temporaryFolder();
    for (const name of [LOCK_FILE, `${LOCK_FILE}-journal`]) {
      const path = join(folder.path, name);
      const undo = await put(path);
      expect(() => lockFolder(folder.path)).toThrow(
        `The data folder ${folder.path} cannot be locked: ${path} is ${what}. ` +
          'Remove that, or choose another folder with --data-dir DIR.',
      );
      await undo();
      await rm(path, { recursive: true });
    }
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('says what to do where something else is in its place', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, LOCK_FILE), 'This is no lock of ours.');
    expect(() => lockFolder(folder.path)).toThrow(
      `The data folder ${folder.path} cannot be locked: reprise.lock in it is not of Reprise. ` +
        'Remove it, or choose another folder with --data-dir DIR.',
    );
  });
});
