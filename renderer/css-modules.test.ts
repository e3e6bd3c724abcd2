import { describe, expect, it } from 'vitest';

const sheets = import.meta.glob<string>('./**/*.module.css', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const components = import.meta.glob<string>('./**/*.tsx', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** `./features/a/B.tsx` and `../c.module.css` make `./features/c.module.css`. */
function resolve(from: string, to: string): string {
  const { pathname } = new URL(to, new URL(from, 'file:///'));
  return `.${pathname}`;
}

function used(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [path, text] of Object.entries(components)) {
    for (const [, name, file] of text.matchAll(/import (\w+) from '(\S+\.module\.css)'/g)) {
      const sheet = resolve(path, file ?? '');
      const names = found.get(sheet) ?? new Set();
      for (const [, one] of text.matchAll(new RegExp(`\\b${name}\\.(\\w+)`, 'g'))) {
        names.add(one ?? '');
      }
      found.set(sheet, names);
    }
  }
  return found;
}

function defined(sheet: string): Set<string> {
  const rules = (sheets[sheet] ?? '').replaceAll(/\/\*.*?\*\/|\{[^{}]*\}/gs, ' ');
  return new Set([...rules.matchAll(/\.([a-z]\w*)/gi)].map(([, name]) => name ?? ''));
}

/** Looked up by the value of a property: `styles[look]`. */
const BY_VALUE: Record<string, readonly string[]> = {
  './ui/controls.module.css': ['plain', 'primary', 'quiet', 'icon', 'danger'],
};

describe('class names', () => {
  it.each([...used()])(
    'all that are used of %s are defined there, and the other way round',
    (sheet, names) => {
      expect(
        [...names, ...(BY_VALUE[sheet] ?? [])].filter((name) => !defined(sheet).has(name)),
      ).toEqual([]);
      expect(
        [...defined(sheet)].filter(
          (name) => !names.has(name) && !(BY_VALUE[sheet] ?? []).includes(name),
        ),
      ).toEqual([]);
    },
  );

  it('belong to sheets that a component imports', () => {
    expect(Object.keys(sheets).filter((sheet) => !used().has(sheet))).toEqual([]);
  });
});
