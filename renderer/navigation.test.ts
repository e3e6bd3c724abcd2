import { describe, expect, it } from 'vitest';
import { formatRoute, keepKnown, leadsNowhere, parseRoute } from './navigation.ts';

describe('the address of a screen', () => {
  it.each([
    ['', 'connections', {}],
    ['#', 'connections', {}],
    ['#/', 'connections', {}],
    ['#/connections', 'connections', {}],
    ['#/sessions', 'sessions', {}],
    ['#/sessions?account=a%26b', 'sessions', { account: 'a&b' }],
    ['#/sessions?account=a&x=1', 'sessions', { account: 'a', x: '1' }],
    ['#/history?range=7d&account=a', 'history', { range: '7d', account: 'a' }],
    ['#/check', 'check', {}],
    ['#/settings', 'settings', {}],
    ['#/nowhere', 'connections', {}],
    ['#/nowhere?account=a', 'connections', {}],
    ['#token=abc', 'connections', {}],
    ['#token=abc&/sessions?account=a', 'sessions', { account: 'a' }],
    ['#/sessions&token=abc', 'sessions', {}],
    ['#/sessions?account=%', 'sessions', { account: '%' }],
  ])('%s leads to %s with %j', (hash, screen, query) => {
    expect(parseRoute(hash)).toEqual({ screen, query });
  });

  it.each([
    ['#/nowhere', true],
    ['#/nowhere?account=a', true],
    ['#/Sessions', true],
    ['#/sessions/', true],
    ['#?account=a', true],
    ['#token=abc&/nowhere', true],
    ['', false],
    ['#', false],
    ['#/', false],
    ['#token=abc', false],
    ['#/sessions?account=a', false],
    ['#token=abc&/history?range=nonsense', false],
  ])('%s leads nowhere: %j', (hash, expected) => {
    expect(leadsNowhere(hash)).toBe(expected);
  });

  it.each([
    { screen: 'connections', query: {} },
    { screen: 'sessions', query: { account: 'a&b=c ü', x: '?' } },
  ] as const)('of %j leads back to it', (route) => {
    expect(parseRoute(formatRoute(route))).toEqual(route);
  });

  it('keeps what is known, in its order, and is the same where that is all', () => {
    const query = { range: 'nonsense', look: 'table', account: 'a', x: '1' };
    const kept = keepKnown(query, { account: 'a', look: 'table', range: '' });
    expect(formatRoute({ screen: 'history', query: kept })).toBe('#/history?look=table&account=a');
    expect(keepKnown(kept, { account: 'a', look: 'table', range: '' })).toBe(kept);
    expect(keepKnown({}, {})).toEqual({});
  });

  it('never names the token, and leaves out what is empty', () => {
    const route = parseRoute('#token=abc&/sessions?account=');
    expect(formatRoute(route)).toBe('#/sessions');
  });
});
