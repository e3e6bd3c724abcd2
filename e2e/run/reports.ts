/** Sums over the JSON reports of the two test runners. */

/** How many tests there were of each kind. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const nothing: Tally = { passed: 0, failed: 0, skipped: 0 };

/** Adds two tallies. */
export function add(a: Tally, b: Tally): Tally {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}

/**
 * What a report of Vitest (`numPassedTests`, …) or Playwright (`stats`) says; `null` where it is
 * neither.
 */
export function readReport(json: string): Tally | null {
  let report: unknown;
  try {
    report = JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  return readVitest(report) ?? readPlaywright(report);
}

/** The last line of a run: `N passed, N failed`, and what was skipped. */
export function summaryLine({ passed, failed, skipped }: Tally): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped === 0 ? line : `${line}, ${skipped} skipped`;
}

function readVitest(report: unknown): Tally | null {
  const passed = count(report, 'numPassedTests');
  const failed = count(report, 'numFailedTests');
  const pending = count(report, 'numPendingTests');
  const todo = count(report, 'numTodoTests');
  if (passed === null || failed === null || pending === null || todo === null) return null;
  return { passed, failed, skipped: pending + todo };
}

function readPlaywright(report: unknown): Tally | null {
  const stats = field(report, 'stats');
  const passed = count(stats, 'expected');
  const failed = count(stats, 'unexpected');
  const flaky = count(stats, 'flaky');
  const skipped = count(stats, 'skipped');
  if (passed === null || failed === null || flaky === null || skipped === null) return null;
  // A test that passes only sometimes has failed.
  return { passed, failed: failed + flaky, skipped };
}

function count(value: unknown, name: string): number | null {
  const found = field(value, name);
  return typeof found === 'number' ? found : null;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
