import { describe, expect, it } from 'vitest';
import type { CheckReport, CheckResult, Verdict } from '../../../shared/check.ts';
import { changesSince, rowName, spreadText } from './words.ts';

const report = (...verdicts: readonly Verdict[]) =>
  ({
    results: verdicts.map(
      (verdict, index) =>
        ({
          address: `192.0.2.${index}`,
          protocol: 'TLSv1.3',
          mechanism: 'ticket',
          verdict,
        }) as unknown as CheckResult,
    ),
  }) as unknown as CheckReport;

describe('the words of the server check', () => {
  it('name a row', () => {
    expect(rowName({ protocol: 'TLSv1.2', mechanism: 'session-id' })).toBe('TLS 1.2 session IDs');
  });

  it('give a median with its spread', () => {
    const spread = { median: 2.14, low: 1.9, high: 2.5, samples: 3 };
    expect(spreadText(spread, 'ms', 1)).toBe('2.1 (1.9–2.5) ms');
  });

  it('say what has changed since the last check, and nothing of what has not', () => {
    expect(
      changesSince(report('resumes', 'resumes'), report('resumes', 'issues-but-refuses')),
    ).toEqual(['TLS 1.3 tickets at 192.0.2.1: was “Issues, but refuses”, is “Resumes”.']);
    expect(changesSince(report('resumes', 'resumes'), report('resumes'))).toEqual([]);
  });
});
