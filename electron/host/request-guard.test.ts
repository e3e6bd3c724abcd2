import { describe, expect, it } from 'vitest';
import { judgeRequest, type GuardRules, type RequestFacts } from './request-guard.ts';

const rules: GuardRules = {
  address: '127.0.0.1:7993',
  name: 'reprise-0.localhost:7993',
  cookieName: 'reprise_7993',
  isToken: (candidate) => candidate === 'TOKEN',
  mayRedeem: (candidate) => candidate === 'TOKEN' || candidate === 'ONCE',
  sessionOf: (candidate) => {
    if (candidate === 'ENDED') return 'ended';
    return candidate === 'COOKIE' ? { cookie: candidate, key: 'KEY', answer: 'ANSWER' } : null;
  },
};
const host = '127.0.0.1:7993';
const origin = 'http://127.0.0.1:7993';
const cookie = 'reprise_7993=COOKIE';
const authorization = 'Bearer TOKEN';

const ended = 'reprise_7993=ENDED';
const atName = { host: 'reprise-0.localhost:7993', origin: 'http://reprise-0.localhost:7993' };

type Headers = RequestFacts['headers'];

function judge(method: string, target: string, headers: Headers, isUpgrade = false) {
  const verdict = judgeRequest({ method, target, headers, isUpgrade }, rules);
  return verdict.kind === 'refused' ? verdict.status : verdict.kind;
}
const upgrade = (headers: Headers, target = '/rpc') => judge('GET', target, headers, true);
/** What signing in with the token and `cookies` comes to. */
const held = (cookies: string) =>
  judgeRequest(
    {
      method: 'POST',
      target: '/session',
      isUpgrade: false,
      headers: { host, origin, authorization, cookie: cookies },
    },
    rules,
  );
const signIn = (headers: Headers) => judge('POST', '/session', headers);

describe('the WebSocket', () => {
  it.each<[string, Headers, ReturnType<typeof upgrade>]>([
    ['our page with the cookie', { host, origin, cookie }, 'rpc'],
    [
      'our page, fetch metadata sent',
      { host, origin, cookie, 'sec-fetch-site': 'same-origin' },
      'rpc',
    ],
    ['our page with the token', { host, origin, authorization }, 'rpc'],
    ['a tool with the token', { host, authorization }, 'rpc'],
    [
      'our cookie beside a planted one',
      { host, origin, cookie: `reprise_7993=x; ${cookie}` },
      'rpc',
    ],

    ['our page at the name of the run', { ...atName, cookie }, 'rpc'],
    ['a tool that knows the name', { host: atName.host, authorization }, 'rpc'],
    [
      'our cookie beside one of a session that has ended',
      { host, origin, cookie: `${ended}; ${cookie}` },
      'rpc',
    ],

    ['our page whose session has ended', { host, origin, cookie: ended }, 410],
    ['our page at the name, sent to the address', { host, origin: atName.origin, cookie }, 403],
    ['our page at the address, sent to the name', { host: atName.host, origin, cookie }, 403],
    [
      'another name below localhost',
      { ...atName, origin: 'http://evil.localhost:7993', cookie },
      403,
    ],
    ['a name below ours', { ...atName, origin: 'http://x.reprise-0.localhost:7993', cookie }, 403],
    [
      'our name at another port',
      { ...atName, origin: 'http://reprise-0.localhost:1', cookie },
      403,
    ],
    ['our page without anything', { host, origin }, 401],
    ['our page with a wrong cookie', { host, origin, cookie: 'reprise_7993=WRONG' }, 401],
    ['our page with the cookie of another port', { host, origin, cookie: 'reprise_1=COOKIE' }, 401],
    [
      'our page with a cookie whose name only ends alike',
      { host, origin, cookie: `x${cookie}` },
      401,
    ],
    ['our page with a wrong token', { host, origin, authorization: 'Bearer WRONG' }, 401],
    ['our page with an opening token', { host, origin, authorization: 'Bearer ONCE' }, 401],
    ['a tool without the token', { host }, 401],
    ['a tool with the cookie alone', { host, cookie }, 401],
    ['a tool with the token in another scheme', { host, authorization: 'Basic TOKEN' }, 401],

    ['a foreign page with our cookie', { host, origin: 'https://evil.example', cookie }, 403],
    [
      'a foreign page that knows the token',
      { host, origin: 'https://evil.example', authorization },
      403,
    ],
    [
      'a page on another port of this machine',
      { host, origin: 'http://127.0.0.1:3000', cookie },
      403,
    ],
    ['a page of our port by another name', { host, origin: 'http://localhost:7993', cookie }, 403],
    ['a page of our address over https', { host, origin: 'https://127.0.0.1:7993', cookie }, 403],
    ['a sandboxed frame or a file', { host, origin: 'null', cookie }, 403],
    ['an origin that begins like ours', { host, origin: `${origin}.evil.example`, cookie }, 403],
    ['an empty origin', { host, origin: '', cookie }, 403],
    [
      'our origin, sent from another site',
      { host, origin, cookie, 'sec-fetch-site': 'cross-site' },
      403,
    ],
    [
      'our origin, sent from another port',
      { host, origin, cookie, 'sec-fetch-site': 'same-site' },
      403,
    ],
    [
      'a browser that hides its origin',
      { host, authorization, 'sec-fetch-site': 'cross-site' },
      403,
    ],
  ])('%s', (_, headers, expected) => {
    expect(upgrade(headers)).toBe(expected);
  });

  it.each(['/', '/session', '/rpc/', '/rpc/../rpc', '//rpc', '/RPC', '/%72pc'])(
    'is nowhere else: %s',
    (target) => {
      expect(upgrade({ host, origin, cookie }, target)).toBe(404);
    },
  );
});

describe('the host name', () => {
  it.each([
    'evil.example',
    'evil.example:7993',
    '127.0.0.1.evil.example:7993',
    'localhost:7993',
    'reprise-0.localhost',
    'reprise-0.localhost.:7993',
    'reprise-1.localhost:7993',
    'x.reprise-0.localhost:7993',
    'reprise-0.localhost:7993.evil.example',
    '127.0.0.1',
    '127.0.0.1:80',
    '127.0.0.1:7993:7993',
    '127.1:7993',
    '2130706433:7993',
    '[::1]:7993',
    '0.0.0.0:7993',
    '127.0.0.1:7993, evil.example',
    '',
    undefined,
  ])('refuses %j everywhere, whatever else fits', (wrong) => {
    const headers = { host: wrong, origin, cookie, authorization };
    expect(upgrade(headers)).toBe(421);
    expect(signIn(headers)).toBe(421);
    expect(judge('GET', '/', headers)).toBe(421);
  });
});

describe('signing in', () => {
  it.each<[string, Headers, ReturnType<typeof signIn>]>([
    ['our page with the token', { host, origin, authorization }, 'redeem'],
    ['our page with an opening token', { host, origin, authorization: 'Bearer ONCE' }, 'redeem'],
    ['no token', { host, origin }, 401],
    ['a wrong token', { host, origin, authorization: 'Bearer WRONG' }, 401],
    ['an empty token', { host, origin, authorization: 'Bearer ' }, 401],
    ['the cookie alone', { host, origin, cookie }, 401],
    ['a form of another page', { host, origin: 'https://evil.example', authorization }, 403],
    ['no origin', { host, authorization }, 403],
    ['a form of another port', { host, origin, authorization, 'sec-fetch-site': 'same-site' }, 403],
  ])('%s', (_, headers, expected) => {
    expect(signIn(headers)).toBe(expected);
  });

  it('tells whether the browser has a session already', () => {
    expect(held('')).toEqual({ kind: 'redeem', token: 'TOKEN', held: null });
    expect(held(ended)).toEqual({ kind: 'redeem', token: 'TOKEN', held: null });
    expect(held(cookie)).toMatchObject({ held: { cookie: 'COOKIE' } });
  });

  it('is asked about with the cookie', () => {
    expect(judge('GET', '/session', { host, cookie })).toBe('session-is-open');
    expect(judge('GET', '/session', { host })).toBe(401);
    expect(judge('GET', '/session', { host, cookie: ended })).toBe(410);
    expect(judge('GET', '/session', { host, cookie, 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(judge('DELETE', '/session', { host, origin, cookie })).toBe(405);
  });
});

describe('the page', () => {
  it.each<[string, Headers, ReturnType<typeof judge>]>([
    ['a browser that tells nothing', { host }, 'page'],
    ['an address that was typed', { host, 'sec-fetch-site': 'none' }, 'page'],
    ['our own script', { host, 'sec-fetch-site': 'same-origin' }, 'page'],
    [
      'a link in a chat',
      { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
      'page',
    ],
    [
      'a script tag of a foreign page',
      { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
      403,
    ],
    [
      'a fetch from another port',
      { host, 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' },
      403,
    ],
  ])('%s', (_, headers, expected) => {
    expect(judge('GET', '/', headers)).toBe(expected);
  });

  it('is read only', () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect(judge(method, '/', { host, origin, cookie })).toBe(405);
    }
    expect(judge('HEAD', '/', { host })).toBe('page');
  });

  it('takes paths only, and leaves them as they were sent', () => {
    expect(judge('GET', 'http://127.0.0.1:7993/', { host })).toBe(400);
    expect(judge('GET', '*', { host })).toBe(400);
    const request = { method: 'GET', isUpgrade: false, headers: { host } };
    expect(judgeRequest({ ...request, target: '/%2e%2e/x?y#z' }, rules)).toEqual({
      kind: 'page',
      path: '/%2e%2e/x',
    });
  });
});
