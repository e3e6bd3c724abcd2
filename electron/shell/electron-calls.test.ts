/** The table of what is called of Electron, in the README: against the sources, and its tests. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

/** A member of what is Electron's in the sources, by the names that it has there. */
const MEMBER =
  /(?<![.\w'])(?:electron\.\w+|app|window|webContents|contents|frame|port|session|safeStorage|contextBridge|ipcRenderer)\??\.(\w+)/g;
/** A member, the name of an event, or a class that is made. */
const USES = [
  MEMBER,
  /\.(?:webContents|commandLine)\??\.(\w+)/g,
  /\.(?:on|once)\(\s*'([\w-]+)'/g,
  /\bnew electron\.(\w+)/g,
  /\bconst \{ (\w+) \} = safeStorage/g,
];
/** How events are listened to is no call that has a test of its own. */
const LISTENING = new Set(['on', 'once']);

const sources = readdirSync(new URL('.', import.meta.url))
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => read(name).replaceAll(/\/\*.*?\*\/|\/\/[^\n]*|^import .*?;$/gms, ''));

const used = new Set(
  sources.flatMap((source) =>
    USES.flatMap((pattern) => [...source.matchAll(pattern)].flatMap(([, name]) => name ?? [])),
  ),
);

const rows = read('README.md')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => {
    const [calls = '', documentation = '', heldBy = ''] = line.split('|').slice(1);
    const code = [...calls.matchAll(/`([^`]+)`/g)].flatMap(([, text = '']) =>
      text.match(/[\w-]+/g),
    );
    return { calls: calls.trim(), code, documentation, heldBy };
  });

describe('what the shell calls of Electron', () => {
  it('is found in the sources', () => {
    expect(used.size).toBeGreaterThan(50);
    for (const name of ['decryptStringAsync', 'session-end', 'MessageChannelMain', 'hasSwitch']) {
      expect(used).toContain(name);
    }
  });

  it('stands in the table, all of it', () => {
    const listed = new Set(rows.flatMap(({ code }) => code));
    expect([...used].filter((name) => !listed.has(name) && !LISTENING.has(name))).toEqual([]);
  });

  it.each(rows)('$calls has its page, and a test that is there', ({ documentation, heldBy }) => {
    expect(documentation).toMatch(
      /\]\(https:\/\/www\.electronjs\.org\/docs\/latest\/api\/[\w/#-]+\)/,
    );
    const [, file = '', name = ''] = /\[[^\]]+\]\(([^)]+)\) “([^”]+)”/.exec(heldBy) ?? [];
    expect(read(file).replaceAll("\\'", "'")).toContain(name);
  });
});
