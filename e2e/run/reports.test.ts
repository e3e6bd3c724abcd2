import { describe, expect, it } from 'vitest';
import { add, nothing, readReport, summaryLine } from './reports.ts';

describe('the sum of a test run', () => {
  it('reads what Vitest reports', () => {
    const report = { numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 };
    expect(readReport(JSON.stringify(report))).toEqual({ passed: 5, failed: 1, skipped: 3 });
  });

  it('reads what Playwright reports, and counts a flaky test as failed', () => {
    const report = { stats: { expected: 7, unexpected: 1, flaky: 1, skipped: 3 } };
    expect(readReport(JSON.stringify(report))).toEqual({ passed: 7, failed: 2, skipped: 3 });
  });

  it.each(['', 'null', '{}', '{"stats":{"expected":"7"}}'])(
    'knows that %j is no report',
    (json) => {
      expect(readReport(json)).toBeNull();
    },
  );

  it('is said in one line, skipped tests only where there are some', () => {
    const first = { passed: 5, failed: 1, skipped: 0 };
    expect(summaryLine(add(nothing, first))).toBe('5 passed, 1 failed');
    expect(summaryLine(add(first, { passed: 2, failed: 0, skipped: 4 }))).toBe(
      '7 passed, 1 failed, 4 skipped',
    );
  });
});
