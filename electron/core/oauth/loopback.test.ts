import { once } from 'node:events';
import { get, request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  assert,
  dictionary,
  oneof,
  property,
  record,
  string,
  constant,
  constantFrom,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge, Loopback } from './loopback.ts';

const STATE = 'a-state-that-nobody-guesses';
const ANSWER = `code=the-code&state=${STATE}`;

async function visit(url: string, headers: OutgoingHttpHeaders = {}, method = 'GET') {
  const asked = request(url, { headers, method }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
}

describe('a request on the loopback', () => {
  const expected = { host: '127.0.0.1:4711', state: STATE };
  const host = expected.host;

  it.each([
    ['by a name that was rebound', `/?${ANSWER}`, { host: 'evil.example:4711' }, 421],
    ['by another name of the loopback', `/?${ANSWER}`, { host: 'localhost:4711' }, 421],
    ['without a host', `/?${ANSWER}`, {}, 421],
    ['with a wrong state', '/?code=c&state=wrong', { host }, 400],
    ['with no state', '/?code=c', { host }, 400],
    ['with an empty state', '/?code=c&state=', { host }, 400],
    ['with the state twice', `/?code=c&state=${STATE}&state=${STATE}`, { host }, 400],
    ['with two codes', `/?code=c&code=d&state=${STATE}`, { host }, 400],
    ['with a code and an error', `/?code=c&error=e&state=${STATE}`, { host }, 400],
    ['with neither', `/?state=${STATE}`, { host }, 400],
    ['with an empty code', `/?code=&state=${STATE}`, { host }, 400],
    ['for an icon', '/favicon.ico', { host }, 404],
    ['for a path behind', `/callback?${ANSWER}`, { host }, 404],
    ['for a whole address', `http://127.0.0.1:4711/?${ANSWER}`, { host }, 404],
    ['that is too long', `/?${ANSWER}&more=${'x'.repeat(20_000)}`, { host }, 404],
    ['of a script', `/?${ANSWER}`, { host, 'sec-fetch-mode': 'cors' }, 403],
    ['of a script that hides it', `/?${ANSWER}`, { host, 'sec-fetch-mode': 'no-cors' }, 403],
    [
      'of a frame',
      `/?${ANSWER}`,
      { host, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
      403,
    ],
    ['of a page', `/?${ANSWER}`, { host, origin: 'https://evil.example' }, 403],
  ])('%s is turned away', (_what, target, headers, status) => {
    expect(judge({ method: 'GET', target, headers }, expected)).toEqual({
      kind: 'refused',
      status,
    });
  });

  it.each([
    ['without what only browsers say', { host }],
    ['of a browser', { host, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }],
  ])('that is the answer is taken %s', (_what, headers) => {
    const verdict = judge({ method: 'GET', target: `/?${ANSWER}&iss=x`, headers }, expected);
    expect(verdict.kind).toBe('answer');
  });

  it('that does not have the state is never taken, whatever it is', () => {
    const anything = record({
      method: oneof(constant('GET'), string()),
      target: oneof(
        string(),
        string().map((text) => `/?${text}`),
        dictionary(constantFrom('state', 'code', 'error', 'iss'), string()).map(
          (query) => `/?${new URLSearchParams(query).toString()}`,
        ),
      ),
      headers: record(
        {
          host: oneof(constant(host), string()),
          origin: string(),
          'sec-fetch-mode': oneof(constant('navigate'), string()),
        },
        { requiredKeys: [] },
      ),
    });
    assert(
      property(anything, (heard) => {
        const { kind } = judge(heard, expected);
        expect(kind === 'answer' && !heard.target.includes(STATE)).toBe(false);
      }),
    );
  });

  it('by another method is turned away', () => {
    for (const method of ['POST', 'HEAD', 'OPTIONS', 'PUT']) {
      const heard = { method, target: `/?${ANSWER}`, headers: { host } };
      expect(judge(heard, expected)).toEqual({ kind: 'refused', status: 405 });
    }
  });
});

describe('the server of one sign-in', () => {
  it('goes on waiting whatever comes, and takes one answer', async () => {
    await using loopback = await Loopback.open('127.0.0.1', STATE);
    const { redirectUri } = loopback;
    let arrived = 0;
    const arrival = loopback.arrival().then((there) => {
      arrived += 1;
      return there;
    });
    const { port } = new URL(redirectUri);
    // No HTTP at all, and somebody who hangs up.
    const rubbish = connect(Number(port), '127.0.0.1').end('\x16\x03\x01 no HTTP\r\n\r\n');
    rubbish.on('error', () => undefined);
    await once(rubbish, 'close');
    for (const path of ['', 'favicon.ico', '?code=c&state=wrong', `callback?${ANSWER}`]) {
      expect((await visit(`${redirectUri}${path}`)).status).toBeGreaterThanOrEqual(400);
    }
    expect(await visit(`${redirectUri}?${ANSWER}`, { origin: 'null' })).toMatchObject({
      status: 403,
    });
    expect(arrived).toBe(0);

    const shown = visit(`${redirectUri}?${ANSWER}`);
    const { url, show } = await arrival;
    expect(url.searchParams.get('code')).toBe('the-code');
    // The same once more, while the first one waits for its page.
    expect(await visit(`${redirectUri}?${ANSWER}`)).toMatchObject({ status: 400 });
    show('done');
    const page = await shown;
    expect(page).toMatchObject({
      status: 200,
      body: expect.stringContaining('You are signed in') as string,
      headers: {
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'content-security-policy': expect.stringContaining("default-src 'none'") as string,
      },
    });
    // Its address loses the code; nothing that came from outside is in it.
    expect(page.body).toContain("history.replaceState(null, '', '/')");
    expect(page.body).not.toContain('the-code');
    expect(arrived).toBe(1);
  });

  it('is at both addresses of localhost, and gone when it is closed', async () => {
    const loopback = await Loopback.open('localhost', STATE);
    const { port } = new URL(loopback.redirectUri);
    expect(loopback.redirectUri).toBe(`http://localhost:${port}/`);
    const headers = { host: `localhost:${port}` };
    for (const host of ['127.0.0.1', '[::1]']) {
      expect((await visit(`http://${host}:${port}/`, headers)).status).toBe(400);
    }
    await loopback[Symbol.asyncDispose]();
    const [error] = (await once(get(`http://127.0.0.1:${port}/`), 'error')) as [Error];
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });
});
