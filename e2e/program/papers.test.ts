/** What the papers at the top say of the project can be looked up in it, and comments too. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NOTE_IDS, VERDICTS } from '../../shared/check.ts';
import { REPOSITORY } from '../fixtures/program/repository.ts';

/** In this order, each behind the picture. */
const SECTIONS = [
  'What it answers, and for whom',
  'What it does not do yet',
  'Two commands',
  'Add an account',
  'Check a server',
  'Watch your client',
  'Where to read on',
];

const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');

/** Every file that is or will be committed. */
const files: readonly string[] = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'],
  { cwd: REPOSITORY, encoding: 'utf8' },
)
  .trim()
  .split('\n');
const folders = new Set(files.flatMap((path) => parentsOf(path)));
const papers = files.filter((path) => path.endsWith('.md'));

/** Built, in the history only, or made up for an example. */
const ELSEWHERE = new Set(['main.cjs', 'make.ts', 'B.tsx', 'c.module.css']);

function parentsOf(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === '.' ? [] : [parent, ...parentsOf(parent)];
}

const isThere = (path: string) => files.includes(path) || folders.has(path.replace(/\/$/, ''));

const { scripts } = JSON.parse(read('package.json')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

describe('README.md', () => {
  const text = read('README.md');

  it('has at most 120 lines: a picture, and then its sections in their order', () => {
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(120);
    const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(SECTIONS);
    expect(text.split('\n## ', 1)[0]).toMatch(/!\[[^\]]+\]\([^)]+\.png\)/);
  });

  it('has the two commands that do everything', () => {
    const [, block = ''] = /## Two commands\n[\s\S]*?```sh\n([\s\S]*?)```/.exec(text) ?? [];
    const commands = block.trim().split('\n');
    expect(commands.map((line) => line.split('#', 1)[0]?.trim())).toEqual([
      'npm ci && npm run demo',
      'npm ci && npm test',
    ]);
  });
});

describe.each(papers)('%s', (paper) => {
  const text = read(paper);

  it('names files that are there', () => {
    const linked = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)|^\[[^\]]+\]: (\S+)$/gm)]
      .map(([, inline, defined]) => inline ?? defined ?? '')
      .filter((path) => !/^https?:/.test(path))
      .map((path) => join(dirname(paper), path));
    const inPassing = [...text.matchAll(/`((?:electron|renderer|shared|e2e|\.\w+)\/[\w./-]*)`/g)]
      .map(([, path = '']) => path)
      .filter((path) => !/^\.(bin|cache)\//.test(path));
    expect([...linked, ...inPassing].filter((path) => !isThere(path))).toEqual([]);
  });

  it('names npm scripts that there are', () => {
    const named = [
      ...[...text.matchAll(/npm (?:--silent )?run (?:--silent )?([\w:-]+)/g)].map(([, it]) => it),
      ...[...text.matchAll(/npm (start|test)\b/g)].map(([, it]) => it),
    ];
    expect(named.filter((name) => !Object.hasOwn(scripts, name ?? ''))).toEqual([]);
  });
});

describe('ARCHITECTURE.md', () => {
  const text = read('ARCHITECTURE.md');

  it('names functions that stand in the files that it names for them', () => {
    const stations = [
      ...text.matchAll(/\[`[^`]+`\]\(([^)]+)\)\s((?:`\w+`(?:,\s|\sand\s)?)+)/g),
    ].flatMap(([, path = '', names = '']) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => ({ path, name })),
    );
    expect(stations.length).toBeGreaterThan(20);
    const absent = stations.filter(
      ({ path, name }) => !isThere(path) || !new RegExp(`\\b${name}\\b`).test(read(path)),
    );
    expect(absent).toEqual([]);
  });

  it('says of every room what is in it', () => {
    const rooms = [...folders].filter((path) => /^electron\/(core\/)?[\w-]+$/.test(path));
    const named = new Set(
      [...text.matchAll(/^\| \[`[^`]+`\]\(([^)]+)\)/gm)].map(([, path]) => path),
    );
    const expected = rooms.filter((path) => !/^electron\/core(\/testing)?$/.test(path));
    expect(expected.filter((path) => !named.has(path))).toEqual([]);
  });
});

describe('the page about the server check', () => {
  it('has every verdict and every note', () => {
    const text = read('electron/core/server-check/README.md');
    const named = [...text.matchAll(/^\| `([\w-]+)`/gm)].map(([, name]) => name);
    expect(new Set(named)).toEqual(new Set([...VERDICTS, ...NOTE_IDS]));
  });
});

describe('CONTRIBUTING.md', () => {
  it('has a line for every npm script', () => {
    const text = read('CONTRIBUTING.md');
    const missing = Object.keys(scripts).filter(
      (name) => !new RegExp(`^\\| \`npm (run )?${name}[\` ]`, 'm').test(text),
    );
    expect(missing).toEqual([]);
  });
});

describe('comments', () => {
  it('name files that are there', () => {
    const names = new Set(files.map((path) => basename(path)));
    const sources = files.filter((path) => /\.(tsx?|cjs|css)$/.test(path));
    const wrong: string[] = [];
    for (const path of sources) {
      const comments = read(path)
        .split('\n')
        .filter((line) => /^\s*(\/?\*|\/\/)/.test(line))
        .join('\n');
      for (const [, name = ''] of comments.matchAll(/`([\w./-]+\.(?:tsx?|cjs|css|md))`/g)) {
        const file = basename(name);
        if (!names.has(file) && !ELSEWHERE.has(file)) wrong.push(`${path}: ${name}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
