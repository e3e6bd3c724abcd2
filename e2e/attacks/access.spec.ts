import { request, type IncomingHttpHeaders } from 'node:http';
import { WebSocket } from 'ws';
import { expect, REFUSED, test } from '../fixtures/browser/reprise.ts';

/** The code of an answer; a WebSocket that is let in counts as 101. */
async function webSocketStatus(
  origin: string,
  headers: Record<string, string>,
): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc`, { headers });
  socket.once('open', () => {
    resolve(101);
  });
  socket.once('unexpected-response', (_, response) => {
    resolve(response.statusCode);
  });
  socket.on('error', reject);
  try {
    return await promise;
  } finally {
    socket.terminate();
  }
}

const call = (method: string, args: unknown[]) =>
  JSON.stringify({ t: 'q', i: '1', m: method, a: args });

const failed = (code: string) => ({ t: 's', i: '1', r: { ok: false, error: { code } } });

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
}

async function send(url: string, headers: Record<string, string>, method = 'GET'): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  request(url, { method, headers }, (response) => {
    response.resume();
    response.once('end', () => {
      resolve({ status: response.statusCode, headers: response.headers });
    });
  })
    .once('error', reject)
    .end();
  return await promise;
}

test.describe('7: who may connect', () => {
  test('the WebSocket is for the token alone, from our own page or no page', async ({
    startReprise,
  }) => {
    const { origin, token } = await startReprise();
    const host = new URL(origin).host;
    const authorization = `Bearer ${token}`;
    const foreign = 'http://evil.example';
    const cases: [what: string, headers: Record<string, string>, status: number][] = [
      ['the token', { authorization }, 101],
      ['the token from our own page', { authorization, origin }, 101],
      ['nothing', {}, 401],
      ['our own page without the token', { origin }, 401],
      ['a wrong token', { authorization: `Bearer ${'A'.repeat(token.length)}` }, 401],
      ['a made-up cookie', { origin, cookie: `reprise_${new URL(origin).port}=x` }, 401],
      ['a foreign page with the token', { authorization, origin: foreign }, 403],
      ['another port of this machine', { authorization, origin: 'http://127.0.0.1:1' }, 403],
      ['a foreign name for this address', { authorization, host: 'evil.example' }, 421],
      ['a foreign name with our port', { authorization, host: `evil.example:${host}` }, 421],
    ];
    for (const [what, headers, status] of cases) {
      expect(await webSocketStatus(origin, headers), what).toBe(status);
    }
  });

  test('a session is opened by the token alone, and its cookie is hard to steal', async ({
    startReprise,
  }) => {
    const { origin, token } = await startReprise();
    const url = `${origin}/session`;
    const authorization = `Bearer ${token}`;
    const foreign = { authorization, origin: 'http://evil.example' };
    expect(await send(url, foreign, 'POST')).toMatchObject({ status: 403 });
    expect(await send(url, { origin }, 'POST')).toMatchObject({ status: 401 });
    const opened = await send(url, { authorization, origin }, 'POST');
    expect(opened.status).toBe(204);
    const [cookie = ''] = opened.headers['set-cookie'] ?? [];
    expect(cookie).toContain('HttpOnly');
    expect(cookie).toContain('SameSite=Strict');
    expect(cookie).not.toContain(token);
    const withCookie = { origin, cookie: cookie.split(';', 1)[0] ?? '' };
    expect(await webSocketStatus(origin, withCookie)).toBe(101);
  });

  test('the page is served under our own name only, with a strict policy', async ({
    startReprise,
  }) => {
    const { origin } = await startReprise();
    expect(await send(origin, { host: 'evil.example' })).toMatchObject({ status: 421 });
    const { status, headers } = await send(origin, {});
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  test('a page without the token shows nothing and says what to do', async ({
    startReprise,
    dashboard,
    complaints,
  }) => {
    complaints.expect(REFUSED);
    const reprise = await startReprise({ script: 'demo' });
    const { page } = dashboard;
    for (const hash of ['', '#token=AAAA']) {
      await page.goto(`${reprise.origin}/${hash}`);
      const heading = page.getByRole('heading', { name: 'needs the link that Reprise printed' });
      await expect(heading).toBeVisible();
      await expect(dashboard.accounts).toBeHidden();
      await page.goto('about:blank');
    }
  });

  test('nonsense on the WebSocket is answered, and the engine goes on', async ({
    startReprise,
  }) => {
    const { origin, token } = await startReprise();
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const frames: string[] = [];
    let arrived = Promise.withResolvers<void>();
    socket.on('message', (data: Buffer) => {
      frames.push(data.toString());
      arrived.resolve();
    });
    const answerTo = async (frame: string | Buffer): Promise<unknown> => {
      arrived = Promise.withResolvers<void>();
      socket.send(frame);
      await arrived.promise;
      return JSON.parse(frames.at(-1) ?? '');
    };
    await new Promise((resolve) => socket.once('open', resolve));
    const noCall = { t: 'rejected', error: { code: 'invalid-input' } };
    for (const frame of ['', '{', 'null', '[]', '{"t":"q"}', Buffer.from([0, 255])]) {
      expect(await answerTo(frame), String(frame)).toMatchObject(noCall);
    }
    expect(await answerTo(call('eval', []))).toMatchObject(failed('unknown-method'));
    expect(await answerTo(call('constructor', []))).toMatchObject(failed('unknown-method'));
    expect(await answerTo(call('setReuse', ['a', 'yes']))).toMatchObject(failed('invalid-input'));
    expect(await answerTo(call('setReuse', ['a', true]))).toMatchObject(failed('not-found'));
    expect(await answerTo(call('getState', []))).toMatchObject({ t: 's', r: { ok: true } });
    socket.terminate();
  });
});
