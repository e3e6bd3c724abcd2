import { describe, expect, test } from 'vitest';
import type { Failure } from '../failures/index.ts';
import { TestClock } from '../testing/clock.ts';
import { lifeOf, tokenEnded, withLife, type End, type TokenLife } from './token-life.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const EXPIRED = 'BYE Session invalidated - AccessTokenExpired';

function failure(changes: Partial<Failure> = {}, serverLine: string | null = null): Failure {
  return {
    kind: 'ended',
    problem: { code: 'server-closed', message: 'It went.', serverLine },
    phase: 'idle',
    sessionOffered: false,
    serverDelayMs: null,
    issuer: null,
    certificate: null,
    ...changes,
  };
}

/** Of a token that was had just now. */
function lived(clock: TestClock, lifeMs: number): TokenLife {
  const expiresAt = clock.now() + lifeMs;
  const renewAt = expiresAt - Math.min(MINUTE, lifeMs / 4);
  const life = lifeOf({ token: 'a token', expiresAt, renewAt }, clock);
  if (life === null) throw new Error('It should have one.');
  return life;
}

const endOf = (life: TokenLife, changes: Partial<End> = {}): End => ({
  failure: failure(),
  lastedMs: MINUTE,
  life,
  lives: [life],
  explained: [],
  ...changes,
});

describe('the end of a connection', () => {
  test.each([
    [HOUR, -1 * MINUTE - SECOND, false],
    [HOUR, -59 * SECOND, true],
    [HOUR, 0, true],
    // Whatever a server does after its end is because of that.
    [HOUR, HOUR, true],
    [20 * SECOND, -6 * SECOND, false],
    [20 * SECOND, -4 * SECOND, true],
    [20 * SECOND, 0, true],
  ])('with a token that lives %i ms, %i ms from its end: planned is %s', (lifeMs, fromEnd, is) => {
    const clock = new TestClock();
    const life = lived(clock, lifeMs);
    clock.advance(lifeMs + fromEnd);
    expect(tokenEnded(endOf(life), clock)).toBe(is ? life.expiresAt : null);
  });

  test.each([
    ['BYE', { kind: 'ended' }, true],
    ['a closed connection', { kind: 'closed' }, true],
    ['words of a shutdown', { kind: 'busy' }, true],
    ['Microsoft’s BAD', { kind: 'not-connected' }, true],
    ['silence', { kind: 'timeout' }, false],
    ['a flood', { kind: 'flooding' }, false],
    ['a limit', { kind: 'over-limit' }, false],
    ['a wish for patience', { kind: 'throttled' }, false],
    ['BYE while the mailbox was opened', { phase: 'select' }, false],
  ] as const)('by %s, when the token has ended', (_how, changes, is) => {
    const clock = new TestClock();
    const life = lived(clock, HOUR);
    clock.advance(HOUR);
    expect(tokenEnded(endOf(life, { failure: failure(changes) }), clock) !== null).toBe(is);
  });

  test('is planned for a token of before too, and once for each', () => {
    const clock = new TestClock();
    const before = lived(clock, 20 * SECOND);
    clock.advance(15 * SECOND);
    const life = lived(clock, 20 * SECOND);
    const lives = withLife([before], life);
    clock.advance(5 * SECOND);
    expect(tokenEnded(endOf(life, { lives }), clock)).toBe(before.expiresAt);
    const explained = [before.expiresAt];
    expect(tokenEnded(endOf(life, { lives, explained }), clock)).toBeNull();
    clock.advance(15 * SECOND);
    expect(tokenEnded(endOf(life, { lives, explained }), clock)).toBe(life.expiresAt);
  });

  test('is planned where the machine slept until after the token’s end', () => {
    const clock = new TestClock();
    const life = lived(clock, HOUR);
    clock.sleep(2 * HOUR);
    expect(tokenEnded(endOf(life), clock)).toBe(life.expiresAt);
  });

  test.each([
    [MINUTE, EXPIRED, true],
    [MINUTE, 'BYE Session expired, please login again.', true],
    [MINUTE, 'BYE Bye', false],
    // Else each new token could be the next.
    [MINUTE - 1, EXPIRED, false],
  ])('before its time, after %i ms and by %s: planned is %s', (lastedMs, line, is) => {
    const clock = new TestClock();
    const life = lived(clock, HOUR);
    clock.advance(10 * MINUTE);
    const end = endOf(life, { failure: failure({}, line), lastedMs });
    expect(tokenEnded(end, clock) !== null).toBe(is);
  });
});

test.each([
  [null, null],
  [4 * SECOND, 3 * SECOND],
])('a token that ends in %j ms, renewed in %j, is no measure', (expiresAt, renewAt) => {
  expect(lifeOf({ token: 'a token', expiresAt, renewAt }, new TestClock())).toBeNull();
});
