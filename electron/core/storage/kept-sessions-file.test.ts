import { chmod, link, mkdir, readdir, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { KEPT_SESSIONS_FILE, keptSessionsFile, machineName } from './kept-sessions-file.ts';

/** Beside it lie the user's other files, which are nobody's business here. */
async function folderWith(prepare: (path: string) => unknown) {
  const folder = await temporaryFolder();
  const path = join(folder.path, KEPT_SESSIONS_FILE);
  await writeFile(join(folder.path, 'secrets.json'), 'kept', { mode: 0o600 });
  await prepare(path);
  return {
    file: keptSessionsFile(folder.path),
    path,
    names: () => readdir(folder.path),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

const nothing = () => undefined;

describe('the file of the kept sessions', () => {
  it('is for the user alone, and whole', async () => {
    await using folder = await folderWith(nothing);
    await folder.file.write(Buffer.from('one'));
    await folder.file.write(Buffer.from('two'));
    expect((await stat(folder.path)).mode & 0o777).toBe(0o600);
    expect(await folder.file.take()).toEqual({ kind: 'content', content: Buffer.from('two') });
  });

  it('is gone once it was taken', async () => {
    await using folder = await folderWith((path) => writeFile(path, 'x', { mode: 0o600 }));
    expect(await folder.file.take()).toMatchObject({ kind: 'content' });
    expect(await folder.names()).toEqual(['secrets.json']);
    expect(await folder.file.take()).toEqual({ kind: 'nothing' });
  });

  it('is nothing where there is no folder', async () => {
    await using folder = await folderWith(nothing);
    const missing = keptSessionsFile(join(folder.path, 'no', 'such'));
    expect(await missing.take()).toEqual({ kind: 'nothing' });
    await missing.remove();
  });

  it.each([
    [
      'that others can read',
      (path: string) => writeFile(path, 'x', { mode: 0o644 }),
      'other users',
    ],
    [
      'that others could write',
      async (path: string) => {
        await writeFile(path, 'x');
        await chmod(path, 0o620);
      },
      'other users',
    ],
    [
      'that is huge',
      async (path: string) => {
        await writeFile(path, '', { mode: 0o600 });
        // Sparse: it takes no room.
        await truncate(path, 2 ** 40);
      },
      'too large',
    ],
    [
      'that is a link',
      (path: string) => symlink(join(path, '..', 'secrets.json'), path),
      'a link, not a file',
    ],
  ])('%s is not used, and goes', async (_, prepare, why) => {
    await using folder = await folderWith(prepare);
    expect(await folder.file.take()).toMatchObject({
      kind: 'unusable',
      why: expect.stringContaining(why) as unknown,
    });
    expect(await folder.names()).toEqual(['secrets.json']);
    await folder.file.write(Buffer.from('new'));
    expect(await folder.file.take()).toMatchObject({ kind: 'content' });
  });

  it('that is somebody’s socket is not used, and goes', async () => {
    await using folder = await folderWith(nothing);
    const socket = createServer().listen(folder.path);
    await once(socket, 'listening');
    expect(await folder.file.take()).toEqual({
      kind: 'unusable',
      why: 'it is a socket, not a file',
    });
    expect(await folder.names()).toEqual(['secrets.json']);
    socket.close();
    await once(socket, 'close');
  });

  it('is not used where it cannot be removed: a later start would use it again', async () => {
    await using folder = await folderWith((path) => writeFile(path, 'x', { mode: 0o600 }));
    const refused = Object.assign(new Error('read-only'), { code: 'EROFS' });
    const file = keptSessionsFile(dirname(folder.path), () => Promise.reject(refused));
    expect(await file.take()).toEqual({
      kind: 'unusable',
      why: 'it cannot be removed (EROFS)',
    });
    await expect(file.remove()).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('Delete this file') as unknown,
      cause: refused,
    });
  });

  it('leaves a folder in its place alone, with what is in it', async () => {
    await using folder = await folderWith((path) =>
      mkdir(join(path, 'somebody’s'), { recursive: true }),
    );
    expect(await folder.file.take()).toEqual({
      kind: 'unusable',
      why: 'it is a folder, not a file',
    });
    await expect(folder.file.write(Buffer.from('x'))).rejects.toThrow(folder.path);
    await folder.file.remove();
    expect(await readdir(folder.path)).toEqual(['somebody’s']);
  });

  it('goes together with what a killed program had not finished', async () => {
    await using folder = await folderWith(async (path) => {
      await writeFile(path, 'x', { mode: 0o600 });
      await link(path, `${path}.00000000-0000-4000-8000-000000000000.unfinished`);
      await link(path, `${path}.somebody’s`);
    });
    await folder.file.remove();
    expect(await folder.names()).toEqual([`${KEPT_SESSIONS_FILE}.somebody’s`, 'secrets.json']);
  });
});

describe('the machine', () => {
  it('has one name', async () => {
    expect(await machineName()).toBe(await machineName());
    expect((await machineName()).trim()).not.toBe('');
  });
});
