import { describe, expect, test } from 'vitest';
import type { ProblemCode } from '../../../shared/model.ts';
import type { Failure } from '../failures/index.ts';
import { SignInGate, type Admission, type SignInPermit } from './sign-in-gate.ts';

function failure(code: ProblemCode): Failure {
  return {
    problem: { code, message: 'No.', serverLine: null },
    phase: 'login',
    sessionOffered: false,
    serverDelayMs: null,
    certificate: null,
  };
}

async function admitted(entry: Promise<Admission>): Promise<SignInPermit> {
  const admission = await entry;
  if (admission.kind !== 'go') throw new Error('was held back');
  return admission.permit;
}

/** What has been decided by now, without waiting for what has not. */
async function decided(entries: readonly Promise<Admission>[]): Promise<readonly string[]> {
  const undecided = Promise.resolve({ kind: 'waiting' } as const);
  const states = await Promise.all(entries.map((entry) => Promise.race([entry, undecided])));
  return states.map(({ kind }) => kind);
}

describe('signing in with a password that is not known to be right', () => {
  test('one tries, the others wait, and all go once it worked', async () => {
    const gate = new SignInGate();
    const leader = await admitted(gate.enter());
    const others = [gate.enter(), gate.enter()];
    expect(await decided(others)).toEqual(['waiting', 'waiting']);
    gate.signedIn(leader);
    expect(await decided([...others, gate.enter()])).toEqual(['go', 'go', 'go']);
  });

  test('a refusal holds back those that wait and those that come later', async () => {
    const gate = new SignInGate();
    const leader = await admitted(gate.enter());
    const waiting = gate.enter();
    expect(gate.failed(leader, failure('sign-in'))).toBe(true);
    expect(await waiting).toEqual({ kind: 'held-back', failure: failure('sign-in') });
    expect(await gate.enter()).toEqual({ kind: 'held-back', failure: failure('sign-in') });
    expect(gate.isRefused).toBe(true);
  });

  test('a server that cannot be reached fails those that wait, and not those that come later', async () => {
    const gate = new SignInGate();
    const leader = await admitted(gate.enter());
    const waiting = gate.enter();
    gate.failed(leader, failure('refused'));
    expect((await waiting).kind).toBe('held-back');
    expect((await gate.enter()).kind).toBe('go');
    expect(gate.isRefused).toBe(false);
  });

  test('when the one that tries is given up, the next one tries', async () => {
    const gate = new SignInGate();
    const leader = await admitted(gate.enter());
    const others = [gate.enter(), gate.enter()];
    gate.leave(leader);
    expect(await decided(others)).toEqual(['go', 'waiting']);
  });

  test('a later failure of one that had signed in holds nobody back', async () => {
    const gate = new SignInGate();
    const leader = await admitted(gate.enter());
    gate.signedIn(leader);
    gate.failed(leader, failure('closed'));
    expect(await decided([gate.enter(), gate.enter()])).toEqual(['go', 'go']);
  });

  test('once a signed-in connection was lost, one tries again and the others wait for it', async () => {
    const gate = new SignInGate();
    gate.signedIn(await admitted(gate.enter()));
    gate.lost();
    const leader = await admitted(gate.enter());
    const others = [gate.enter(), gate.enter()];
    expect(await decided(others)).toEqual(['waiting', 'waiting']);
    gate.signedIn(leader);
    expect(await decided(others)).toEqual(['go', 'go']);
  });

  test('when another one is lost meanwhile, there is still only one that tries', async () => {
    const gate = new SignInGate();
    gate.signedIn(await admitted(gate.enter()));
    gate.lost();
    const entries = [gate.enter(), gate.enter()];
    gate.lost();
    entries.push(gate.enter());
    expect(await decided(entries)).toEqual(['go', 'waiting', 'waiting']);
  });

  test('a refusal of the credentials of before says nothing about the new ones', async () => {
    const gate = new SignInGate();
    const leader = await admitted(gate.enter());
    const waiting = gate.enter();
    gate.reset();
    expect((await waiting).kind).toBe('go');
    expect(gate.failed(leader, failure('sign-in'))).toBe(false);
    expect(gate.isRefused).toBe(false);
    expect(gate.failed(leader, failure('refused'))).toBe(true);
  });

  test('after a reset one tries again', async () => {
    const gate = new SignInGate();
    gate.failed(await admitted(gate.enter()), failure('sign-in'));
    gate.reset();
    expect(await decided([gate.enter(), gate.enter()])).toEqual(['go', 'waiting']);
  });
});
