import { assert, double, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ProblemCode } from '../../../shared/model.ts';
import type { Failure } from '../failures/index.ts';
import {
  backoffDelayMs,
  FIRST_DELAY_MS,
  isOutOfReach,
  isRefusedSignIn,
  ledNowhere,
  LONGEST_DELAY_MS,
  LONGEST_SERVER_DELAY_MS,
  nextStep,
  patientDelayMs,
} from './lifecycle.ts';

function failure(code: ProblemCode, changes: Partial<Failure> = {}): Failure {
  return {
    kind: 'unforeseen',
    problem: { code, message: 'It went wrong.', serverLine: null },
    phase: 'tls',
    sessionOffered: false,
    serverDelayMs: null,
    issuer: null,
    certificate: null,
    ...changes,
  };
}

const first = { failures: 1, again: false };

describe('after a failure', () => {
  test.each([
    ['sign-in', 'sign-in-failed'],
    ['secret-missing', 'sign-in-failed'],
    ['certificate-expired', 'certificate-problem'],
    ['certificate-not-yet-valid', 'certificate-problem'],
    ['certificate-untrusted', 'certificate-problem'],
    ['certificate-name', 'certificate-problem'],
    ['trust-unreadable', 'failed'],
    ['server-name', 'failed'],
    ['client-certificate', 'failed'],
    ['mailbox-missing', 'failed'],
  ] as const)('%s stops as %s', (code, state) => {
    expect(nextStep(failure(code), first, 0)).toEqual({ kind: 'stop', state });
  });

  test.each([
    'dns',
    'refused',
    'unreachable',
    'timeout',
    'closed',
    'not-tls',
    'tls',
    'starttls-unavailable',
    'starttls-injection',
    'not-imap',
    'flooding',
    'server-unavailable',
    'server-closed',
    'internal',
  ] as const)('%s is tried again after a wait', (code) => {
    expect(nextStep(failure(code), first, 0)).toEqual({ kind: 'wait', delayMs: 500 });
  });

  test('waits longer the more often it failed', () => {
    const step = nextStep(failure('refused'), { failures: 4, again: false }, 0);
    expect(step).toEqual({ kind: 'wait', delayMs: 4000 });
  });

  test('a handshake that failed with a session offered is tried again at once, one time', () => {
    const broken = failure('tls', { sessionOffered: true });
    expect(nextStep(broken, first, 0)).toEqual({ kind: 'again' });
    expect(nextStep(broken, { failures: 1, again: true }, 0)).toEqual({
      kind: 'wait',
      delayMs: 500,
    });
  });

  test('a server that asks for patience is given it', () => {
    const throttled = failure('server-unavailable', { serverDelayMs: 92_415 });
    expect(nextStep(throttled, first, 0)).toEqual({ kind: 'wait', delayMs: 92_415 });
  });

  test.each(['throttled', 'not-served'] as const)(
    '%s is tried again slowly, up to once in an hour',
    (code) => {
      const waits = [1, 2, 3, 4, 5, 50].map((failures) =>
        nextStep(failure(code), { failures, again: false }, 0),
      );
      const minutes = [2.5, 5, 10, 20, 30, 30];
      expect(waits).toEqual(minutes.map((wait) => ({ kind: 'wait', delayMs: wait * 60_000 })));
    },
  );

  test('throttling that says how long it lasts is tried again then', () => {
    const throttled = failure('throttled', { serverDelayMs: 92_415 });
    expect(nextStep(throttled, first, 0)).toEqual({ kind: 'wait', delayMs: 92_415 });
  });

  test('only refused credentials keep other connections from signing in', () => {
    expect(isRefusedSignIn(failure('sign-in'))).toBe(true);
    expect(isRefusedSignIn(failure('secret-missing'))).toBe(true);
    expect(isRefusedSignIn(failure('server-unavailable'))).toBe(false);
    expect(isRefusedSignIn(failure('certificate-name'))).toBe(false);
  });
});

describe('whose trouble a failure is', () => {
  const BEFORE_TLS = ['proxy', 'dns', 'tcp', 'starttls', 'wait', 'tls'] as const;
  const AFTER_TLS = ['greeting', 'login', 'select', 'idle'] as const;

  test.each(BEFORE_TLS)('a timeout in %s has not reached the server', (phase) => {
    expect(isOutOfReach(failure('timeout', { phase }))).toBe(true);
    expect(ledNowhere(failure('timeout', { phase }), false, 5)).toBe(false);
  });

  test.each(AFTER_TLS)('a timeout in %s is trouble of the server', (phase) => {
    expect(isOutOfReach(failure('timeout', { phase }))).toBe(false);
    expect(ledNowhere(failure('timeout', { phase }), false, 1)).toBe(true);
  });

  test('one that closes connections was reached', () => {
    expect(isOutOfReach(failure('closed', { phase: 'tcp' }))).toBe(false);
  });

  test('a watch that ended has led somewhere, unless something had just failed before it', () => {
    const ended = failure('closed', { phase: 'idle' });
    expect([1, 2, 3].map((failures) => ledNowhere(ended, true, failures))).toEqual([
      false,
      true,
      true,
    ]);
  });
});

describe('backoff', () => {
  test('doubles with each failure in a row', () => {
    const delays = [1, 2, 3, 4].map((failures) => backoffDelayMs(failures, 0));
    expect(delays).toEqual([500, 1000, 2000, 4000]);
  });

  test('spreads each wait over its upper half', () => {
    expect(backoffDelayMs(1, 0)).toBe(FIRST_DELAY_MS / 2);
    expect(backoffDelayMs(1, 0.999_999)).toBe(FIRST_DELAY_MS);
  });

  test('never waits longer than five minutes, nor less than half a second', () => {
    assert(
      property(
        integer({ min: 0, max: 1_000_000 }),
        double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failures, random) => {
          const delayMs = backoffDelayMs(failures, random);
          expect(delayMs).toBeGreaterThanOrEqual(FIRST_DELAY_MS / 2);
          expect(delayMs).toBeLessThanOrEqual(LONGEST_DELAY_MS);
        },
      ),
    );
  });

  test('grants a server the wait that it asks for, within an hour', () => {
    expect(patientDelayMs(1000, null)).toBe(1000);
    expect(patientDelayMs(1000, 92_415)).toBe(92_415);
    expect(patientDelayMs(1000, 10)).toBe(1000);
    expect(patientDelayMs(1000, 1e12)).toBe(LONGEST_SERVER_DELAY_MS);
  });
});
