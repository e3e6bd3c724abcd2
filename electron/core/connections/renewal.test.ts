import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { HANG_UP, type LineServer } from '../demo/testing/index.ts';
import { OAuthError } from '../oauth/index.ts';
import { ABROAD, TestSupervisor } from './testing/supervisor.ts';
import { startTokenServer, tokensAt, TokensDouble } from './testing/tokens.ts';

const EXPIRED = '* BYE Session invalidated - AccessTokenExpired';
/** Less than an IDLE lasts, whose end would want an answer while the clock moves on. */
const LIFE_MS = 180_000;
const MARGIN_MS = 45_000;
const three = ['INBOX', 'Sent', 'Work'];

function idles(server: LineServer): number {
  return server.sent('IDLE').length;
}

/** Resolves when all its mailboxes are watched by connections that took so many IDLEs. */
async function renewed(server: LineServer, idling: number, open = 1): Promise<void> {
  await server.until((one) => idles(one) === idling && one.open === open);
}

describe('a connection whose access token ends', () => {
  test('has another one in its place before that, with a new token, resumed', async () => {
    await using server = await startTokenServer();
    await using watched = new TestSupervisor();
    const tokens = new TokensDouble(watched.clock, LIFE_MS);
    watched.watchByToken(server, tokens);
    await renewed(server, 1);
    watched.clock.advance(LIFE_MS - MARGIN_MS - 1000);
    const before = idles(server);
    expect(tokensAt(server)).toEqual(['token-1']);
    watched.clock.advance(1100);
    await renewed(server, before + 1);
    expect(tokensAt(server)).toEqual(['token-1', 'token-2']);
    // The one before went when the other was there.
    expect(server.lines.lastIndexOf('LOGOUT')).toBeGreaterThan(server.lines.lastIndexOf('IDLE'));
    expect(watched.states()).toEqual(['connecting', 'idle']);
    expect(watched.attempts.map(({ planned, outcome }) => [planned, outcome.kind])).toEqual([
      [false, 'full'],
      [true, 'resumed'],
    ]);
    const log = watched.supervisor.detail(watched.connection().id)?.log ?? [];
    const lines = log.map(({ text }) => text).filter((text) => /planned/.test(text));
    expect(lines).toEqual([
      '— The access token ends soon: connecting anew before that, as planned',
      '— Connected anew; the connection before ends, as planned',
    ]);
    expect(log.filter(({ text }) => text.startsWith('!'))).toEqual([]);
    // And so on, time after time.
    watched.clock.advance(LIFE_MS);
    await server.until(() => tokensAt(server).length === 3);
  });

  test('tells of a message whenever it comes, on the one connection or the other', async () => {
    await using server = await startTokenServer();
    await using watched = new TestSupervisor();
    watched.watchByToken(server, new TokensDouble(watched.clock, LIFE_MS));
    await watched.state('idle');
    // The new connection gets no further than its sign-in: the one before still tells.
    server.answer({ AUTHENTICATE: '' });
    watched.clock.advance(LIFE_MS - MARGIN_MS + 100);
    await server.until(({ open }) => open === 2);
    await server.until(() => tokensAt(server).length === 2);
    server.say('* 4 EXISTS');
    await watched.until(() => watched.connection().messages === 4);
    server.answer({ AUTHENTICATE: '~ OK in', EXAMINE: '* 5 EXISTS\n~ OK done' });
    server.say(`${server.tag} OK in`);
    await watched.until(() => watched.connection().messages === 5);
    expect(watched.states()).toEqual(['connecting', 'idle']);
  });

  test('shares one new token with the others of its account, and they take turns', async () => {
    await using server = await startTokenServer();
    await using watched = new TestSupervisor();
    const tokens = new TokensDouble(watched.clock, LIFE_MS);
    watched.watchByToken(server, tokens, { mailboxes: three });
    for (const name of three) await watched.state('idle', name);
    const opened: number[] = [];
    server.answer({
      AUTHENTICATE: () => {
        opened.push(server.open);
        return '~ OK in';
      },
    });
    watched.clock.advance(LIFE_MS - MARGIN_MS + 100);
    await server.until(({ open }) => opened.length === 3 && open === 3);
    expect(tokens.made).toBe(2);
    // One more than there were, and the goodbye of the one before may be on its way.
    expect(Math.max(...opened)).toBeLessThanOrEqual(5);
    for (const name of three) expect(watched.states(name)).toEqual(['connecting', 'idle']);
  });

  test.each(['NO [LIMIT] Too many connections', 'NO Maximum number of connections reached'])(
    'ends before the next one begins where the server says %s',
    async (limit) => {
      await using server: LineServer = await startTokenServer();
      server.answer({ AUTHENTICATE: () => (server.open > 1 ? `~ ${limit}` : '~ OK in') });
      await using watched = new TestSupervisor();
      const tokens = new TokensDouble(watched.clock, LIFE_MS);
      watched.watchByToken(server, tokens);
      await watched.state('idle');
      watched.clock.advance(LIFE_MS - MARGIN_MS + 100);
      await server.until(() => tokensAt(server).length === 3);
      await watched.state('idle');
      expect(watched.states()).toEqual(['connecting', 'idle', 'connecting', 'idle']);
      expect(watched.connection().failing).toBeNull();
      // It is remembered, and not tried in vain every time.
      watched.clock.advance(LIFE_MS);
      await server.until(() => tokensAt(server).length === 4);
      await watched.state('idle');
      expect(tokensAt(server)).toEqual(['token-1', 'token-2', 'token-2', 'token-3']);
      expect(watched.attempts.map(({ planned }) => planned)).toEqual([false, true, true, true]);
    },
  );

  test.each([EXPIRED, '* BYE Disconnected by server shutting down', ''])(
    'that the server ends with all others at that moment (%s) is connected anew, and has not failed',
    async (line) => {
      await using server = await startTokenServer();
      await using watched = new TestSupervisor();
      const tokens = new TokensDouble(watched.clock, LIFE_MS);
      watched.watchByToken(server, tokens, { mailboxes: three });
      for (const name of three) await watched.state('idle', name);
      watched.clock.advance(LIFE_MS - MARGIN_MS + 100);
      await server.until(({ open }) => tokensAt(server).length === 6 && open === 3);
      watched.clock.advance(MARGIN_MS);
      server.hangUp(line);
      await server.until(({ open }) => tokensAt(server).length === 9 && open === 3);
      for (const name of three) {
        await watched.state('idle', name);
        expect(new Set(watched.states(name))).toEqual(new Set(['connecting', 'idle']));
      }
      expect(watched.attempts.filter(({ planned }) => planned)).toHaveLength(6);
      // Another end is one too many.
      server.hangUp(line);
      for (const name of three) await watched.state('retrying', name);
    },
  );

  test('is not taken for one where the server says so of each new token', async () => {
    await using server = await startTokenServer({
      answers: { IDLE: `+ idling\n${EXPIRED}${HANG_UP}` },
    });
    await using watched = new TestSupervisor();
    watched.watchByToken(server, new TokensDouble(watched.clock, LIFE_MS));
    const { problem } = await watched.state('retrying');
    expect(problem).toMatchObject({ code: 'server-closed', serverLine: EXPIRED.slice(2) });
    expect(tokensAt(server)).toHaveLength(1);
  });

  test('before anybody knew is planned once it has lasted', async () => {
    await using server = await startTokenServer();
    await using watched = new TestSupervisor();
    watched.watchByToken(server, new TokensDouble(watched.clock, LIFE_MS));
    await renewed(server, 1);
    watched.clock.advance(LIFE_MS / 2);
    server.hangUp(EXPIRED);
    await server.until(() => tokensAt(server).length === 2);
    await watched.state('idle');
    expect(watched.states()).toEqual(['connecting', 'idle', 'connecting', 'idle']);
  });

  test('stays while the authorization server is down, and asks it at a growing distance', async () => {
    await using server = await startTokenServer();
    await using watched = new TestSupervisor();
    const tokens = new TokensDouble(watched.clock, LIFE_MS);
    watched.watchByToken(server, tokens);
    await watched.state('idle');
    const down = new OAuthError(
      'unreachable',
      'issuer.example does not answer. Reprise tries again.',
    );
    const { asked } = tokens;
    tokens.trouble = down;
    for (let second = 0; second < 230; second += 1) {
      watched.clock.advance(1000);
      await setImmediate();
    }
    expect(watched.states()).toEqual(['connecting', 'idle']);
    expect(tokens.asked - asked).toBeGreaterThan(2);
    expect(tokens.asked - asked).toBeLessThan(12);
    server.hangUp(EXPIRED);
    const { problem } = await watched.state('retrying');
    expect(problem).toEqual({ code: 'auth-server', message: down.message, serverLine: null });
    tokens.trouble = null;
    watched.clock.advance(5 * 60_000);
    await watched.state('idle');
    expect(tokensAt(server)).toEqual(['token-1', 'token-2']);
  });

  test('is the last one where what was granted is gone', async () => {
    await using server = await startTokenServer();
    await using watched = new TestSupervisor();
    const tokens = new TokensDouble(watched.clock, LIFE_MS);
    watched.watchByToken(server, tokens, { mailboxes: three });
    for (const name of three) await watched.state('idle', name);
    tokens.trouble = new OAuthError('sign-in-again', 'Sign in again.', {
      serverLine: 'invalid_grant',
    });
    watched.clock.advance(LIFE_MS - MARGIN_MS + 100);
    for (const name of three)
      expect((await watched.state('sign-in-failed', name)).problem).toEqual({
        code: 'sign-in-again',
        message: 'Sign in again.',
        serverLine: 'invalid_grant',
      });
    expect(watched.clock.pending).toBe(0);
  });

  test('while the machine slept is followed by one with a new token, without a failure', async () => {
    await using server = await startTokenServer();
    await using watched = TestSupervisor.abroad();
    const tokens = new TokensDouble(watched.clock, LIFE_MS);
    watched.watchByToken(server, tokens, ABROAD);
    await watched.state('idle');
    watched.clock.sleep(2 * LIFE_MS);
    watched.supervisor.reopenAll();
    await server.until(() => tokensAt(server).length === 2);
    await watched.state('idle');
    expect(tokensAt(server)).toEqual(['token-1', 'token-2']);
    expect(watched.states()).not.toContain('retrying');
  });
});
