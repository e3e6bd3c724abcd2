import { describe, expect, it } from 'vitest';
import { summarise } from './account-summary.ts';
import { account, connection, PROBLEM } from './testing/entities.ts';

describe('the sum of an account', () => {
  it('is unknown, not well, while there is no connection', () => {
    expect(summarise(account('a'), [])).toMatchObject({ state: null, up: 0, wanted: 0 });
  });

  it('counts what is up of what is wanted', () => {
    const connections = [connection('1', 'a'), connection('2', 'a', { kind: 'offline' })];
    expect(summarise(account('a'), connections)).toMatchObject({ up: 1, wanted: 2 });
  });

  it('has the state that most needs attention, with its problem', () => {
    const connections = [
      connection('1', 'a', {
        kind: 'retrying',
        retryAt: 9,
        problem: { ...PROBLEM, code: 'dns' },
        isHeldUp: false,
      }),
      connection('2', 'a', { kind: 'sign-in-failed', problem: PROBLEM }),
      connection('3', 'a'),
    ];
    expect(summarise(account('a'), connections)).toMatchObject({
      state: 'sign-in-failed',
      problem: PROBLEM,
    });
  });

  it('retries when the first of its connections does', () => {
    const connections = [50, 30, 40].map((retryAt) =>
      connection(String(retryAt), 'a', {
        kind: 'retrying',
        retryAt,
        problem: PROBLEM,
        isHeldUp: false,
      }),
    );
    expect(summarise(account('a'), connections).retryAt).toBe(30);
  });

  it('is held up where one of its connections is, until the first of those goes on', () => {
    const connections = [50, 30, 40].map((retryAt) =>
      connection(String(retryAt), 'a', {
        kind: 'retrying',
        retryAt,
        problem: PROBLEM,
        isHeldUp: retryAt > 30,
      }),
    );
    expect(summarise(account('a'), connections).heldUpUntil).toBe(40);
    expect(summarise(account('a'), connections.slice(1, 2)).heldUpUntil).toBeNull();
  });

  it('is paused, whatever its connections last were', () => {
    const connections = [
      connection('1', 'a', { kind: 'retrying', retryAt: 9, problem: PROBLEM, isHeldUp: false }),
    ];
    expect(summarise(account('a', { paused: true }), connections)).toMatchObject({
      state: 'paused',
      retryAt: null,
      problem: null,
    });
  });
});
