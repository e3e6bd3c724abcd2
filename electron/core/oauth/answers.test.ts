import { describe, expect, it } from 'vitest';
import { accessTokenIn, isFresh, refreshTokenIn, signedInBy } from './answers.ts';
import { issuerOf } from './issuers.ts';

const google = issuerOf('https://accounts.google.com');
const generic = issuerOf('https://auth.example.org');
const answer = (more: object = {}) => ({
  access_token: 'ya29.token',
  token_type: 'bearer' as const,
  ...more,
});

describe('an access token', () => {
  it.each([
    // An hour: renewed with a minute left.
    [3600, 3_540_000],
    [241, 181_000],
    // Short ones: with a quarter left.
    [200, 150_000],
    [20, 15_000],
    [5, 3750],
  ])('of %i s is renewed after %i ms', (expires_in, renewAt) => {
    const token = accessTokenIn(answer({ expires_in }), generic, 0);
    expect(token.renewAt).toBe(renewAt);
    expect([isFresh(token, renewAt - 1), isFresh(token, renewAt)]).toEqual([true, false]);
  });

  it('without a life is used until it is refused, and one with an impossible life too', () => {
    for (const expires_in of [undefined, 0, 1e12]) {
      const token = accessTokenIn(
        answer(expires_in === undefined ? {} : { expires_in }),
        generic,
        5,
      );
      expect(token).toMatchObject({ expiresAt: null, renewAt: null });
      expect(isFresh(token, 1e15)).toBe(true);
    }
  });

  it('is not trusted to live when the clock was put back', () => {
    expect(isFresh(accessTokenIn(answer({ expires_in: 3600 }), generic, 1000), 999)).toBe(false);
  });

  it.each(['two words', 'line\r\nA1 LOGOUT', '', 'ü', 'x'.repeat(20_000)])(
    'that is none is not taken: %j',
    (access_token) => {
      expect(() => accessTokenIn(answer({ access_token }), generic, 0)).toThrow('is none');
    },
  );

  it('that does not open mail at Google is said to be that', () => {
    const partly = answer({ scope: 'openid https://www.googleapis.com/auth/userinfo.email' });
    expect(() => accessTokenIn(partly, google, 0)).toThrow('access to mail was left out');
    const whole = answer({ scope: 'https://mail.google.com/ openid' });
    expect(accessTokenIn(whole, google, 0).token).toBe('ya29.token');
    expect(accessTokenIn(answer(), google, 0).token).toBe('ya29.token');
  });
});

describe('a refresh token', () => {
  it('is taken where it can be kept', () => {
    expect(refreshTokenIn(answer({ refresh_token: '1//0g-abc_DEF.~+/=' }))).toBe(
      '1//0g-abc_DEF.~+/=',
    );
    expect(refreshTokenIn(answer({ refresh_token: 'a b' }))).toBeNull();
    expect(refreshTokenIn(answer())).toBeNull();
  });
});

describe('who has signed in', () => {
  it.each([
    ['the same', { email: 'ann@example.org' }, 'ann@example.org', false],
    ['the same in capitals', { email: 'Ann@Example.org' }, 'ann@example.org', false],
    ['a user name alone', { email: 'ann@example.org' }, 'ann', false],
    ['Gmail’s dots', { email: 'ann.smith@gmail.com' }, 'AnnSmith@googlemail.com', false],
    ['the second name', { preferred_username: 'a1', email: 'ann@x.org' }, 'ann@x.org', false],
    ['somebody else', { email: 'bob@example.org' }, 'ann@example.org', true],
    ['the same name elsewhere', { email: 'ann@example.net' }, 'ann@example.org', true],
    ['a name alone', { preferred_username: 'Ann' }, 'ann@example.org', false],
    ['a number of the staff', { preferred_username: 'u4711' }, 'ann@example.org', false],
    [
      'the name beside an address elsewhere',
      { email: 'ann@private.example', preferred_username: 'ann.lee' },
      'ann.lee@example.org',
      false,
    ],
    [
      'another name and address',
      { email: 'bob@example.org', preferred_username: 'bob' },
      'ann@example.org',
      true,
    ],
    ['nobody that has a name', { sub: '4711' }, 'ann@example.org', false],
    ['something that is no text', { email: ['x'] }, 'ann@example.org', false],
  ])('is %s', (_who, claims, user, isOther) => {
    expect(signedInBy(claims, user).isOther).toBe(isOther);
  });

  it('is named without what hides in a name', () => {
    expect(signedInBy({ email: 'bob\u202e@example.org' }, 'ann').name).not.toContain('\u202e');
  });
});
