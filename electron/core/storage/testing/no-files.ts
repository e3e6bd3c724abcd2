/** What may lie in the place of a file, put there by whoever could write the folder once. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { expect } from 'vitest';

/**
 * Each with its name, and what puts it at a path. What that returns holds that nothing was done to it,
 * and takes away what belongs to it.
 */
export const NO_FILES: readonly (readonly [
  what: string,
  put: (path: string) => Promise<() => Promise<void>>,
])[] = [
  [
    // That leads to nothing: what is opened there is made.
    'a link, not a file',
    async (path) => {
      const target = targetOf(path);
      await symlink(target, path);
      return () => expect(stat(target)).rejects.toThrow('ENOENT');
    },
  ],
  [
    'a link, not a file',
    async (path) => {
      const target = targetOf(path);
      await writeFile(target, 'of somebody', { mode: 0o644 });
      await symlink(target, path);
      return async () => {
        expect(await readFile(target, 'utf8')).toBe('of somebody');
        expect((await stat(target)).mode & 0o777).toBe(0o644);
        await rm(target);
      };
    },
  ],
  [
    'a pipe, not a file',
    (path) => {
      execFileSync('mkfifo', [path]);
      return Promise.resolve(() => Promise.resolve());
    },
  ],
  [
    'a socket, not a file',
    async (path) => {
      const socket = createServer().listen(path);
      await once(socket, 'listening');
      return async () => {
        // Which removes it.
        socket.close();
        await once(socket, 'close');
        await writeFile(path, '');
      };
    },
  ],
  [
    'a folder, not a file',
    async (path) => {
      await mkdir(path);
      return () => Promise.resolve();
    },
  ],
];

/** Beside it, under a name that is none of ours. */
function targetOf(path: string): string {
  return join(dirname(path), `of-somebody-${basename(path)}`);
}
