/** The ways of the big providers, by servers that are called as theirs and answer as they do. */
import { once } from 'node:events';
import { get, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import type { AppFacts, GrantId, Totals } from '../../../shared/model.ts';
import type { SignIn, SignInFlow } from '../../../shared/oauth.ts';
import { lineLog, Redaction } from '../log/index.ts';
import { straight } from '../proxy/index.ts';
import { startInternet, type SmallInternet } from '../set-up/testing/small-internet.ts';
import { EngineState } from '../state/index.ts';
import { memoryProtector } from '../storage/index.ts';
import { TestClock } from '../testing/clock.ts';
import { memoryClients } from './clients.ts';
import type { Granted } from './grants.ts';
import { Requests } from './requests.ts';
import { SignIns, WAIT_MS, type Wish } from './sign-ins.ts';

const MICROSOFT = 'https://login.microsoftonline.com/common/v2.0';
const GOOGLE = 'https://accounts.google.com';
const YANDEX = 'https://oauth.yandex.com';

let there: SmallInternet | null = null;
afterEach(async () => {
  await there?.[Symbol.asyncDispose]();
  there = null;
});

type Answers = Readonly<Record<string, (form: URLSearchParams) => object>>;

/** Sign-ins in an internet where these places answer with JSON. */
async function inWorld(answers: Answers) {
  const asked: { place: string; form: Record<string, string>; authorization: string | null }[] = [];
  const reply = async (
    place: string,
    answer: (form: URLSearchParams) => object,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const form = new URLSearchParams(await text(request));
    const { authorization = null } = request.headers;
    asked.push({ place, form: Object.fromEntries(form), authorization });
    const said = answer(form);
    const { status = 'error' in said ? 400 : 200, ...body } = said as { status?: number };
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  const pages = Object.fromEntries(
    Object.entries(answers).map(([place, answer]) => [
      place,
      (request: IncomingMessage, response: ServerResponse): void => {
        void reply(place, answer, request, response);
      },
    ]),
  );
  there = await startInternet({ pages });
  const clock = new TestClock();
  const state = new EngineState({} as AppFacts, {} as Totals);
  const redaction = new Redaction();
  const clients = memoryClients(memoryProtector(), redaction);
  const requests = new Requests(there.internet, clock);
  const printed: string[] = [];
  const log = lineLog(
    (line) => printed.push(line),
    () => new Date(0),
  );
  const signIns = new SignIns({ state, clients, requests, clock, redaction, log });
  const granted: Granted[] = [];
  /** Resolves with the sign-in in a phase that it has entered. */
  const until = (...phases: readonly SignIn['phase'][]): Promise<SignIn> =>
    new Promise((resolve) => {
      const look = (): void => {
        const one = state.list('signIns').at(-1);
        if (one !== undefined && phases.includes(one.phase)) resolve(one);
      };
      state.listen(look);
      look();
    });
  const begin = (
    issuer: string,
    host: string,
    flow: SignInFlow = 'browser',
    more: Partial<Wish> = {},
  ): void => {
    signIns.start({
      accountId: null,
      place: { host, name: host, port: 993, security: 'tls', user: 'ann@example.org' },
      issuer,
      clientId: null,
      fallback: null,
      way: straight,
      flow,
      confirmedForeign: [],
      anyUser: false,
      finish: (what) => {
        granted.push(what);
        return Promise.resolve('a-grant' as GrantId);
      },
      ...more,
    });
  };
  return { asked, clients, clock, granted, until, begin, signIns, printed };
}

/** The browser comes back. */
async function comeBack(url: string, answer: Readonly<Record<string, string>>): Promise<string> {
  const { searchParams } = new URL(url);
  const back = new URL(searchParams.get('redirect_uri') ?? '');
  const state = searchParams.get('state') ?? '';
  back.search = new URLSearchParams({ state, ...answer }).toString();
  const [page] = (await once(get(back), 'response')) as [IncomingMessage];
  return text(page);
}

const TOKENS = { access_token: 'an-access-token', token_type: 'Bearer', expires_in: 3599 };

describe('a sign-in at Microsoft’s', () => {
  const TOKEN = 'login.microsoftonline.com/common/oauth2/v2.0/token';
  const DEVICE = 'login.microsoftonline.com/common/oauth2/v2.0/devicecode';

  it('comes back to localhost, with no secret, and asks for mail and for offline access', async () => {
    const world = await inWorld({ [TOKEN]: () => ({ ...TOKENS, refresh_token: 'refresh-1' }) });
    await world.clients.set(
      MICROSOFT,
      { clientId: 'my-app', secret: null },
      { isRegistered: false },
    );
    world.begin(MICROSOFT, 'outlook.office365.com');
    const { url } = await world.until('waiting');
    const { searchParams: query, origin, pathname } = new URL(url ?? '');
    expect(`${origin}${pathname}`).toBe(
      'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
    );
    expect(query.get('redirect_uri')).toMatch(/^http:\/\/localhost:\d+\/$/);
    expect(query.get('scope')).toBe(
      'https://outlook.office.com/IMAP.AccessAsUser.All offline_access',
    );
    expect(query.get('login_hint')).toBe('ann@example.org');
    expect(query.get('code_challenge_method')).toBe('S256');
    expect(await comeBack(url ?? '', { code: 'c' })).toContain('You are signed in');
    await world.until('done');
    const [{ form, authorization } = { form: {}, authorization: '' }] = world.asked;
    expect(form).toMatchObject({ client_id: 'my-app', code: 'c' });
    expect(form).not.toHaveProperty('client_secret');
    expect(authorization).toBeNull();
    expect(world.granted).toMatchObject([{ refreshToken: 'refresh-1' }]);
  });

  it.each([
    ['access_denied', 'the user declined', 'denied', 'allow access'],
    ['access_denied', 'AADSTS90095: Admin consent is required', 'policy', 'administrator'],
    ['server_error', 'AADSTS90033: A transient error has occurred', 'unreachable', 'Try again'],
    ['invalid_request', 'AADSTS50194: not configured as multi-tenant', 'client', 'TENANT'],
  ])('that ends with %s (%s) says what to do', async (error, said, code, words) => {
    const world = await inWorld({});
    await world.clients.set(
      MICROSOFT,
      { clientId: 'my-app', secret: null },
      { isRegistered: false },
    );
    world.begin(MICROSOFT, 'outlook.office365.com');
    const { url } = await world.until('waiting');
    const page = await comeBack(url ?? '', { error, error_description: `${said} <script>` });
    expect(page).toContain('did not work');
    expect(page).not.toContain(said);
    const { problem } = await world.until('failed');
    expect(problem).toMatchObject({ code, serverLine: expect.stringContaining(said) as string });
    expect(problem?.message).toContain(words);
  });

  it('has a code for any other device', async () => {
    const codes = {
      device_code: 'the-device-code',
      user_code: 'ABC123',
      verification_uri: 'https://microsoft.com/devicelogin',
      expires_in: 900,
      interval: 0.01,
    };
    let polls = 0;
    const world = await inWorld({
      [DEVICE]: () => codes,
      [TOKEN]: () => {
        polls += 1;
        return polls < 3
          ? { error: 'authorization_pending' }
          : { ...TOKENS, refresh_token: 'refresh-1' };
      },
    });
    await world.clients.set(
      MICROSOFT,
      { clientId: 'my-app', secret: null },
      { isRegistered: false },
    );
    world.begin(MICROSOFT, 'outlook.office365.com', 'device');
    expect(await world.until('waiting')).toMatchObject({
      userCode: 'ABC123',
      verificationUri: 'https://microsoft.com/devicelogin',
      url: 'https://microsoft.com/devicelogin',
    });
    expect(await world.until('done')).toMatchObject({ userCode: null, grant: 'a-grant' });
    expect(polls).toBe(3);
  });
});

describe('a sign-in at Google’s', () => {
  const TOKEN = 'oauth2.googleapis.com/token';

  it('sends its secret that is none, and asks for a refresh token each time', async () => {
    const world = await inWorld({ [TOKEN]: () => ({ ...TOKENS, refresh_token: '1//r' }) });
    const client = { clientId: 'x.apps.googleusercontent.com', secret: 'GOCSPX-secret' };
    await world.clients.set(GOOGLE, client, { isRegistered: false });
    world.begin(GOOGLE, 'imap.gmail.com');
    const { url } = await world.until('waiting');
    expect(url).not.toContain('GOCSPX');
    const { searchParams: query } = new URL(url ?? '');
    expect(query.get('redirect_uri')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect([query.get('access_type'), query.get('prompt')]).toEqual(['offline', 'consent']);
    await comeBack(url ?? '', { code: 'c', iss: GOOGLE });
    await world.until('done');
    expect(world.asked[0]?.form).toMatchObject({ client_secret: 'GOCSPX-secret' });
  });

  it('is no sign-in where another issuer answers (RFC 9207), or no refresh token comes', async () => {
    const world = await inWorld({ [TOKEN]: () => TOKENS });
    const client = { clientId: 'x.apps.googleusercontent.com', secret: 'GOCSPX-secret' };
    await world.clients.set(GOOGLE, client, { isRegistered: false });
    world.begin(GOOGLE, 'imap.gmail.com');
    const { url } = await world.until('waiting');
    await comeBack(url ?? '', { code: 'c', iss: 'https://evil.example' });
    await world.until('failed');
    expect(world.asked).toEqual([]);
    expect(world.granted).toEqual([]);
  });

  it.each([
    ['signed with a key of another kind', jwt({ alg: 'ES256' }), 'ann@example.org'],
    ['signed with the secret', jwt({ alg: 'HS256' }), 'ann@example.org'],
    ['over, as far as this clock goes', jwt({}, { exp: 1, iat: 1 }), 'ann@example.org'],
    ['for another client', jwt({}, { aud: 'another' }), null],
    ['of another issuer', jwt({}, { iss: 'https://evil.example' }), null],
    ['nothing', null, null],
    ['rubbish', 'a.b.c', null],
    ['a number', 5, null],
  ])('does not end for an ID token that is %s', async (_what, id_token, signedInAs) => {
    const world = await inWorld({
      [TOKEN]: () => ({ ...TOKENS, refresh_token: '1//r', id_token }),
    });
    await world.clients.set(GOOGLE, { clientId: 'x', secret: 's' }, { isRegistered: false });
    world.begin(GOOGLE, 'imap.gmail.com');
    const { url } = await world.until('waiting');
    await comeBack(url ?? '', { code: 'c' });
    expect(await world.until('done', 'failed')).toMatchObject({ phase: 'done', signedInAs });
    expect(world.granted).toMatchObject([{ refreshToken: '1//r' }]);
  });

  it('wants a client id first, and ends by itself when nobody comes', async () => {
    const world = await inWorld({});
    world.begin(GOOGLE, 'imap.gmail.com');
    expect((await world.until('failed')).problem?.code).toBe('client-needed');
    const later = await inWorldWithClient();
    later.begin(GOOGLE, 'imap.gmail.com');
    await later.until('waiting');
    later.clock.advance(WAIT_MS);
    expect((await later.until('failed')).problem?.code).toBe('expired');
  });
});

function jwt(header: object, claims: object = {}): string {
  const usual = { iss: GOOGLE, aud: 'x', sub: '1', exp: 9_999_999_999, email: 'ann@example.org' };
  const parts = [
    { alg: 'RS256', ...header },
    { ...usual, ...claims },
  ];
  const encoded = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  return [...encoded, 'c2lnbmF0dXJl'].join('.');
}

async function inWorldWithClient() {
  await there?.[Symbol.asyncDispose]();
  const world = await inWorld({});
  await world.clients.set(GOOGLE, { clientId: 'x', secret: 's' }, { isRegistered: false });
  return world;
}

describe('a sign-in at Yandex’', () => {
  it('is made with a code, which comes under an older name', async () => {
    const world = await inWorld({
      'oauth.yandex.com/device/code': () => ({
        device_code: 'the-device-code',
        user_code: 'abcd1234',
        verification_url: 'https://ya.ru/device',
        expires_in: 300,
        interval: 0.01,
      }),
      'oauth.yandex.com/token': () => ({ ...TOKENS, refresh_token: '1:r' }),
    });
    await world.clients.set(
      YANDEX,
      { clientId: 'y', secret: 'of-yandex' },
      { isRegistered: false },
    );
    world.begin(YANDEX, 'imap.yandex.com', 'device');
    expect(await world.until('waiting')).toMatchObject({
      verificationUri: 'https://ya.ru/device',
    });
    await world.until('done');
    expect(world.asked.at(-1)?.form).toMatchObject({ client_secret: 'of-yandex' });
  });
});

describe('a sign-in at an issuer that nobody knows', () => {
  const ISSUER = 'https://auth.example.org';
  const METADATA = 'auth.example.org/.well-known/oauth-authorization-server';
  const CODES = {
    device_code: 'the-device-code',
    user_code: 'ABC123',
    verification_uri: `${ISSUER}/device`,
    expires_in: 300,
    interval: 0.01,
  };

  /** It names these in its metadata, and answers to requests for codes with `codes`. */
  async function worldOf(metadata: object, codes: object = {}, tokens: object = {}) {
    const world = await inWorld({
      [METADATA]: () => ({
        issuer: ISSUER,
        authorization_endpoint: `${ISSUER}/authorize`,
        token_endpoint: `${ISSUER}/token`,
        device_authorization_endpoint: `${ISSUER}/device/code`,
        ...metadata,
      }),
      'auth.example.org/device/code': () => ({ ...CODES, ...codes }),
      'auth.example.org/token': () => tokens,
    });
    await world.clients.set(ISSUER, { clientId: 'c', secret: null }, { isRegistered: false });
    const begin = (flow: SignInFlow, confirmed: readonly string[] = []): Promise<SignIn> => {
      world.begin(ISSUER, 'imap.example.org', flow, { confirmedForeign: confirmed });
      return world.until('waiting', 'failed');
    };
    return { ...world, begin };
  }

  const AT_MICROSOFT = 'https://login.microsoftonline.com/common/oauth2/v2.0';
  it.each([
    ['authorization_endpoint', `${AT_MICROSOFT}/authorize`],
    ['authorization_endpoint', 'https://accounts.google.com./o/oauth2/v2/auth'],
    ['token_endpoint', 'https://oauth2.googleapis.com/token'],
    ['device_authorization_endpoint', `${AT_MICROSOFT}/devicecode`],
    ['registration_endpoint', 'https://oauth.yandex.ru/register'],
  ])('that names a provider’s %s is none: %s', async (endpoint, address) => {
    const world = await worldOf({ [endpoint]: address });
    const { problem, url } = await world.begin('browser', [new URL(address).hostname]);
    expect(problem).toMatchObject({
      code: 'issuer',
      message: expect.stringContaining(new URL(address).host) as string,
    });
    expect(url).toBeNull();
    expect(world.asked.map(({ place }) => place)).toEqual([METADATA]);
  });

  it.each([
    [
      'another program’s request',
      `${ISSUER}/authorize?client_id=another&scope=all`,
      'holds a request',
    ],
    ['a user name', 'https://auth.example.org@evil.example/authorize', 'no plain address'],
    ['far more than an address', `${ISSUER}/${'a'.repeat(2000)}`, 'no plain address'],
  ])('with %s in its page is none', async (_what, address, why) => {
    const world = await worldOf({ authorization_endpoint: address });
    const { problem } = await world.begin('browser');
    expect(problem).toMatchObject({
      code: 'issuer',
      message: expect.stringContaining(why) as string,
    });
  });

  it('that sends on outside of its domain is asked about, with every host', async () => {
    const elsewhere = {
      authorization_endpoint: 'https://sso.victim.example/authorize?tenant=1',
      token_endpoint: 'https://tokens.example.net/token',
    };
    const world = await worldOf(elsewhere);
    const hosts = ['sso.victim.example', 'tokens.example.net'];
    const { problem } = await world.begin('browser');
    expect(problem).toMatchObject({ code: 'foreign-issuer', foreignHosts: hosts });
    for (const host of hosts) expect(problem?.message).toContain(host);
    // What was agreed to is these hosts, not whatever comes.
    expect(await world.begin('browser', ['sso.victim.example'])).toMatchObject({
      problem: { code: 'foreign-issuer', foreignHosts: ['tokens.example.net'] },
    });
    const { url } = await world.begin('browser', hosts);
    expect(url).toMatch(/^https:\/\/sso\.victim\.example\/authorize\?tenant=1&/);
  });

  it('is not asked about a host of its own domain', async () => {
    const world = await worldOf({ token_endpoint: 'https://tokens.example.org/token' });
    expect(await world.begin('browser')).toMatchObject({ phase: 'waiting', problem: null });
  });

  it.each([
    ['a provider', 'https://microsoft.com/devicelogin', 'issuer', 'microsoft.com'],
    ['a user name', 'https://auth.example.org@evil.example/', 'issuer', 'no page'],
    ['too much', `${ISSUER}/${'a'.repeat(2000)}`, 'issuer', 'no page'],
    ['somebody else', 'https://sso.victim.example/device', 'foreign-issuer', 'sso.victim.example'],
  ])('does not send whoever has a code to %s', async (_whom, address, code, words) => {
    const world = await worldOf({}, { verification_uri: address });
    const { problem, userCode } = await world.begin('device');
    expect(problem).toMatchObject({ code, message: expect.stringContaining(words) as string });
    expect(userCode).toBeNull();
  });

  it.each([
    ['the code in it', `${ISSUER}/device?user_code=ABC123`, `${ISSUER}/device?user_code=ABC123`],
    ['another host', 'https://evil.example/device?user_code=ABC123', `${ISSUER}/device`],
    ['a user name', 'https://auth.example.org@evil.example/', `${ISSUER}/device`],
    ['too much', `${ISSUER}/${'a'.repeat(2000)}`, `${ISSUER}/device`],
  ])('opens the page that it shows, given one with %s', async (_what, complete, opened) => {
    const world = await worldOf({}, { verification_uri_complete: complete });
    const { url, verificationUri } = await world.begin('device');
    expect([verificationUri, url]).toEqual([`${ISSUER}/device`, opened]);
    world.signIns.close();
  });

  it('with a code is not ended by an ID token of an odd kind', async () => {
    const id_token = jwt({ alg: 'EdDSA' }, { iss: ISSUER, aud: 'c' });
    const world = await worldOf({}, {}, { ...TOKENS, refresh_token: 'r', id_token });
    await world.begin('device');
    expect(await world.until('done', 'failed')).toMatchObject({
      phase: 'done',
      signedInAs: 'ann@example.org',
    });
  });
});

describe('an issuer that has an endpoint to register at', () => {
  const ISSUER = 'https://auth.example.org/realms/mail';
  const REFUSED = {
    error: 'insufficient_scope',
    error_description: "Policy 'Trusted Hosts' rejected request to client-registration service.",
  };

  function worldThatAnswers(answer: object) {
    return inWorld({
      'auth.example.org/.well-known/oauth-authorization-server/realms/mail': () => ({
        issuer: ISSUER,
        authorization_endpoint: `${ISSUER}/authorize`,
        token_endpoint: `${ISSUER}/token`,
        registration_endpoint: `${ISSUER}/register`,
      }),
      'auth.example.org/realms/mail/register': () => answer,
    });
  }

  it.each([
    [{ status: 403, ...REFUSED }, 'Trusted Hosts'],
    [{ status: 401, error: 'invalid_token', error_description: 'Not authorized.' }, 'Not auth'],
    [{ status: 400, error: 'invalid_redirect_uri' }, 'invalid_redirect_uri'],
    [{ status: 404, message: 'no such page' }, 'nothing'],
    [{ status: 405 }, 'nothing'],
  ])('and answers with %j gives no client id by itself', async (answer, said) => {
    const world = await worldThatAnswers(answer);
    world.begin(ISSUER, 'imap.example.org');
    const { problem } = await world.until('failed', 'waiting');
    expect(problem).toMatchObject({
      code: 'client-needed',
    });
    expect(problem?.serverLine ?? 'nothing').toContain(said);
    // The id that the account has had may do.
    world.begin(ISSUER, 'imap.example.org', 'browser', { fallback: 'the-old-id' });
    expect(await world.until('waiting')).toMatchObject({ clientId: 'the-old-id' });
    world.signIns.close();
  });

  it('and cannot answer is asked again another time', async () => {
    const world = await worldThatAnswers({ status: 503 });
    world.begin(ISSUER, 'imap.example.org');
    expect((await world.until('failed')).problem?.code).toBe('unreachable');
  });
});

describe('an issuer with a path', () => {
  it.each([
    ['https://auth.example.org/application/o/mail', 'https://auth.example.org/application/o/mail/'],
    ['https://auth.example.org/application/o/mail/', 'https://auth.example.org/application/o/mail'],
  ])('written as %s may call itself %s', async (written, itself) => {
    const base = 'auth.example.org/application/o';
    const world = await inWorld({
      // As Authentik has it.
      [`${base}/mail/.well-known/openid-configuration`]: () => ({
        issuer: itself,
        authorization_endpoint: `https://${base}/authorize/`,
        token_endpoint: `https://${base}/token/`,
        registration_endpoint: `https://${base}/register/`,
      }),
      [`${base}/register/`]: () => ({ status: 201, client_id: 'registered' }),
      [`${base}/token/`]: () => ({ ...TOKENS, refresh_token: 'r' }),
    });
    world.begin(written, 'imap.example.org');
    const { url, problem } = await world.until('waiting', 'failed');
    expect(problem).toBeNull();
    await comeBack(url ?? '', { code: 'c', iss: itself });
    expect(await world.until('done', 'failed')).toMatchObject({
      phase: 'done',
      clientId: 'registered',
    });
  });
});
