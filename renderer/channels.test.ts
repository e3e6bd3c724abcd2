import { describe, expect, it } from 'vitest';
import { readToken, withoutToken } from './channels.ts';

describe('the token in the address', () => {
  it.each([
    ['#token=abc-_9', 'abc-_9'],
    ['#/history&token=abc', 'abc'],
    ['#', null],
    ['', null],
    ['#/history?range=7d', null],
  ])('of %s is %s', (hash, token) => {
    expect(readToken(hash)).toBe(token);
  });

  it.each([
    ['#token=abc', ''],
    ['#token=abc&x=1', '#x=1'],
    ['#/history?range=7d&token=abc', '#/history?range=7d'],
    ['#/history', '#/history'],
  ])('leaves %s as %j', (hash, rest) => {
    expect(withoutToken(hash)).toBe(rest);
  });
});
