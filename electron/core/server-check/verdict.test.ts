import { describe, expect, it } from 'vitest';
import type { CheckResult, Verdict } from '../../../shared/check.ts';
import type { TlsProtocol } from '../../../shared/model.ts';
import { rowEvidence as row, sample, seen } from './testing/evidence.ts';
import { isResuming, overallVerdict, resultOf, rowVerdict, summaryOf } from './verdict.ts';

const verdict = (evidence: Parameters<typeof row>[0]) => rowVerdict(row(evidence));
/** Tickets under these keys, on one connection after another. */
const keys = (...names: readonly string[]) =>
  names.map((keyName, connection) => seen({ keyName, connection }));
const resumption = (issued: number) => sample({ resumed: true, offered: true, issued });

describe('the verdict on a version and mechanism', () => {
  it.each<[Verdict, Parameters<typeof row>[0]]>([
    ['resumes', { attempts: 8, resumed: 8, samples: [sample(), resumption(1)] }],
    ['no-renewal', { attempts: 8, resumed: 8, samples: [sample(), resumption(0)] }],
    ['resumes-sometimes', { attempts: 8, resumed: 1, samples: [sample(), resumption(1)] }],
    ['issues-but-refuses', { attempts: 8, resumed: 0 }],
    ['nothing-issued', { sessions: [] }],
    ['not-offered', { offered: false, samples: [], sessions: [] }],
  ])('is %s', (expected, evidence) => {
    expect(verdict(evidence)).toBe(expected);
  });

  it('does not ask TLS 1.2 to renew anything', () => {
    const samples = [sample(), resumption(0)];
    expect(verdict({ protocol: 'TLSv1.2', attempts: 8, resumed: 8, samples })).toBe('resumes');
  });

  it('is not that it refuses, where several keys each come back: chance was against it', () => {
    const refused = { attempts: 8, resumed: 0 };
    expect(verdict({ ...refused, sessions: keys('a', 'b', 'a', 'b') })).toBe('resumes-sometimes');
    expect(verdict({ ...refused, sessions: keys('a', 'b', 'a', 'c') })).toBe('issues-but-refuses');
    expect(verdict({ ...refused, sessions: keys('a', 'b', 'c', 'd') })).toBe('issues-but-refuses');
    const broken = { ...refused, broken: 8, sessions: keys('a', 'b', 'a', 'b') };
    expect(verdict(broken)).toBe('issues-but-refuses');
  });

  it('is left out where the check was stopped before it could tell', () => {
    expect(verdict({ attempts: 0 })).toBeNull();
    expect(verdict({ samples: [], sessions: [] })).toBeNull();
  });
});

describe('what is published of a row', () => {
  it('holds medians with their spread, and what usually comes', () => {
    const samples = [
      sample({ ms: 3, issued: 2 }),
      sample({ ms: 1, issued: 2 }),
      sample({ ms: 10, issued: 0 }),
      sample({ resumed: true, offered: true, ms: 1, issued: 1 }),
      // Refused: neither a plain full handshake nor a resumed one.
      sample({ offered: true, ms: 99, issued: 7 }),
    ];
    const result = resultOf(row({ attempts: 2, resumed: 1, samples }), 'resumes-sometimes');
    expect(result?.full?.ms).toEqual({ median: 3, low: 1, high: 10, samples: 3 });
    expect(result?.resumption?.ms).toEqual({ median: 1, low: 1, high: 1, samples: 1 });
    expect(result).toMatchObject({ issuedOnFull: 2, issuedOnResumption: 1 });
  });

  it('takes the lifetime of a full handshake', () => {
    const sessions = [
      seen({ onResumption: true, lifetimeSeconds: 0 }),
      seen({ lifetimeSeconds: 7200 }),
    ];
    expect(resultOf(row({ attempts: 1, sessions }), 'resumes').lifetimeSeconds).toBe(7200);
  });
});

const result = (
  protocol: TlsProtocol,
  verdict: Verdict,
  address = '192.0.2.1',
  mechanism: CheckResult['mechanism'] = 'ticket',
) => resultOf(row({ attempts: 1, protocol, address, mechanism }), verdict);

describe('the verdict on the server', () => {
  it.each<[Verdict, CheckResult[]]>([
    ['resumes', [result('TLSv1.3', 'resumes'), result('TLSv1.2', 'issues-but-refuses')]],
    ['no-renewal', [result('TLSv1.3', 'no-renewal'), result('TLSv1.2', 'resumes')]],
    ['resumes', [result('TLSv1.3', 'not-offered'), result('TLSv1.2', 'resumes')]],
    [
      'resumes',
      [result('TLSv1.2', 'nothing-issued'), result('TLSv1.2', 'resumes', undefined, 'session-id')],
    ],
    [
      'resumes-sometimes',
      [result('TLSv1.3', 'resumes'), result('TLSv1.3', 'issues-but-refuses', '192.0.2.2')],
    ],
    ['resumes', [result('TLSv1.3', 'resumes'), result('TLSv1.3', 'unreachable', '192.0.2.2')]],
    [
      'issues-but-refuses',
      [result('TLSv1.3', 'nothing-issued'), result('TLSv1.2', 'issues-but-refuses')],
    ],
    [
      'nothing-issued',
      [
        result('TLSv1.3', 'nothing-issued'),
        result('TLSv1.2', 'issues-but-refuses', undefined, 'session-id'),
      ],
    ],
    ['not-offered', [result('TLSv1.3', 'not-offered')]],
    ['unreachable', [result('TLSv1.3', 'unreachable')]],
  ])('is %s', (expected, results) => {
    expect(overallVerdict(results)).toBe(expected);
  });

  it('counts as resuming exactly where something resumes', () => {
    expect(
      isResuming('resumes-sometimes') && isResuming('no-renewal') && isResuming('resumes'),
    ).toBe(true);
    expect(isResuming('issues-but-refuses') || isResuming('unreachable') || isResuming(null)).toBe(
      false,
    );
  });
});

const sentenceOf = (results: readonly CheckResult[]) =>
  summaryOf(overallVerdict(results), results, []);
const sometimes = (protocol: TlsProtocol, resumed: number, attempts: number) => ({
  ...result(protocol, 'resumes-sometimes'),
  resumed,
  attempts,
});

describe('the sentence', () => {
  it('counts the attempts under the version that it is about', () => {
    const other = { ...result('TLSv1.3', 'nothing-issued', '192.0.2.9'), attempts: 0 };
    expect(sentenceOf([sometimes('TLSv1.3', 8, 16), sometimes('TLSv1.2', 1, 16), other])).toContain(
      'now and then: 8 of 16 attempts.',
    );
    expect(sentenceOf([sometimes('TLSv1.3', 0, 16)])).toContain(
      'none of 16 attempts met the right one',
    );
  });

  it('says which version nothing resumes under, where clients will speak that', () => {
    const old = result('TLSv1.2', 'resumes');
    expect(sentenceOf([result('TLSv1.3', 'nothing-issued'), old])).toMatch(/under TLS 1\.2 only/);
    expect(sentenceOf([result('TLSv1.3', 'issues-but-refuses'), old])).toMatch(
      /under TLS 1\.2 only/,
    );
    expect(sentenceOf([result('TLSv1.3', 'not-offered'), old])).toBe(
      'This server resumes TLS sessions.',
    );
    expect(sentenceOf([result('TLSv1.3', 'resumes'), old])).toBe(
      'This server resumes TLS sessions.',
    );
  });
});
