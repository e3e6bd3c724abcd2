import { describe, expect, it } from 'vitest';
import { formatTime } from './format.ts';
import { PROBLEM } from './testing/entities.ts';
import {
  nextTry,
  OFFLINE_SENTENCE,
  outcomeDetail,
  outcomeSentence,
  refusedSoFar,
  stateSentence,
} from './words.ts';

describe('the words for an outcome', () => {
  it('go on with the mechanism where a session was offered', () => {
    expect(outcomeDetail({ kind: 'resumed', mechanism: 'tls13-ticket' })).toBe('TLS 1.3 ticket');
    expect(outcomeDetail({ kind: 'refused', mechanism: 'session-id' })).toBe('Session ID');
  });

  it.each([
    ['nothing-held', 'nothing held yet'],
    ['none-issued', 'server issues no sessions'],
    ['expired', 'session expired'],
    ['verified-afresh', 'verified afresh'],
    ['all-in-use', 'all tickets used'],
    ['refused-earlier', 'session refused earlier'],
    ['failed-earlier', 'the one before broke off over a session'],
    ['trust-changed', 'trust changed'],
    ['server-keeps-refusing', 'server keeps refusing'],
  ] as const)('go on with the reason where none was: %s', (reason, words) => {
    expect(outcomeDetail({ kind: 'full', reason })).toBe(words);
  });

  it('stand alone where reuse is off', () => {
    expect(outcomeDetail({ kind: 'off' })).toBeNull();
  });

  it('explain all but a resumption', () => {
    expect(outcomeSentence({ kind: 'resumed', mechanism: 'tls12-ticket' })).toBeNull();
    expect(outcomeSentence({ kind: 'refused', mechanism: 'tls12-ticket' })).toContain(
      'A TLS 1.2 ticket was offered',
    );
    expect(outcomeSentence({ kind: 'full', reason: 'all-in-use' })).toContain('used once');
    expect(outcomeSentence({ kind: 'failed', problem: PROBLEM })).not.toBeNull();
  });
});

describe('what a state leaves open', () => {
  it('is what is wrong, or that there is no network', () => {
    expect(stateSentence({ kind: 'failed', problem: PROBLEM })).toBe(PROBLEM.message);
    expect(stateSentence({ kind: 'offline' })).toBe(OFFLINE_SENTENCE);
    expect(stateSentence({ kind: 'idle' })).toBeNull();
    expect(stateSentence({ kind: 'paused' })).toBeNull();
  });

  it('is what holds a mailbox up, and until when, before what was wrong', () => {
    const retryAt = new Date(2026, 0, 1, 10, 42, 7).getTime();
    const retrying = { kind: 'retrying', retryAt, problem: PROBLEM } as const;
    expect(stateSentence({ ...retrying, isHeldUp: false })).toBe(PROBLEM.message);
    expect(stateSentence({ ...retrying, isHeldUp: true })).toBe(
      `Too many sign-ins that led nowhere: next at ${formatTime(retryAt)}. ${PROBLEM.message}`,
    );
    expect(formatTime(retryAt)).toContain('42:07');
  });
});

const MINUTE = 60_000;
const refusing = {
  refusals: 3,
  broken: 0,
  before: { offered: 0, resumed: 0 },
  nextTryAt: 10 * MINUTE,
};

describe('the words for a server that keeps refusing', () => {
  it('say how often it refused', () => {
    expect(refusedSoFar(refusing)).toBe(
      'This server issues tickets and never takes them up: 3 of 3 refused',
    );
  });

  it('say of one that resumed before how often it did', () => {
    expect(refusedSoFar({ ...refusing, before: { offered: 16, resumed: 1 } })).toBe(
      'This server seldom takes its sessions up: the last 3 were refused; 1 of 16 resumed before',
    );
  });

  it('say that it is the connection that breaks off, where it does', () => {
    expect(refusedSoFar({ ...refusing, broken: 3 })).toBe(
      'The connection breaks off when a session is offered: 3 of the last 3 did, and worked without one',
    );
    expect(refusedSoFar({ ...refusing, broken: 2, before: { offered: 9, resumed: 4 } })).toBe(
      'The connection breaks off when a session is offered: 2 of the last 3 did, and worked without one; 4 of 9 resumed before',
    );
  });

  it('say when Reprise offers again, to the last second', () => {
    expect(nextTry(refusing, 0)).toBe('next try in 10 min');
    expect(nextTry(refusing, 10 * MINUTE - 1)).toBe('next try in 1 s');
  });

  it('promise the next connection once that time has come', () => {
    expect(nextTry(refusing, 10 * MINUTE)).toBe('next try with the next connection');
  });
});
