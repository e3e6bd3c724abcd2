import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadBuiltPage } from './built-page.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-page-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the built page', () => {
  it('serves the index at the root, never cached, and hashed files for ever', async () => {
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'index.html'), '<!doctype html>');
    await writeFile(join(folder, 'assets', 'main-4f2a.js'), 'run()');

    const page = await loadBuiltPage(folder);

    expect([...page.keys()].sort()).toEqual(['/', '/assets/main-4f2a.js']);
    expect(page.get('/')).toMatchObject({
      contentType: 'text/html; charset=utf-8',
      cacheControl: 'no-store',
    });
    expect(page.get('/assets/main-4f2a.js')).toMatchObject({
      contentType: 'text/javascript; charset=utf-8',
      cacheControl: 'public, max-age=31536000, immutable',
    });
  });

  it('does not follow symbolic links, nor serve files of unknown type', async () => {
    await writeFile(join(folder, 'index.html'), '');
    await symlink('/etc/passwd', join(folder, 'passwd.js'));
    await writeFile(join(folder, 'settings.pem'), 'secret');

    expect([...(await loadBuiltPage(folder)).keys()]).toEqual(['/']);
  });

  it.each(['', 'missing'])('says how to build the interface where it is not (%j)', async (name) => {
    await expect(loadBuiltPage(join(folder, name))).rejects.toThrow('Run "npm run build"');
  });
});
