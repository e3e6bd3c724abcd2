/** A disk that is small enough to be full, and can be made read-only: a tmpfs, mounted by root. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SIZE = '2m';
const FILLER = 'filler';
const BLOCK_BYTES = 4096;

/** Why no disk can be mounted here; `null` where one can. */
export function whyNoDisk(): string | null {
  try {
    new SmallDisk()[Symbol.dispose]();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export class SmallDisk implements Disposable {
  readonly path: string;
  #isReadOnly = false;

  /** @throws where mounting is not possible: it needs root, and a system that lets it */
  constructor() {
    this.path = mkdtempSync(join(tmpdir(), 'reprise-disk-'));
    try {
      run('mount', '-t', 'tmpfs', '-o', `size=${SIZE},mode=0700`, 'reprise-test', this.path);
    } catch (error) {
      rmdirSync(this.path);
      throw error;
    }
  }

  /** Leaves not one block free. */
  fill(): void {
    const block = Buffer.alloc(BLOCK_BYTES);
    try {
      for (;;) writeFileSync(join(this.path, FILLER), block, { flag: 'a' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  /** Takes away what {@link SmallDisk.fill} wrote. */
  free(): void {
    rmSync(join(this.path, FILLER));
  }

  /** Whatever is opened from now on cannot be written; what is open already can. */
  makeReadOnly(): void {
    run('mount', '--bind', this.path, this.path);
    run('mount', '-o', 'remount,bind,ro', this.path);
    this.#isReadOnly = true;
  }

  makeWritable(): void {
    unmount(this.path);
    this.#isReadOnly = false;
  }

  [Symbol.dispose](): void {
    if (this.#isReadOnly) this.makeWritable();
    unmount(this.path);
    rmdirSync(this.path);
  }
}

/** At once: a file that is being looked at this moment, by whomever, stays as it is until it is closed. */
function unmount(path: string): void {
  run('umount', '--lazy', path);
}

function run(command: string, ...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return;
  throw new Error(`"${command} ${args.join(' ')}" failed: ${error?.message ?? stderr.trim()}`);
}
