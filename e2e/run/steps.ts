/** What `npm test` runs: everything, or at each level the tests that a pattern names. */
import { globSync } from 'node:fs';

/** One npm script of a run. */
export interface Step {
  readonly script: string;
  /** Which runner's report there will be. */
  readonly report?: 'vitest' | 'playwright';
  /** The tests to run; none stands for all. */
  readonly files?: readonly string[];
}

const UNIT = { script: 'test:unit', report: 'vitest' } as const;
const INTEGRATION = { script: 'test:integration', report: 'vitest' } as const;
const E2E = { script: 'test:e2e', report: 'playwright' } as const;

const EVERYTHING: readonly Step[] = [
  { script: 'test:setup' },
  { script: 'types' },
  { script: 'lint' },
  UNIT,
  INTEGRATION,
  E2E,
];

/** The tests of the project in `root` whose path holds one of `patterns`; all there is for none. */
export function stepsFor(root: string, patterns: readonly string[]): readonly Step[] {
  const wanted = patterns.filter((pattern) => pattern !== '').map(withSlashes);
  if (wanted.length === 0) return EVERYTHING;
  const matching = (glob: string) =>
    globSync(glob, { cwd: root, exclude: ['**/node_modules'] })
      .map(withSlashes)
      .filter((path) => wanted.some((pattern) => path.includes(pattern)))
      .sort();
  const levels: readonly Step[] = [
    { ...UNIT, files: matching('{shared,electron,renderer}/**/*.test.{ts,tsx}') },
    { ...INTEGRATION, files: matching('e2e/**/*.test.ts') },
    { ...E2E, files: matching('e2e/**/*.spec.ts') },
  ];
  return levels.filter(({ files }) => files !== undefined && files.length > 0);
}

/** A path as it is written everywhere but on Windows. */
function withSlashes(path: string): string {
  return path.replaceAll('\\', '/');
}
