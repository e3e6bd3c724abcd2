import { describe, expect, test } from 'vitest';
import type { ProblemCode } from '../../../shared/model.ts';
import type { Failure } from '../failures/index.ts';
import { TestClock } from '../testing/clock.ts';
import { MINUTE_MS, MOST_IN_VAIN } from './sign-in-budget.ts';
import { SignInGate, type Admission, type SignInPermit } from './sign-in-gate.ts';

function failure(code: ProblemCode): Failure {
  return {
    kind: 'unforeseen',
    problem: { code, message: 'No.', serverLine: null },
    phase: 'login',
    sessionOffered: false,
    serverDelayMs: null,
    issuer: null,
    certificate: null,
  };
}

function enter(gate: SignInGate, isAsked = false): Promise<Admission> {
  return gate.enter({ failures: 0, isAsked });
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

/** A gate through which twenty went that came to nothing. */
async function usedUp() {
  const clock = new TestClock();
  const gate = new SignInGate(clock);
  for (let time = 0; time < MOST_IN_VAIN; time += 1)
    gate.failed(await admitted(enter(gate)), failure('server-unavailable'), 1);
  return { clock, gate };
}

describe('signing in with a password that is not known to be right', () => {
  test('one tries, the others wait, and all go once it worked', async () => {
    const gate = new SignInGate(new TestClock());
    const leader = await admitted(enter(gate));
    const others = [enter(gate), enter(gate)];
    expect(await decided(others)).toEqual(['waiting', 'waiting']);
    gate.signedIn(leader);
    expect(await decided([...others, enter(gate)])).toEqual(['go', 'go', 'go']);
  });

  test('a refusal holds back those that wait and those that come later', async () => {
    const gate = new SignInGate(new TestClock());
    const leader = await admitted(enter(gate));
    const waiting = enter(gate);
    expect(gate.failed(leader, failure('sign-in'), 1)).toBe(true);
    expect(await waiting).toEqual({ kind: 'held-back', failure: failure('sign-in') });
    expect(await enter(gate)).toEqual({ kind: 'held-back', failure: failure('sign-in') });
    expect(gate.isRefused).toBe(true);
  });

  test('a server that cannot be reached fails those that wait, and not those that come later', async () => {
    const gate = new SignInGate(new TestClock());
    const leader = await admitted(enter(gate));
    const waiting = enter(gate);
    gate.failed(leader, failure('refused'), 1);
    expect((await waiting).kind).toBe('held-back');
    expect((await enter(gate)).kind).toBe('go');
    expect(gate.isRefused).toBe(false);
  });

  test('when the one that tries is given up, the next one tries', async () => {
    const gate = new SignInGate(new TestClock());
    const leader = await admitted(enter(gate));
    const others = [enter(gate), enter(gate)];
    gate.leave(leader);
    expect(await decided(others)).toEqual(['go', 'waiting']);
  });

  test('a later failure of one that had signed in holds nobody back', async () => {
    const gate = new SignInGate(new TestClock());
    const leader = await admitted(enter(gate));
    gate.signedIn(leader);
    gate.failed(leader, failure('closed'), 1);
    expect(await decided([enter(gate), enter(gate)])).toEqual(['go', 'go']);
  });

  test('once a signed-in connection was lost, one tries again and the others wait for it', async () => {
    const gate = new SignInGate(new TestClock());
    gate.signedIn(await admitted(enter(gate)));
    gate.lost();
    const leader = await admitted(enter(gate));
    const others = [enter(gate), enter(gate)];
    expect(await decided(others)).toEqual(['waiting', 'waiting']);
    gate.signedIn(leader);
    expect(await decided(others)).toEqual(['go', 'go']);
  });

  test('when another one is lost meanwhile, there is still only one that tries', async () => {
    const gate = new SignInGate(new TestClock());
    gate.signedIn(await admitted(enter(gate)));
    gate.lost();
    const entries = [enter(gate), enter(gate)];
    gate.lost();
    entries.push(enter(gate));
    expect(await decided(entries)).toEqual(['go', 'waiting', 'waiting']);
  });

  test('a refusal of the credentials of before says nothing about the new ones', async () => {
    const gate = new SignInGate(new TestClock());
    const leader = await admitted(enter(gate));
    const waiting = enter(gate);
    gate.reset();
    expect((await waiting).kind).toBe('go');
    expect(gate.failed(leader, failure('sign-in'), 1)).toBe(false);
    expect(gate.isRefused).toBe(false);
    expect(gate.failed(leader, failure('refused'), 1)).toBe(true);
  });

  test('after a reset one tries again', async () => {
    const gate = new SignInGate(new TestClock());
    gate.failed(await admitted(enter(gate)), failure('sign-in'), 1);
    gate.reset();
    expect(await decided([enter(gate), enter(gate)])).toEqual(['go', 'waiting']);
  });
});

describe('signing in where that leads nowhere', () => {
  test('holds up those that come later, with the problem and until when, and lets half of them in', async () => {
    const { clock, gate } = await usedUp();
    const held = await enter(gate);
    expect(held).toMatchObject({ kind: 'held-up', problem: { code: 'server-unavailable' } });
    const waitMs = held.kind === 'held-up' ? held.waitMs : 0;
    expect(waitMs).toBeGreaterThan(MINUTE_MS - 1000);
    expect(gate.waitMs).toBeGreaterThan(MINUTE_MS - 1000);
    clock.advance(waitMs);
    expect(gate.waitMs).toBe(0);
    gate.signedIn(await admitted(enter(gate)));
    const entries = Array.from({ length: MOST_IN_VAIN }, () => enter(gate));
    // One is under way already; what becomes of these is not known.
    expect((await decided(entries)).filter((kind) => kind === 'go')).toHaveLength(9);
    expect((await decided(entries)).filter((kind) => kind === 'waiting')).toHaveLength(11);
  });

  test('lets in at once whom a person asks for', async () => {
    const { gate } = await usedUp();
    expect((await enter(gate, true)).kind).toBe('go');
  });

  test('is forgotten with the credentials', async () => {
    const { gate } = await usedUp();
    gate.reset();
    expect((await enter(gate)).kind).toBe('go');
  });

  test('counts nothing that failed on the way', async () => {
    const gate = new SignInGate(new TestClock());
    const onTheWay = { ...failure('timeout'), phase: 'tcp' } as const;
    for (let time = 0; time < 10 * MOST_IN_VAIN; time += 1)
      gate.failed(await admitted(enter(gate)), onTheWay, 1);
    expect(gate.waitMs).toBe(0);
  });

  test('lets no more in than may lead nowhere, and the next one as soon as one watches', async () => {
    const clock = new TestClock();
    const gate = new SignInGate(clock);
    const leader = await admitted(enter(gate));
    const others = Array.from({ length: MOST_IN_VAIN }, () => enter(gate));
    gate.signedIn(leader);
    expect((await decided(others)).filter((kind) => kind === 'go')).toHaveLength(MOST_IN_VAIN - 1);
    gate.watches(leader);
    expect(await decided(others)).not.toContain('waiting');
    gate.leave(await admitted(others[0] ?? enter(gate)));
    expect(clock.pending).toBe(0);
  });

  test('counts a watch that is gone within its own minute, however late it was taken up', async () => {
    const clock = new TestClock();
    const gate = new SignInGate(clock);
    gate.signedIn(await admitted(enter(gate)));
    const permits: SignInPermit[] = [];
    for (let time = 1; time < MOST_IN_VAIN; time += 1) permits.push(await admitted(enter(gate)));
    clock.advance(MINUTE_MS - 1000);
    for (const permit of permits) gate.watches(permit);
    permits.push(await admitted(enter(gate)));
    clock.advance(2000);
    for (const permit of permits) gate.failed(permit, failure('closed'), 2);
    expect(await enter(gate)).toMatchObject({ kind: 'held-up', problem: { code: 'closed' } });
  });

  test('lets those go first that have failed less, and first of all who was asked for', async () => {
    const gate = new SignInGate(new TestClock());
    const leader = await admitted(enter(gate));
    const order: string[] = [];
    const come = (name: string, failures: number, isAsked = false): void => {
      void gate.enter({ failures, isAsked }).then(() => order.push(name));
    };
    come('failed twice', 2);
    come('failed once', 1);
    come('never failed', 0);
    come('never failed either', 0);
    come('asked for', 5, true);
    gate.signedIn(leader);
    await decided([]);
    await decided([]);
    expect(order).toEqual([
      'asked for',
      'never failed',
      'never failed either',
      'failed once',
      'failed twice',
    ]);
  });

  test('says so where those that were let in wait for an answer', async () => {
    const clock = new TestClock();
    const gate = new SignInGate(clock);
    gate.signedIn(await admitted(enter(gate)));
    for (let time = 1; time < MOST_IN_VAIN; time += 1) await admitted(enter(gate));
    const waiting = enter(gate);
    expect(await decided([waiting])).toEqual(['waiting']);
    clock.advance(MINUTE_MS);
    expect(await waiting).toMatchObject({ kind: 'held-up', problem: { code: 'timeout' } });
    expect(clock.pending).toBe(0);
  });
});
