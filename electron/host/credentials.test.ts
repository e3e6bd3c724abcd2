import { describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '../core/clock.ts';
import { Credentials, type Session } from './credentials.ts';

/** Redeems and expects a session. */
function opened(credentials: Credentials, token: string): Session {
  const redeemed = credentials.redeem(token, null);
  if (redeemed.kind !== 'session') throw new Error(`The token is ${redeemed.kind}.`);
  return redeemed.session;
}

describe('credentials', () => {
  it('are 256 random bits each, different ones for tokens, cookies, keys and answers', () => {
    const credentials = new Credentials(systemClock);
    const opening = credentials.issueOpeningToken();
    const secrets = [
      credentials.token,
      ...Object.values(credentials.session),
      opening,
      ...Object.values(opened(credentials, opening)),
    ];
    for (const secret of secrets) expect(secret).toMatch(/^[\w-]{43}$/);
    expect(new Set(secrets).size).toBe(8);
  });

  it('accept only themselves', () => {
    const credentials = new Credentials(systemClock);
    const { token, session } = credentials;
    expect(credentials.isToken(token)).toBe(true);
    expect(credentials.sessionOf(session.cookie)).toBe(session);
    for (const wrong of ['', 'x', ...Object.values(session), token.slice(0, -1)]) {
      expect(credentials.isToken(wrong)).toBe(false);
      expect(credentials.mayRedeem(wrong)).toBe(false);
    }
    for (const wrong of ['', token, session.key, session.answer]) {
      expect(credentials.sessionOf(wrong)).toBeNull();
    }
  });

  it('let the printed token open again and again, for the same session', () => {
    const credentials = new Credentials(systemClock);
    for (let time = 0; time < 3; time += 1) {
      expect(opened(credentials, credentials.token)).toBe(credentials.session);
    }
  });

  it('let an unused opening token lapse after a minute', () => {
    let at = 0;
    const clock: Clock = { ...systemClock, monotonic: () => at };
    const credentials = new Credentials(clock);
    const opening = credentials.issueOpeningToken();
    expect(credentials.isToken(opening)).toBe(false);
    at = 60_000;
    expect(credentials.mayRedeem(opening)).toBe(true);
    at = 60_001;
    expect(credentials.mayRedeem(opening)).toBe(false);
  });
});

describe('an opening token that is shown again', () => {
  it('by another browser ends the session that came of it, however late, and no other', () => {
    let at = 0;
    const credentials = new Credentials({ ...systemClock, monotonic: () => at });
    const opening = credentials.issueOpeningToken();
    const session = opened(credentials, opening);
    expect(credentials.sessionOf(session.cookie)).toBe(session);
    at = 24 * 60 * 60 * 1000;
    expect(credentials.mayRedeem(opening)).toBe(true);
    expect(credentials.redeem(opening, null)).toEqual({ kind: 'used-twice', ended: session });
    expect(credentials.sessionOf(session.cookie)).toBe('ended');
    expect(credentials.redeem(opening, null)).toEqual({ kind: 'ended' });
    expect(opened(credentials, credentials.token)).toBe(credentials.session);
    expect(credentials.sessionOf(credentials.session.cookie)).toBe(credentials.session);
  });

  it('by a browser that has a session gives it nothing, and ends nothing', () => {
    const credentials = new Credentials(systemClock);
    const opening = credentials.issueOpeningToken();
    const session = opened(credentials, opening);
    expect(credentials.redeem(opening, session)).toEqual({ kind: 'known' });
    expect(credentials.sessionOf(session.cookie)).toBe(session);
  });
});
