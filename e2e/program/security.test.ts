import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY } from '../fixtures/program/repository.ts';

/** A test that SECURITY.md names: its file and its title. */
const REFERENCE = /\[`([^`]+)`\]\(\1\) “([^”]+)”/g;

let text: string;
beforeAll(async () => {
  text = await readFile(join(REPOSITORY, 'SECURITY.md'), 'utf8');
});

describe('the threat model', () => {
  it('names a test for every defence, and each of them is there under that name', async () => {
    const missing: string[] = [];
    for (const [, file = '', name = ''] of text.matchAll(REFERENCE)) {
      const source = await readFile(join(REPOSITORY, file), 'utf8').catch(() => '');
      const isThere = [`'${name}'`, `\`${name}\``, `"${name}"`].some((it) => source.includes(it));
      if (!isThere) missing.push(`${file}: ${name}`);
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
});
