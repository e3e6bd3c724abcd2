import { mkdir, mkdtemp, rm, symlink, writeFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ThemeChoice } from '../../shared/settings.ts';
import { loadBuiltPage } from './page.ts';
import type { PageFile } from './page.ts';
import { themedPage } from './page.ts';

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

const SOURCE = join(import.meta.dirname, '..', '..', 'renderer', 'index.html');

function file(text: string): PageFile {
  return {
    bytes: new TextEncoder().encode(text),
    contentType: 'text/html; charset=utf-8',
    cacheControl: 'no-store',
  };
}

const textOf = (found: PageFile | undefined) => new TextDecoder().decode(found?.bytes);

describe('the page in its theme', () => {
  it('is marked with the choice of the moment, and as it was built for the system’s', async () => {
    const built = await readFile(SOURCE, 'utf8');
    let theme: ThemeChoice = 'system';
    const page = themedPage(new Map([['/', file(built)]]), () => theme);
    expect(textOf(page.get('/'))).toBe(built);
    theme = 'dark';
    expect(textOf(page.get('/'))).toContain('<html lang="en" data-theme="dark">');
    theme = 'light';
    expect(textOf(page.get('/'))).toContain('<html lang="en" data-theme="light">');
    expect(page.get('/')).toMatchObject({ cacheControl: 'no-store' });
  });

  it('serves every other file as it is, and nothing that was not there', () => {
    const script = file('run()');
    const page = themedPage(
      new Map([
        ['/', file('<html lang="en">')],
        ['/assets/a.js', script],
      ]),
      () => 'dark',
    );
    expect(page.get('/assets/a.js')).toBe(script);
    expect(page.get('/index.html')).toBeUndefined();
  });
});
