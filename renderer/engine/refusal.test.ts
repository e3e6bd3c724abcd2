import { describe, expect, it } from 'vitest';
import { nextTry, refusedSoFar } from './refusal.ts';

const MINUTE = 60_000;
const refusing = { refusals: 3, nextTryAt: 10 * MINUTE };

describe('the words for a server that keeps refusing', () => {
  it('say how often it refused', () => {
    expect(refusedSoFar(refusing)).toBe(
      'This server issues tickets and never takes them up: 3 of 3 refused',
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
