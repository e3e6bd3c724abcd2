import { describe, expect, test } from 'vitest';
import type { ConnectSettings } from '../accounts/index.ts';
import type { LineServer } from '../demo/testing/index.ts';
import { OAuthError } from '../oauth/index.ts';
import { testConnection } from './try-connection.ts';
import { TestSupervisor } from './testing/supervisor.ts';
import { startTokenServer, tokensAt, TokensDouble } from './testing/tokens.ts';
import { TestClock } from '../testing/clock.ts';

const three = ['INBOX', 'Sent', 'Work'];
const GOOGLE = Buffer.from(
  '{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}',
).toString('base64');
const json = (said: object): string => Buffer.from(JSON.stringify(said)).toString('base64');
const BASE = 'IMAP4rev1 IDLE NAMESPACE ID';

function settingsOf(server: LineServer): ConnectSettings {
  const { user, host, port, security, servername, caPem } = server;
  const trust = { kind: 'ca', pem: caPem } as const;
  const signIn = { kind: 'password' } as const;
  return { user, host, port, security, servername, trust, proxy: { kind: 'none' }, signIn };
}

describe('signing in by a token', () => {
  test.each([
    ['XOAUTH2 SASL-IR', `${BASE} SASL-IR AUTH=PLAIN AUTH=XOAUTH2`, 'XOAUTH2'],
    ['XOAUTH2, asked for', `${BASE} AUTH=PLAIN AUTH=XOAUTH2`, 'XOAUTH2'],
    ['OAUTHBEARER', `${BASE} SASL-IR AUTH=OAUTHBEARER AUTH=XOAUTH2`, 'OAUTHBEARER'],
    ['OAUTHBEARER, asked for', `${BASE} AUTH=OAUTHBEARER`, 'OAUTHBEARER'],
  ])('goes by %s', async (_way, capabilities, method) => {
    const answers = capabilities.includes('SASL-IR') ? {} : { AUTHENTICATE: '+ ' };
    await using server = await startTokenServer({ capabilities, answers });
    await using watched = new TestSupervisor();
    watched.watchByToken(server, new TokensDouble(watched.clock));
    await watched.state('idle');
    expect(server.sent('AUTHENTICATE').map((line) => line.split(' ')[1])).toEqual([method]);
    expect(tokensAt(server)).toEqual(['token-1']);
    const log = JSON.stringify(watched.supervisor.detail(watched.connection().id));
    expect(log).not.toMatch(/token-1|dG9rZW4tM|Rva2VuLT|0b2tlbi0x/);
  });

  test('goes by the other method where the server does not know the one that it offers', async () => {
    await using server = await startTokenServer({
      capabilities: `${BASE} SASL-IR AUTH=OAUTHBEARER AUTH=XOAUTH2`,
      answers: {
        AUTHENTICATE: (args) =>
          args.startsWith('OAUTHBEARER') ? '~ NO Unsupported authentication mechanism' : '~ OK in',
      },
    });
    await using watched = new TestSupervisor();
    watched.watchByToken(server, new TokensDouble(watched.clock));
    await watched.state('idle');
    expect(tokensAt(server)).toEqual(['token-1', 'token-1']);
  });

  test('is not made by password where the server takes no token', async () => {
    await using server = await startTokenServer({ capabilities: `${BASE} AUTH=PLAIN AUTH=LOGIN` });
    await using watched = new TestSupervisor();
    watched.watchByToken(server, new TokensDouble(watched.clock));
    const { problem } = await watched.state('sign-in-failed');
    expect(problem.message).toContain('offers no sign-in by OAuth');
    expect([...server.sent('LOGIN'), ...server.sent('AUTHENTICATE')]).toEqual([]);
  });

  test.each([
    ['Google', `+ ${GOOGLE}`, '~ NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)'],
    ['Microsoft', '~ NO AUTHENTICATE failed.', ''],
    [
      'Dovecot',
      `+ ${json({ status: '401', schemes: 'bearer', scope: 'mail' })}`,
      '~ NO [AUTHENTICATIONFAILED] Authentication failed.',
    ],
    [
      'one with another language',
      `+ ${json({ status: 'invalid_token' })}`,
      '~ NO Anmeldung verweigert',
    ],
  ])(
    'that %s refuses is tried once more, with a fresh token, and then stops',
    async (_who, first, then) => {
      await using server = await startTokenServer({
        answers: { AUTHENTICATE: first, RESPONSE: then },
      });
      await using watched = new TestSupervisor();
      const tokens = new TokensDouble(watched.clock);
      watched.watchByToken(server, tokens, { mailboxes: three });
      for (const name of three) {
        const { problem } = await watched.state('sign-in-failed', name);
        expect(problem.code).toBe('sign-in-again');
        expect(problem.message).toContain(`Sign in again, as ${server.user}`);
      }
      watched.clock.advance(24 * 3_600_000);
      expect(server.sent('AUTHENTICATE')).toHaveLength(2);
      expect(tokens.refusals).toEqual(['token-1', 'token-2']);
      expect(tokens.made).toBe(2);
    },
  );

  test('that is refused for the token of before goes on with a fresh one', async () => {
    let refusals = 1;
    await using server = await startTokenServer({
      answers: { AUTHENTICATE: () => (refusals-- > 0 ? '~ NO AUTHENTICATE failed.' : '~ OK in') },
    });
    await using watched = new TestSupervisor();
    watched.watchByToken(server, new TokensDouble(watched.clock), { mailboxes: three });
    for (const name of three) await watched.state('idle', name);
    expect(tokensAt(server)).toEqual(['token-1', 'token-2', 'token-2', 'token-2']);
    for (const name of three) expect(watched.states(name)).toEqual(['connecting', 'idle']);
  });

  test.each([
    ['', '~ NO [UNAVAILABLE] Temporary authentication failure.', 'server-unavailable'],
    [`+ ${json({ status: '401' })}`, '~ NO [UNAVAILABLE] Try later', 'server-unavailable'],
    [
      `+ ${json({ status: 'temporarily_unavailable' })}`,
      '~ NO [AUTHENTICATIONFAILED] No',
      'server-unavailable',
    ],
    ['', '~ NO [LIMIT] Too many', 'server-unavailable'],
    ['', '~ NO [OVERQUOTA] Account exceeded command or bandwidth limits.', 'throttled'],
  ])('is tried again, with the same token, after %s %s', async (first, then, code) => {
    const answers = first === '' ? { AUTHENTICATE: then } : { AUTHENTICATE: first, RESPONSE: then };
    await using server = await startTokenServer({ answers });
    await using watched = new TestSupervisor();
    const tokens = new TokensDouble(watched.clock);
    watched.watchByToken(server, tokens);
    expect((await watched.state('retrying')).problem.code).toBe(code);
    expect(server.sent('AUTHENTICATE')).toHaveLength(1);
    expect(tokens.refusals).toEqual([]);
  });

  test('says so where what was granted does not include the mail', async () => {
    await using server = await startTokenServer({
      answers: {
        AUTHENTICATE: `+ ${json({ status: 'insufficient_scope', scope: 'mail' })}`,
        RESPONSE: '~ NO [AUTHENTICATIONFAILED] No',
      },
    });
    await using watched = new TestSupervisor();
    watched.watchByToken(server, new TokensDouble(watched.clock));
    const { problem } = await watched.state('sign-in-failed');
    expect(problem.message).toContain('does not include the mail');
    expect(server.sent('AUTHENTICATE')).toHaveLength(1);
  });

  test('that Microsoft accepts, and opens no mailbox for, names who it is for', async () => {
    const line = 'BAD User is authenticated but not connected.';
    await using server = await startTokenServer({ answers: { EXAMINE: `~ ${line}` } });
    await using watched = new TestSupervisor();
    watched.watchByToken(server, new TokensDouble(watched.clock));
    const { problem } = await watched.state('retrying');
    expect(problem).toMatchObject({ code: 'not-served', serverLine: line });
    expect(problem.message).toContain(`Somebody other than ${server.user} may have signed in`);
  });

  test.each([
    ['unreachable', 'retrying', 'auth-server'],
    ['sign-in-again', 'sign-in-failed', 'sign-in-again'],
    ['client', 'sign-in-failed', 'sign-in-again'],
    ['policy', 'sign-in-failed', 'sign-in-again'],
    ['scope', 'sign-in-failed', 'sign-in-again'],
  ] as const)('without a token (%s) does not even connect', async (trouble, kind, code) => {
    await using server = await startTokenServer();
    await using watched = new TestSupervisor();
    const tokens = new TokensDouble(watched.clock);
    tokens.trouble = new OAuthError(trouble, 'A sentence of the issuer.', {
      serverLine: 'AADSTS65001',
      retryAfterMs: 60_000,
    });
    watched.watchByToken(server, tokens, { mailboxes: three });
    for (const name of three) {
      const state = await watched.state(kind, name);
      expect(state.problem).toEqual({
        code,
        message: 'A sentence of the issuer.',
        serverLine: 'AADSTS65001',
      });
      const waitMs = state.kind === 'retrying' ? state.retryAt - watched.clock.now() : 60_000;
      expect(waitMs).toBe(60_000);
    }
    expect(server.handshakes).toBe(0);
  });
});

describe('a server that refuses a password', () => {
  const issuer = 'https://login.example.org/realms/mail';
  const metadata = `${issuer}/.well-known/openid-configuration`;

  test.each([
    ['takes none', `${BASE} SASL-IR LOGINDISABLED AUTH=OAUTHBEARER`, metadata, issuer],
    ['refuses it', `${BASE} SASL-IR AUTH=PLAIN AUTH=OAUTHBEARER`, metadata, issuer],
    ['has XOAUTH2 alone', `${BASE} SASL-IR AUTH=PLAIN AUTH=XOAUTH2`, metadata, null],
    [
      'names the metadata of RFC 8414',
      `${BASE} SASL-IR AUTH=PLAIN AUTH=OAUTHBEARER`,
      'https://login.example.org/.well-known/oauth-authorization-server/realms/mail',
      issuer,
    ],
    [
      'names no metadata',
      `${BASE} SASL-IR AUTH=PLAIN AUTH=OAUTHBEARER`,
      'https://login.example.org/',
      null,
    ],
    ['names rubbish', `${BASE} SASL-IR AUTH=PLAIN AUTH=OAUTHBEARER`, 'javascript:alert(1)', null],
  ])('and %s may say where one signs in', async (_how, capabilities, named, expected) => {
    const said = json({ status: 'invalid_token', 'openid-configuration': named });
    await using server = await startTokenServer({
      capabilities,
      answers: {
        AUTHENTICATE: (args) => (args.startsWith('OAUTHBEARER') ? `+ ${said}` : '+ '),
        RESPONSE: '~ NO [AUTHENTICATIONFAILED] No',
      },
    });
    const password = { kind: 'password', password: 'a-password' } as const;
    const result = await testConnection(settingsOf(server), password, [], new TestClock());
    expect(result).toMatchObject({ ok: false, problem: { code: 'sign-in' }, issuer: expected });
  });

  test('is asked so by a test alone', async () => {
    await using server = await startTokenServer({
      capabilities: `${BASE} SASL-IR AUTH=PLAIN AUTH=OAUTHBEARER`,
      answers: { AUTHENTICATE: '+ ', RESPONSE: '~ NO [AUTHENTICATIONFAILED] No' },
    });
    await using watched = new TestSupervisor();
    watched.watch(server);
    await watched.state('sign-in-failed');
    expect(server.sent('AUTHENTICATE')).toEqual(['AUTHENTICATE PLAIN']);
  });
});
