import { watch } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openBrowser, openCommand } from './open-browser.ts';

describe('opening the browser', () => {
  it('uses what each platform has for it, and never a shell', () => {
    expect(openCommand('darwin')).toEqual(['open']);
    expect(openCommand('win32')).toEqual(['rundll32', 'url.dll,FileProtocolHandler']);
    expect(openCommand('linux')).toEqual(['xdg-open']);
  });

  it('hands the address over whole', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'reprise-browser-'));
    await writeFile(
      join(folder, 'xdg-open'),
      `#!/bin/sh\necho "$@" > ${folder}/part && mv ${folder}/part ${folder}/opened\n`,
    );
    await chmod(join(folder, 'xdg-open'), 0o755);
    vi.stubEnv('PATH', `${folder}:${process.env['PATH'] ?? ''}`);
    const { promise: opened, resolve } = Promise.withResolvers<void>();
    // Watches from here on: the program may be done before anybody waits for it.
    const watcher = watch(folder, (_, name) => {
      if (name === 'opened') resolve();
    });
    openBrowser('file:///a&b;c.html', () => undefined, 'linux');
    await opened;
    watcher.close();
    expect(await readFile(join(folder, 'opened'), 'utf8')).toBe('file:///a&b;c.html\n');
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  it.each([
    ['no such program', null],
    ['a program that finds no browser', '#!/bin/sh\nexit 3\n'],
  ])('says so where there is %s', async (_, program) => {
    const folder = await mkdtemp(join(tmpdir(), 'reprise-browser-'));
    if (program !== null) await writeFile(join(folder, 'xdg-open'), program, { mode: 0o755 });
    vi.stubEnv('PATH', folder);
    const onFailure = vi.fn<() => void>();
    openBrowser('file:///x.html', onFailure, 'linux');
    await expect.poll(() => onFailure.mock.calls.length).toBe(1);
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });
});
