import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { accountsFormat } from '../accounts/account.ts';
import { openStored, readStored, type StoredFormat } from './stored-file.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

interface Notes {
  readonly notes: readonly string[];
}

/** Version 3: version 1 had one `text`, version 2 `texts`. */
const format: StoredFormat<Notes> = {
  fileName: 'notes.json',
  what: 'Your notes',
  advice: 'Write them again.',
  migrations: [
    (old) => ({ texts: [old['text']] }),
    (old) => ({ notes: (old['texts'] as string[]).map((text) => text.toUpperCase()) }),
  ],
  schema: z.object({ notes: z.array(z.string()) }),
  empty: { notes: [] },
};

const at = Date.UTC(2026, 10, 23, 19, 54, 0, 123);

describe('reading a stored file', () => {
  it.each([
    [{ version: 1, text: 'a' }, ['A']],
    [{ version: 2, texts: ['a', 'b'] }, ['A', 'B']],
    [{ version: 3, notes: ['a'] }, ['a']],
  ])('migrates %j by the steps that it needs', (file, notes) => {
    expect(readStored(JSON.stringify(file), format)).toEqual({ kind: 'value', value: { notes } });
  });

  it('tells a newer version from a damaged file', () => {
    expect(readStored('{"version":4,"anything":1}', format)).toEqual({ kind: 'newer', version: 4 });
  });

  it.each([
    '',
    '{"version":3,"notes":["a"',
    'null',
    '[]',
    '{}',
    '{"version":0,"notes":[]}',
    '{"version":"3","notes":[]}',
    '{"version":3,"notes":[1]}',
    '{"version":2,"texts":7}',
    '\0\0\0\0',
  ])('finds %j damaged', (text) => {
    expect(readStored(text, format)).toEqual({ kind: 'damaged' });
  });

  it('never throws, whatever a file of accounts holds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(['value', 'newer', 'damaged']).toContain(readStored(text, accountsFormat).kind);
      }),
    );
    fc.assert(
      fc.property(fc.object(), (accounts) => {
        const text = JSON.stringify({ version: 1, accounts: [accounts] });
        expect(readStored(text, accountsFormat).kind).toBe('damaged');
      }),
    );
  });
});

describe('opening a stored file', () => {
  it('finds again what was saved', async () => {
    await using folder = await temporaryFolder();
    const first = await openStored(folder.path, format, at);
    expect(first).toMatchObject({ intact: false, problem: null });
    await first.durable.change(() => ({ notes: ['a'] }));
    const second = await openStored(folder.path, format, at);
    expect(second.intact).toBe(true);
    expect(second.durable.value).toEqual({ notes: ['a'] });
    expect(JSON.parse(await readFile(join(folder.path, 'notes.json'), 'utf8'))).toEqual({
      version: 3,
      notes: ['a'],
    });
  });

  it('keeps a damaged file aside, says so, and saves again', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'notes.json'), 'damaged');
    const { durable, problem, intact } = await openStored(folder.path, format, at);
    expect(intact).toBe(false);
    expect(problem).toContain('notes.json.corrupt-20261123T195400.123Z');
    expect(problem).toContain('Write them again.');
    expect(durable.value).toEqual({ notes: [] });
    await durable.change(() => ({ notes: ['new'] }));
    expect((await readdir(folder.path)).toSorted()).toEqual([
      'notes.json',
      'notes.json.corrupt-20261123T195400.123Z',
    ]);
    expect(
      await readFile(join(folder.path, 'notes.json.corrupt-20261123T195400.123Z'), 'utf8'),
    ).toBe('damaged');
  });

  it('does not touch a file of a newer version', async () => {
    await using folder = await temporaryFolder();
    const text = '{"version":4,"future":true}';
    await writeFile(join(folder.path, 'notes.json'), text);
    const { durable, problem } = await openStored(folder.path, format, at);
    expect(problem).toContain('newer Reprise');
    await expect(durable.change(() => ({ notes: ['a'] }))).rejects.toMatchObject({
      code: 'storage',
      message: problem,
    });
    expect(durable.value).toEqual({ notes: [] });
    expect(await readdir(folder.path)).toEqual(['notes.json']);
    expect(await readFile(join(folder.path, 'notes.json'), 'utf8')).toBe(text);
  });

  it('does not overwrite what it cannot read', async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, 'notes.json'));
    const { durable, problem } = await openStored(folder.path, format, at);
    expect(problem).toContain('cannot be read');
    await expect(durable.change(() => ({ notes: ['a'] }))).rejects.toMatchObject({
      code: 'storage',
    });
  });

  it('does not wait for a pipe that lies in its place', async () => {
    await using folder = await temporaryFolder();
    execFileSync('mkfifo', [join(folder.path, 'notes.json')]);
    const { durable, problem } = await openStored(folder.path, format, at);
    expect(problem).toContain('notes.json is a pipe, not a file. Move it away');
    await expect(durable.change(() => ({ notes: ['a'] }))).rejects.toMatchObject({
      code: 'storage',
      message: problem,
    });
    expect(await readdir(folder.path)).toEqual(['notes.json']);
  });

  it('begins empty where the folder cannot be made, and says why when it is to save', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'file'), '');
    const { durable, problem } = await openStored(join(folder.path, 'file', 'data'), format, at);
    expect(problem).toBeNull();
    const error: unknown = await durable
      .change(() => ({ notes: ['a'] }))
      .catch((error: unknown) => error);
    expect(error).toMatchObject({ code: 'storage' });
    expect(String(error)).toContain('a part of this path is a file');
    expect(String(error)).toContain('--data-dir');
    expect(durable.value).toEqual({ notes: [] });
  });
});
