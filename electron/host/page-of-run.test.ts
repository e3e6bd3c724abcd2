import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { PageFile } from '../build/page.ts';
import { pageOfRun } from './page-of-run.ts';

const file = (text: string): PageFile => ({
  bytes: Uint8Array.from(Buffer.from(text)),
  contentType: 'text/plain',
  cacheControl: 'public, max-age=31536000, immutable',
});
const built = new Map([
  [
    '/',
    file(
      '<title>Reprise</title><link rel="icon" href="./assets/icon.svg" />' +
        '<script type="module" src="./assets/main.js"></script>' +
        '<link rel="modulepreload" href="./assets/part.js"><link rel="stylesheet" href="./assets/main.css">',
    ),
  ],
  ['/assets/main.js', file('main')],
  ['/assets/part.js', file('part')],
  ['/assets/later.js', file('later')],
  ['/assets/main.css', file('css')],
  ['/assets/icon.svg', file('<svg/>')],
]);
const sri = (text: string) => `sha384-${createHash('sha384').update(text).digest('base64')}`;

function run() {
  const { page, scriptHashes } = pageOfRun(built);
  const html = new TextDecoder().decode(page.get('/')?.bytes);
  const [, folder = ''] = /src="(\/[\da-f]{32})\/assets\/main\.js"/.exec(html) ?? [];
  return { page, scriptHashes, html, folder };
}

describe('the page of a run', () => {
  it('has its files where no other run, and no other program, has had any', () => {
    const [one, other] = [run(), run()];
    expect(one.folder).not.toBe('');
    expect(one.folder).not.toBe(other.folder);
    for (const path of built.keys()) {
      if (path === '/') continue;
      expect(one.page.get(path)).toBeUndefined();
      expect(other.page.get(one.folder + path)).toBeUndefined();
      expect(one.page.get(one.folder + path)).toEqual({
        ...built.get(path),
        cacheControl: 'no-store',
      });
    }
    expect(one.html).not.toContain('"./');
  });

  it('names the hash of every script and style that it loads, now or later', () => {
    const { html, folder } = run();
    for (const [attribute, name, text] of [
      ['src', 'main.js', 'main'],
      ['href', 'part.js', 'part'],
      ['href', 'main.css', 'css'],
    ]) {
      expect(html).toContain(
        `${attribute}="${folder}/assets/${name}" integrity="${sri(text ?? '')}"`,
      );
    }
    const [, table = ''] = /<script type="importmap">(.*?)<\/script>/.exec(html) ?? [];
    expect(JSON.parse(table)).toEqual({
      integrity: Object.fromEntries(
        ['main', 'part', 'later'].map((name) => [`${folder}/assets/${name}.js`, sri(name)]),
      ),
    });
    // Before any script, or browsers go without it.
    expect(html.indexOf('importmap')).toBeLessThan(html.indexOf('type="module"'));
  });

  it('has nothing inline but what its policy is told the hash of', () => {
    const { html, scriptHashes } = run();
    const inline = [...html.matchAll(/<script(?![^>]*\bsrc=)[^>]*>(.*?)<\/script>/g)];
    const hashes = inline.map(([, text = '']) => {
      return `sha256-${createHash('sha256').update(text).digest('base64')}`;
    });
    expect(hashes).toEqual(scriptHashes);
    expect(hashes).toHaveLength(1);
  });
});
