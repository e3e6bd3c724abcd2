import { describe, expect, test } from 'vitest';
import type { ProblemCode } from '../../../shared/model.ts';
import type { Failure } from '../failures/index.ts';
import { isRefusedSignIn, nextStep } from './lifecycle.ts';

function failure(code: ProblemCode, changes: Partial<Failure> = {}): Failure {
  return {
    problem: { code, message: 'It went wrong.', serverLine: null },
    phase: 'tls',
    sessionOffered: false,
    serverDelayMs: null,
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

  test('only refused credentials keep other connections from signing in', () => {
    expect(isRefusedSignIn(failure('sign-in'))).toBe(true);
    expect(isRefusedSignIn(failure('secret-missing'))).toBe(true);
    expect(isRefusedSignIn(failure('server-unavailable'))).toBe(false);
    expect(isRefusedSignIn(failure('certificate-name'))).toBe(false);
  });
});
