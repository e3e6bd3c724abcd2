/** What `SECURITY.md` says can be checked by looking: its tests, and what the program is made of. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY } from '../fixtures/program/repository.ts';

/** Tests that a table names: `[file]`, with its titles in quotes. */
const REFERENCE = /\[([\w.-]+\.(?:test|spec)\.ts)\]((?: “[^”]+”,?)+)/g;
/** Where a file that is named lies. */
const DEFINITION = /^\[([^\]]+)\]: (\S+)$/gm;

const read = (path: string) => readFile(join(REPOSITORY, path), 'utf8');

let text: string;
beforeAll(async () => {
  text = await read('SECURITY.md');
});

describe('the threat model', () => {
  it('names a test for every defence, and each of them is there under that name', async () => {
    const paths = new Map([...text.matchAll(DEFINITION)].map(([, name, path]) => [name, path]));
    const missing: string[] = [];
    for (const [, file = '', titles = ''] of text.matchAll(REFERENCE)) {
      const source = await read(paths.get(file) ?? file).catch(() => '');
      for (const [, title = ''] of titles.matchAll(/“([^”]+)”/g)) {
        const isThere = [`'${title}'`, `\`${title}\``, `"${title}"`].some((it) =>
          source.includes(it),
        );
        if (!isThere) missing.push(`${file}: ${title}`);
      }
    }
    expect(missing).toEqual([]);
  });

  it('has no defence in its tables without one', () => {
    const rows = text.split('\n').filter((line) => line.startsWith('|'));
    const tables = rows.slice(rows.findIndex((line) => line.includes('| test')));
    const without = tables.filter((row) => !row.match(REFERENCE) && !/^\| (?:-|defence)/.test(row));
    expect(tables.length).toBeGreaterThan(40);
    expect(without).toEqual([]);
  });

  it('says nothing twice', () => {
    const sentences = text
      .replaceAll(DEFINITION, '')
      .split(/(?<=[.:;?])\s|[|]|\n(?=[-#\n])/)
      .map((sentence) => sentence.replaceAll(/[\s*]+/g, ' ').trim())
      .filter((sentence) => sentence.split(' ').length > 2 && !/^\[|^“|^<!--/.test(sentence));
    const twice = sentences.filter((sentence, index) => sentences.indexOf(sentence) !== index);
    expect(sentences.length).toBeGreaterThan(80);
    expect(twice).toEqual([]);
  });
});

describe('the dependencies', () => {
  it('are pinned exactly, each with a line that says what it is for', async () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
      await read('package.json'),
    ) as Record<string, Record<string, string>>;
    const all = { ...dependencies, ...devDependencies, ...optionalDependencies };
    const loose = Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
    expect(loose).toEqual([]);
    const architecture = await read('ARCHITECTURE.md');
    const named = new Set(
      architecture
        .split('\n')
        .filter((line) => line.startsWith('|'))
        .flatMap((line) => [...line.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)),
    );
    expect(Object.keys(all).filter((name) => !named.has(name))).toEqual([]);
  });
});
