import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ThemeChoice } from '../../shared/settings.ts';
import type { PageFile } from './built-page.ts';
import { themedPage } from './themed-page.ts';

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
