import { describe, expect, it } from 'vitest';
import { refusalSentence } from './refusal.ts';

const MINUTE = 60_000;
const refusing = { refusals: 3, nextTryAt: 10 * MINUTE };

describe('the sentence for a server that keeps refusing', () => {
  it('says how often it refused and when Reprise offers again', () => {
    expect(refusalSentence(refusing, 0)).toBe(
      'This server issues tickets and never takes them up: 3 of 3 refused, next try in 10 min.',
    );
  });

  it('promises the next connection once that time has come', () => {
    expect(refusalSentence(refusing, 10 * MINUTE)).toBe(
      'This server issues tickets and never takes them up: 3 of 3 refused, next try with the next connection.',
    );
  });
});
