import { describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '../core/clock.ts';
import { Credentials } from './credentials.ts';

describe('credentials', () => {
  it('are 256 random bits each, different ones for token, cookie and opening', () => {
    const credentials = new Credentials(systemClock);
    const secrets = [credentials.token, credentials.cookie, credentials.issueOpeningToken()];
    for (const secret of secrets) expect(secret).toMatch(/^[\w-]{43}$/);
    expect(new Set(secrets).size).toBe(3);
  });

  it('accept only themselves', () => {
    const credentials = new Credentials(systemClock);
    expect(credentials.isToken(credentials.token)).toBe(true);
    expect(credentials.isCookie(credentials.cookie)).toBe(true);
    for (const wrong of ['', 'x', credentials.cookie, credentials.token.slice(0, -1)]) {
      expect(credentials.isToken(wrong)).toBe(false);
      expect(credentials.mayOpen(wrong)).toBe(false);
    }
    expect(credentials.isCookie(credentials.token)).toBe(false);
  });

  it('let the printed token open again and again, an opening token once', () => {
    const credentials = new Credentials(systemClock);
    const opening = credentials.issueOpeningToken();
    for (const token of [credentials.token, opening]) {
      expect(credentials.mayOpen(token)).toBe(true);
      credentials.redeem(token);
    }
    expect(credentials.mayOpen(credentials.token)).toBe(true);
    expect(credentials.mayOpen(opening)).toBe(false);
    expect(credentials.isToken(opening)).toBe(false);
  });

  it('let an opening token lapse after a minute', () => {
    let at = 0;
    const clock: Clock = { ...systemClock, monotonic: () => at };
    const credentials = new Credentials(clock);
    const opening = credentials.issueOpeningToken();
    at = 60_000;
    expect(credentials.mayOpen(opening)).toBe(true);
    at = 60_001;
    expect(credentials.mayOpen(opening)).toBe(false);
  });
});
