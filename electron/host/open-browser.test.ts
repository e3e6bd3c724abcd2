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

  it('hands the link over whole', async () => {
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
    openBrowser('http://127.0.0.1:1/#token=a&b;c', 'linux');
    await opened;
    watcher.close();
    expect(await readFile(join(folder, 'opened'), 'utf8')).toBe(
      'http://127.0.0.1:1/#token=a&b;c\n',
    );
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });
});
