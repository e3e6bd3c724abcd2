import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccountSettings } from '../accounts/index.ts';
import { RepriseError } from '../../../shared/errors.ts';
import { accountSettings } from '../accounts/testing/account.ts';
import { memoryBook, placeOf } from '../accounts/index.ts';
import { lineLog, redactedLog, Redaction } from '../log/index.ts';
import { straight } from '../proxy/index.ts';
import { memoryProtector } from '../storage/index.ts';
import { TestClock } from '../testing/clock.ts';
import { TokenDesk } from './access-tokens.ts';
import { memoryClients } from './clients.ts';
import { OAuthError } from './oauth-error.ts';
import { Requests } from './requests.ts';
import { ScriptedIssuer, type Scripted } from './testing/issuer.ts';

let issuer: ScriptedIssuer;
beforeEach(async () => {
  issuer = await ScriptedIssuer.start();
});
afterEach(() => issuer[Symbol.asyncDispose]());

const { signal } = new AbortController();

/** An account that has signed in there, and what gives its tokens. */
async function signedIn(refreshToken = 'refresh-1') {
  const clock = new TestClock();
  const book = memoryBook();
  const account = accountSettings('ann', {
    signIn: { kind: 'oauth', issuer: issuer.issuer, clientId: 'reprise' },
  });
  await book.add(account, refreshToken);
  const redaction = new Redaction();
  const clients = memoryClients(memoryProtector(), redaction);
  const printed: string[] = [];
  const log = lineLog(
    (line) => printed.push(line),
    () => new Date(0),
  );
  const desk = new TokenDesk({
    book,
    clients,
    requests: new Requests(issuer.internet, clock),
    wayOf: () => straight,
    clock,
    redaction,
    log: redactedLog(log, redaction),
  });
  const get = (of: AccountSettings = account) => desk.get(of, { signal });
  const trouble = async (): Promise<OAuthError> => {
    try {
      await get();
    } catch (error) {
      if (error instanceof OAuthError) return error;
      throw error;
    }
    throw new Error('there is a token');
  };
  return { clock, book, account, desk, clients, printed, get, trouble };
}

const tokens = (more: object = {}): Scripted => ({
  body: { access_token: 'a-token', token_type: 'Bearer', expires_in: 3600, ...more },
});
const refusal = (error: string, more: object = {}, status = 400): Scripted => ({
  status,
  body: { error, ...more },
});

describe('an access token', () => {
  it('is asked for once, however many want it, and again when it is about to end', async () => {
    const { get, clock } = await signedIn();
    const all = await Promise.all(Array.from({ length: 20 }, () => get()));
    expect(new Set(all.map(({ token }) => token))).toEqual(new Set(['a-token']));
    expect(issuer.asked.map((form) => Object.fromEntries(form))).toEqual([
      { grant_type: 'refresh_token', refresh_token: 'refresh-1', client_id: 'reprise' },
    ]);
    clock.advance(3_539_999);
    await get();
    expect(issuer.asked).toHaveLength(1);
    clock.advance(1);
    await get();
    expect(issuer.asked).toHaveLength(2);
    // Its metadata was still good.
    expect(issuer.lookedUp).toBe(1);
  });

  it('comes by a refresh that goes on without whoever asked for it', async () => {
    const { desk, account, get } = await signedIn();
    const asked = Promise.withResolvers<void>();
    const held = Promise.withResolvers<Scripted>();
    issuer.token = () => {
      asked.resolve();
      return held.promise;
    };
    const impatient = new AbortController();
    const first = desk.get(account, { signal: impatient.signal });
    await asked.promise;
    impatient.abort(new Error('gone'));
    await expect(first).rejects.toThrow('gone');
    held.resolve(tokens({ refresh_token: 'refresh-2' }));
    expect((await get()).token).toBe('a-token');
    expect(issuer.asked).toHaveLength(1);
  });

  it('is not used before the refresh token that came with it is stored', async () => {
    const { book, account, get } = await signedIn();
    issuer.token = () => tokens({ refresh_token: 'refresh-2' });
    await get();
    expect(await book.passwordFor(account)).toBe('refresh-2');
  });

  it('comes with a refresh token that is stored although secrets were sealed anew meanwhile', async () => {
    const { book, account, get } = await signedIn();
    issuer.token = async () => {
      // Another text for the same token, as a key store's new key makes it.
      await book.secrets.set(account.id, 'refresh-1', placeOf(account));
      return tokens({ refresh_token: 'refresh-2' });
    };
    expect((await get()).token).toBe('a-token');
    expect(await book.passwordFor(account)).toBe('refresh-2');
  });

  it('is used although the disk refuses the refresh token, which is kept for the next', async () => {
    const { book, account, get, clock, printed } = await signedIn();
    const renew = book.renew.bind(book);
    book.renew = () => Promise.reject(new Error('full'));
    issuer.token = () => tokens({ refresh_token: 'refresh-2' });
    expect((await get()).token).toBe('a-token');
    expect(printed.join('')).toContain('kept in memory');
    expect(printed.join('')).not.toContain('refresh-2');
    book.renew = renew;
    clock.advance(3_600_000);
    issuer.token = () => tokens();
    await get();
    expect(issuer.asked.map((form) => form.get('refresh_token'))).toEqual([
      'refresh-1',
      'refresh-2',
    ]);
    // With the next answer, although that brings none.
    expect(await book.passwordFor(account)).toBe('refresh-2');
  });

  it('whose refresh token the disk has refused has it written when the program ends', async () => {
    const { book, account, desk, get } = await signedIn();
    const renew = book.renew.bind(book);
    book.renew = () => Promise.reject(new Error('full'));
    issuer.token = () => tokens({ refresh_token: 'refresh-2' });
    await get();
    book.renew = renew;
    await desk.settled();
    expect(await book.passwordFor(account)).toBe('refresh-2');
  });

  it.each<[string, object]>([
    ['no life', { expires_in: null }],
    ['an empty life', { expires_in: '' }],
    ['no scope', { scope: null }],
    ['a list of scopes', { scope: ['mail'] }],
    ['no kind', { token_type: undefined }],
    ['no ID token', { id_token: null }],
  ])('comes with a refresh token, and with %s', async (_what, odd) => {
    const { book, account, get } = await signedIn();
    issuer.token = () => tokens({ refresh_token: 'refresh-2', ...odd });
    expect((await get()).token).toBe('a-token');
    expect(await book.passwordFor(account)).toBe('refresh-2');
  });

  it.each<[string, object]>([
    ['of another kind', { token_type: 'mac' }],
    ['that is none', { access_token: 7 }],
    ['that is missing', { access_token: null }],
  ])('%s loses nothing of the refresh token beside it', async (_what, odd) => {
    const { book, account, trouble } = await signedIn();
    issuer.token = () => tokens({ refresh_token: 'refresh-2', ...odd });
    expect((await trouble()).trouble).toBe('unreachable');
    expect(await book.passwordFor(account)).toBe('refresh-2');
  });

  it('goes on with the refresh token that there was where none comes', async () => {
    const { book, account, get } = await signedIn();
    issuer.token = () => tokens({ refresh_token: null });
    await get();
    expect(await book.passwordFor(account)).toBe('refresh-1');
  });

  it('of an account that was removed meanwhile is revoked, not stored', async () => {
    const { book, account, trouble } = await signedIn();
    const revoked = Promise.withResolvers<void>();
    issuer.onRevoked = revoked.resolve;
    issuer.token = async () => {
      await book.remove(account.id, () => undefined);
      return tokens({ refresh_token: 'refresh-2' });
    };
    expect((await trouble()).message).toContain('changed meanwhile');
    await revoked.promise;
    expect(issuer.revoked[0]?.get('token')).toBe('refresh-2');
  });

  it('is not spoilt by an ID token that nobody asked for', async () => {
    const { book, account, get } = await signedIn();
    issuer.token = () => tokens({ refresh_token: 'refresh-2', id_token: 'rub.bi.sh' });
    await get();
    expect(await book.passwordFor(account)).toBe('refresh-2');
  });

  it.each([0, 1_800_000])(
    'that is refused at the age of %i ms is replaced; the one in its place is the last',
    async (age) => {
      const { desk, account, get, trouble, clock } = await signedIn();
      let count = 0;
      issuer.token = () => tokens({ access_token: `token-${String((count += 1))}` });
      const { token } = await get();
      clock.advance(age);
      desk.refused(account.id, token);
      // Many mailboxes say the same.
      desk.refused(account.id, token);
      expect((await get()).token).toBe('token-2');
      desk.refused(account.id, 'token-2');
      expect((await trouble()).trouble).toBe('scope');
      expect(issuer.asked).toHaveLength(2);
      // Each wish of its user is one request.
      desk.tryNow(account.id);
      clock.advance(1000);
      expect((await get()).token).toBe('token-3');
      desk.refused(account.id, 'token-3');
      expect((await trouble()).trouble).toBe('scope');
      expect(issuer.asked).toHaveLength(3);
    },
  );

  it.each([
    ['when it has lasted', 30_000],
    ['when another came after it in time', 3_540_000],
  ])('that took the place of a refused one is replaced itself %s', async (_when, laterMs) => {
    const { desk, account, get, clock } = await signedIn();
    let count = 0;
    issuer.token = () => tokens({ access_token: `token-${String((count += 1))}` });
    desk.refused(account.id, (await get()).token);
    await get();
    clock.advance(laterMs);
    const { token } = await get();
    desk.refused(account.id, token);
    expect((await get()).token).not.toBe(token);
  });

  it('that is refused for a grant that was revoked is the last, as the issuer says', async () => {
    const { desk, account, get, trouble } = await signedIn();
    const { token } = await get();
    issuer.token = () => refusal('invalid_grant', { error_description: 'Token revoked' });
    desk.refused(account.id, token);
    expect(await trouble()).toMatchObject({
      trouble: 'sign-in-again',
      serverLine: expect.stringContaining('Token revoked') as string,
    });
    await trouble();
    expect(issuer.asked).toHaveLength(2);
  });

  it('is not had for another place than the one that signed in', async () => {
    const { account, desk } = await signedIn();
    const moved = { ...account, host: 'imap.evil.example' };
    await expect(desk.get(moved, { signal })).rejects.toThrow('changed meanwhile');
    expect(issuer.asked).toHaveLength(0);
  });
});

describe('an issuer that gives none', () => {
  it.each<[string, Scripted, string]>([
    ['sign-in-again', refusal('invalid_grant', { error_description: 'Token revoked' }), 'sign in'],
    ['sign-in-again', refusal('interaction_required'), 'sign in'],
    ['client', refusal('invalid_client'), 'client id'],
    [
      'client',
      {
        status: 401,
        headers: { 'www-authenticate': 'Basic realm="x", error="invalid_client"' },
        body: { error: 'invalid_client' },
      },
      'client id',
    ],
    // Google, of a client that has a secret.
    [
      'client',
      refusal('invalid_request', { error_description: 'client_secret is missing.' }),
      'Enter the secret',
    ],
    [
      'client',
      refusal('invalid_client', {
        error_description:
          "AADSTS700025: Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
      }),
      'Remove the secret',
    ],
    [
      'policy',
      refusal('invalid_grant', {
        error_description: 'AADSTS53003: Access has been blocked by Conditional Access policies.',
      }),
      'administrator',
    ],
    ['policy', refusal('access_denied'), 'allow access'],
    ['scope', refusal('invalid_scope'), 'does not give access to mail'],
  ])('because of %s is asked once in a minute, whoever asks', async (trouble, answer, words) => {
    const { trouble: troubleNow, desk, account, clock } = await signedIn();
    issuer.token = () => answer;
    const errors = await Promise.all(Array.from({ length: 5 }, () => troubleNow()));
    for (const error of errors) {
      expect(error).toMatchObject({ trouble, code: 'OAUTH_SIGN_IN_AGAIN' });
      expect(error.message).toContain(words);
    }
    clock.advance(59_999);
    await troubleNow();
    expect(issuer.asked).toHaveLength(1);
    // Its user may be impatient: once a second is enough.
    desk.tryNow(account.id);
    await troubleNow();
    desk.tryNow(account.id);
    await troubleNow();
    expect(issuer.asked).toHaveLength(2);
  });

  it.each<[string, Scripted]>([
    ['is down', { status: 503, body: 'Out of order.' }],
    ['has trouble of its own', refusal('temporarily_unavailable', {}, 503)],
    ['says so with a 400', refusal('server_error')],
    ['answers with a page', { body: '<html>Sign in to the hotel</html>' }],
    [
      'sends on elsewhere',
      { status: 302, headers: { location: 'https://evil.example/' }, body: '' },
    ],
    ['answers with a list', { body: ['a'] }],
    ['gives no token', { body: { token_type: 'Bearer' } }],
    ['gives a token of another kind', { body: { access_token: 'a', token_type: 'mac' } }],
    ['gives a token that would end a line', tokens({ access_token: 'a\r\nA1 LOGOUT' })],
    ['does not stop', { body: 'x'.repeat(300_000) }],
  ])('since it %s is asked again by itself, ever more rarely', async (_what, answer) => {
    const { trouble, clock, get } = await signedIn();
    issuer.token = () => answer;
    for (const waitMs of [2000, 4000, 8000]) {
      const { trouble: what, code, retryAfterMs } = await trouble();
      expect({ what, code, retryAfterMs }).toEqual({
        what: 'unreachable',
        code: 'OAUTH_UNREACHABLE',
        retryAfterMs: waitMs,
      });
      clock.advance(waitMs - 1);
      expect((await trouble()).retryAfterMs).toBe(1);
      clock.advance(1);
    }
    expect(issuer.asked).toHaveLength(3);
    issuer.token = () => tokens();
    expect((await get()).token).toBe('a-token');
  });

  it('since it never answers is given up after a while', async () => {
    const { trouble, clock } = await signedIn();
    const asked = Promise.withResolvers<void>();
    issuer.token = () => {
      asked.resolve();
      return { body: null };
    };
    const late = trouble();
    await asked.promise;
    clock.advance(20_000);
    expect((await late).trouble).toBe('unreachable');
  });

  it('is left alone for as long as it wants, and asked at once by another network', async () => {
    const { trouble, desk, get, clock } = await signedIn();
    issuer.token = () => ({
      status: 429,
      headers: { 'retry-after': '600' },
      body: { error: 'slow_down' },
    });
    expect((await trouble()).retryAfterMs).toBe(600_000);
    issuer.token = () => tokens();
    clock.advance(1000);
    desk.networkChanged();
    expect((await get()).token).toBe('a-token');
  });

  it('with a page that says when it is back is told as what it is', async () => {
    const { trouble } = await signedIn();
    issuer.token = () => ({ status: 503, headers: { 'retry-after': '600' }, body: 'Down.' });
    const { message, retryAfterMs } = await trouble();
    expect(message).toContain('cannot answer at the moment');
    expect(retryAfterMs).toBe(600_000);
  });

  it('is not blamed for a client secret that cannot be read here', async () => {
    const { trouble, clients } = await signedIn();
    clients.keyOf = () => Promise.reject(new RepriseError('secrets', 'The key store is locked.'));
    expect(await trouble()).toMatchObject({
      trouble: 'client',
      message: 'The key store is locked.',
    });
    expect(issuer.asked).toHaveLength(0);
  });

  it('says nothing that a secret is in', async () => {
    const { trouble } = await signedIn('a-refresh-token-that-is-secret');
    issuer.token = (form) =>
      refusal('invalid_grant', { error_description: `no ${form.get('refresh_token') ?? ''}` });
    const { message, serverLine } = await trouble();
    expect(`${message} ${serverLine ?? ''}`).not.toContain('a-refresh-token-that-is-secret');
  });
});

describe('the metadata of an issuer', () => {
  it.each<[string, (facts: ScriptedIssuer['facts']) => Scripted, string]>([
    ['of another', (facts) => ({ body: { ...facts, issuer: 'https://evil.example' } }), 'another'],
    [
      'with an endpoint by http',
      (facts) => ({ body: { ...facts, token_endpoint: 'http://localhost/token' } }),
      'https',
    ],
    [
      'that sends on',
      () => ({ status: 302, headers: { location: 'https://evil.example/' }, body: '' }),
      'does not say how',
    ],
    ['that is none', () => ({ body: 'Hello.' }), 'does not say how'],
    ['without end', () => ({ body: 'x'.repeat(300_000) }), 'cannot be reached'],
  ])('%s is not gone by', async (_what, metadata, words) => {
    const { trouble } = await signedIn();
    issuer.metadata = () => metadata(issuer.facts);
    expect((await trouble()).message).toContain(words);
    expect(issuer.asked).toHaveLength(0);
  });
});
