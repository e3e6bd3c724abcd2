import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildIfStale, buildPart } from './build.ts';

let root: string;
let built = 0;
const part = {
  name: 'renderer' as const,
  sources: ['source', 'lock'],
  build: () => {
    built += 1;
    return Promise.resolve();
  },
};

beforeEach(async () => {
  built = 0;
  root = await mkdtemp(join(tmpdir(), 'reprise-build-'));
  await mkdir(join(root, 'source', 'deep'), { recursive: true });
  await writeFile(join(root, 'source', 'deep', 'a.ts'), 'one');
  await writeFile(join(root, 'lock'), '1');
});
afterEach(() => rm(root, { recursive: true }));

describe('building what is stale', () => {
  it('builds once, and not again while nothing has changed', async () => {
    expect(await buildIfStale(root, part)).toBe(true);
    expect(await buildIfStale(root, part)).toBe(false);
    expect(built).toBe(1);
  });

  it.each([
    ['a file changed', ['source', 'deep', 'a.ts'], 'two'],
    ['a file came', ['source', 'b.ts'], ''],
    ['a dependency changed', ['lock'], '2'],
  ])('builds again when %s', async (_, path, text) => {
    await buildIfStale(root, part);
    await writeFile(join(root, ...path), text);
    expect(await buildIfStale(root, part)).toBe(true);
  });

  it('does not mind tests', async () => {
    await buildIfStale(root, part);
    await writeFile(join(root, 'source', 'a.test.ts'), '');
    expect(await buildIfStale(root, part)).toBe(false);
  });

  it('builds again after a build that failed', async () => {
    const failing = { ...part, build: () => Promise.reject(new Error('broken')) };
    await expect(buildIfStale(root, failing)).rejects.toThrow('broken');
    expect(await buildIfStale(root, part)).toBe(true);
  });

  it('builds whatever it is told to', async () => {
    await buildPart(root, part);
    await buildPart(root, part);
    expect(built).toBe(2);
  });
});
