/** What is taken of an answer with tokens. Pure. */
import type { TokenEndpointResponse } from 'openid-client';
import { visible } from '../../../shared/visible.ts';
import type { LivingToken } from './access-tokens.ts';
import type { Issuer } from './issuers.ts';
import { OAuthError } from './oauth-error.ts';

/** Microsoft's have some thousand characters. */
const LONGEST_TOKEN = 16_384;

/** RFC 6749, appendix A.12; nothing that could end a line of IMAP. */
const TOKEN = /^[\x21-\x7e]+$/;

/** A lifetime beyond this is none. */
const LONGEST_LIFE_S = 366 * 86_400;

/** With less than this left, an access token is renewed; of a short one, with a quarter of its life. */
const SPARE_MS = 60_000;

/** The members of an answer in JSON, before anybody has looked at them. */
export type Said = Readonly<Record<string, unknown>>;

/** The refresh token, where there is one that can be kept. */
export function refreshTokenIn({ refresh_token: token }: Said): string | null {
  return typeof token === 'string' && isToken(token) ? token : null;
}

/**
 * An answer with tokens without what says nothing, or nothing that can be read: its tokens are good all
 * the same, and there may be no others.
 */
export function withoutOddities({ expires_in: life, scope, ...said }: Said): Said {
  const lifeS = typeof life === 'string' && life.trim() !== '' ? Number(life) : life;
  const isLife = typeof lifeS === 'number' && Number.isFinite(lifeS) && lifeS >= 0;
  const scopes: unknown = Array.isArray(scope) ? scope.join(' ') : scope;
  const { refresh_token: refreshToken, token_type: type } = said;
  return {
    ...said,
    ...(isLife ? { expires_in: lifeS } : {}),
    ...(typeof scopes === 'string' && scopes !== '' ? { scope: scopes } : {}),
    refresh_token: isText(refreshToken) ? refreshToken : undefined,
    token_type: isText(type) ? type : 'Bearer',
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/**
 * The access token.
 *
 * @throws OAuthError `unreachable` where it is none, `scope` where it does not open mail
 */
export function accessTokenIn(
  { access_token: token, expires_in: lifeS, scope }: TokenEndpointResponse,
  { name, neededScope }: Issuer,
  now: number,
): LivingToken {
  if (!isToken(token)) {
    throw new OAuthError(
      'unreachable',
      `${name} gives a token that is none. Reprise tries again by itself.`,
    );
  }
  if (neededScope !== null && scope !== undefined && !scope.split(' ').includes(neededScope)) {
    throw new OAuthError(
      'scope',
      `At ${name} access to mail was left out. Sign in again, and allow all that Reprise asks for.`,
    );
  }
  const isLife = lifeS !== undefined && lifeS > 0 && lifeS <= LONGEST_LIFE_S;
  const lifeMs = isLife ? lifeS * 1000 : null;
  if (lifeMs === null) return { token, gotAt: now, expiresAt: null, renewAt: null };
  const renewAt = now + lifeMs - Math.min(SPARE_MS, lifeMs / 4);
  return { token, gotAt: now, expiresAt: now + lifeMs, renewAt };
}

function isToken(text: string): boolean {
  return text.length <= LONGEST_TOKEN && TOKEN.test(text);
}

/** Whether it will do for a connection that is made now. */
export function isFresh({ gotAt, renewAt }: LivingToken, now: number): boolean {
  // Where the clock was put back, nobody knows any more.
  return renewAt === null || (now >= gotAt && now < renewAt);
}

/** RFC 5321. */
const LONGEST_ADDRESS = 254;

/** The claims of an ID token that name an address, or something like it. */
const ADDRESS_CLAIMS = ['email', 'preferred_username', 'upn'] as const;

/** Who has signed in, as far as the issuer says. */
export interface SignedIn {
  /** The best of its names; `null` where it has none. */
  readonly name: string | null;
  /** It is somebody else than the user, as far as names go. */
  readonly isOther: boolean;
}

/**
 * The claims of an ID token, as far as it has any: it came from the issuer itself over TLS, which stands for
 * its signature (OpenID Connect Core, section 3.1.3.7), and only a name is taken from it. One for somebody
 * else has none.
 */
export function claimsIn(
  idToken: unknown,
  issuer: string,
  clientId: string,
): Readonly<Record<string, unknown>> {
  const payload = typeof idToken === 'string' ? (idToken.split('.')[1] ?? '') : '';
  try {
    const { ...claims } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<
      string,
      unknown
    >;
    const isFor = [claims['aud']].flat().includes(clientId);
    return isFor && bareIssuer(claims['iss']) === bareIssuer(issuer) ? claims : {};
  } catch {
    return {};
  }
}

/** Google names itself with and without the scheme. */
function bareIssuer(issuer: unknown): string {
  return String(issuer)
    .replace(/^https:\/\//, '')
    .replace(/\/$/, '');
}

/** Reads the claims of an ID token. */
export function signedInBy(claims: Readonly<Record<string, unknown>>, user: string): SignedIn {
  const named = ADDRESS_CLAIMS.flatMap((claim) => {
    const value = claims[claim];
    return typeof value === 'string' && value !== ''
      ? [visible(value.slice(0, LONGEST_ADDRESS))]
      : [];
  });
  const [name] = named;
  if (name === undefined) return { name: null, isOther: false };
  const wanted = mailboxOf(user);
  const isUser = (name: string): boolean => {
    const there = mailboxOf(name);
    // A name that is no address, of either side, can only be the part before the @.
    return there === wanted || localPart(there) === wanted || there === localPart(wanted);
  };
  return { name, isOther: named.some(isAddress) && !named.some(isUser) };
}

/** A name alone, such as a number of the staff, is nobody else's address. */
function isAddress(name: string): boolean {
  return name.includes('@');
}

function localPart(address: string): string {
  return address.replace(/@.*$/, '');
}

/** One text for all the spellings of an address; Gmail takes no notice of dots. */
function mailboxOf(address: string): string {
  const lower = address.trim().toLowerCase();
  const gmail = /^([^@+]+)(?:\+[^@]*)?@(?:gmail|googlemail)\.com$/.exec(lower)?.[1];
  return gmail === undefined ? lower : `${gmail.replaceAll('.', '')}@gmail.com`;
}
