import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleShell } from './build.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
let folder: string;

beforeAll(async () => {
  // Outside of the repository: nothing of its node_modules can be found from there.
  folder = await mkdtemp(join(tmpdir(), 'reprise-bundle-'));
  await bundleShell(root, join(folder, 'dist'));
  await mkdir(join(folder, 'dist', 'renderer'), { recursive: true });
  await writeFile(join(folder, 'dist', 'renderer', 'index.html'), '<!doctype html>');
  await build({
    absWorkingDir: root,
    entryPoints: ['electron/shell/testing/stand-in-program.ts'],
    outfile: join(folder, 'node_modules', 'electron', 'index.js'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
  });
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

describe('the built main program', () => {
  it('needs nothing beside itself but Electron, runs the demo and ends with 0', async () => {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [join(folder, 'dist', 'shell', 'main.cjs'), '--demo', `--data-dir=${join(folder, 'own')}`],
      { env: { APP_PATH: folder }, timeout: 30_000 },
    );
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^\d+ connections are idle\n$/);
  }, 40_000);
});

describe('the built reader of authorities', () => {
  it('needs nothing beside itself, and tells what Node trusts', async () => {
    const child = fork(join(folder, 'dist', 'shell', 'authorities-process.cjs'), { execArgv: [] });
    const [told] = (await once(child, 'message')) as unknown[];
    expect(told).toMatchObject({ own: expect.arrayContaining([rootCertificates[0]]) as unknown });
    await once(child, 'exit');
  });
});

describe('the built preload', () => {
  it('is one file that loads Electron and nothing else, as the sandbox demands', async () => {
    const code = await readFile(join(folder, 'dist', 'shell', 'preload.cjs'), 'utf8');
    const required = [...code.matchAll(/\brequire\(([^)]*)\)/g)].map(([, name]) => name);
    expect(required).toEqual(['"electron"']);
    expect(code).not.toMatch(/\bimport\s*\(/);
  });
});
