import { describe, expect, it } from 'vitest';
import { formatRoute, parseRoute } from './route.ts';

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
    ['#token=abc', 'connections', {}],
    ['#token=abc&/sessions?account=a', 'sessions', { account: 'a' }],
    ['#/sessions&token=abc', 'sessions', {}],
    ['#/sessions?account=%', 'sessions', { account: '%' }],
  ])('%s leads to %s with %j', (hash, screen, query) => {
    expect(parseRoute(hash)).toEqual({ screen, query });
  });

  it.each([
    { screen: 'connections', query: {} },
    { screen: 'sessions', query: { account: 'a&b=c ü', x: '?' } },
  ] as const)('of %j leads back to it', (route) => {
    expect(parseRoute(formatRoute(route))).toEqual(route);
  });

  it('never names the token, and leaves out what is empty', () => {
    const route = parseRoute('#token=abc&/sessions?account=');
    expect(formatRoute(route)).toBe('#/sessions');
  });
});
