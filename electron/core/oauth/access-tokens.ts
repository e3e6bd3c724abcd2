/** Access tokens: in memory only, renewed in time, one refresh of an account at a time. */
import { refreshTokenGrant, tokenRevocation, type TokenEndpointResponse } from 'openid-client';
import { RepriseError } from '../../../shared/errors.ts';
import type { AccountId } from '../../../shared/model.ts';
import { isSamePlace, type PasswordPlace } from '../../../shared/password-place.ts';
import type { SignInWay } from '../../../shared/oauth.ts';
import { placeOf, type AccountBook, type AccountSettings } from '../accounts/index.ts';
import type { Clock } from '../clock.ts';
import type { Log, Redaction } from '../log/index.ts';
import type { Way } from '../proxy/index.ts';
import { accessTokenIn, isFresh } from './answers.ts';
import type { OAuthClients } from './clients.ts';
import { issuerOf } from './issuers.ts';
import { OAuthError, oauthErrorOf } from './oauth-error.ts';
import type { Requests } from './requests.ts';

/** A token that opens the mailboxes of one account for a while. */
export interface AccessToken {
  readonly token: string;
  /** When it ends; `null` where the issuer does not say. */
  readonly expiresAt: number | null;
  /** From when on another one is given; `null` where it does not end. */
  readonly renewAt: number | null;
}

/** The same, and since when. */
export interface LivingToken extends AccessToken {
  readonly gotAt: number;
}

/** What connections sign in with whose account signs in by OAuth. */
export interface AccessTokens {
  /**
   * One that lives for 60 s more, or for a quarter of its life where that is shorter. However many ask, one
   * refresh of an account is under way.
   *
   * Rejects with an {@link OAuthError}, or with the signal's reason.
   */
  get(account: AccountSettings, options: { readonly signal: AbortSignal }): Promise<AccessToken>;
  /** The server has refused this token: nobody gets it again. */
  refused(account: AccountId, token: string): void;
  /** Its user wants it to be tried now, whatever came of it before. */
  tryNow(account: AccountId): void;
}

/** What {@link TokenDesk} works with. */
export interface TokenDeskDeps {
  readonly book: Pick<AccountBook, 'accounts' | 'passwordFor' | 'renew'>;
  readonly clients: OAuthClients;
  readonly requests: Requests;
  readonly wayOf: (account: AccountSettings) => Way;
  readonly clock: Clock;
  readonly redaction: Redaction;
  readonly log: Log;
}

/** The first wait after an issuer could not be reached; each further one is twice as long, up to the last. */
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 120_000;
/** However long an issuer wants to be left alone. */
const LONGEST_WISH_MS = 3_600_000;

/** However impatient its user is. */
const SOONEST_MS = 1_000;

/** For so long the same answer is taken for granted: a hundred mailboxes ask at once. */
const SETTLED_MS = 60_000;

/** A token that took the place of a refused one, and is refused at this age: a third would be as well. */
const NEW_MS = 30_000;

/** What is known of one account. */
interface Held {
  readonly place: PasswordPlace;
  current: LivingToken | null;
  /** The token before was refused: the one that there is now, or the next, took its place. */
  isReplacement: boolean;
  running: Promise<LivingToken> | null;
  /** Why there is none, and until when nobody is asked. */
  ended: { readonly error: OAuthError; readonly until: number } | null;
  failures: number;
  /** When the issuer was asked last. */
  askedAt: number;
  /** What the disk has not taken yet, and what it has in place of that. */
  unwritten: { readonly before: string; readonly token: string } | null;
}

/** An account that signs in with OAuth. */
type Tokened = AccountSettings & { readonly signIn: Extract<SignInWay, { kind: 'oauth' }> };

export class TokenDesk implements AccessTokens {
  readonly #deps: TokenDeskDeps;
  readonly #held = new Map<AccountId, Held>();
  /** Ends what nobody waits for: revocations. */
  readonly #ended = new AbortController();

  constructor(deps: TokenDeskDeps) {
    this.#deps = deps;
  }

  async get(
    account: AccountSettings,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<AccessToken> {
    signal.throwIfAborted();
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const onAbort = (): void => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort);
    try {
      // A refresh goes on without whoever asked for it: what it brings may be the only token there is.
      return await Promise.race([this.#token(account), aborted]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  refused(account: AccountId, token: string): void {
    const held = this.#held.get(account);
    if (held?.current?.token !== token) return;
    const { gotAt, expiresAt } = held.current;
    held.current = null;
    const now = this.#deps.clock.now();
    const isOver = expiresAt !== null && now >= expiresAt;
    const isSecond = held.isReplacement && !isOver && now - gotAt < NEW_MS;
    held.isReplacement = true;
    // A server may have lost its keys, or not have heard of the token yet. Of a grant that was revoked the
    // issuer says so when it is asked for another.
    if (!isSecond) return;
    const error = new OAuthError(
      'scope',
      'The mail server takes none of the tokens that were just made for it. Perhaps another user has signed in, or access to mail was not allowed: sign in again.',
    );
    held.ended = { error, until: now + SETTLED_MS };
  }

  tryNow(account: AccountId): void {
    const held = this.#held.get(account);
    if (held?.ended === null || held === undefined) return;
    const until = Math.min(held.ended.until, held.askedAt + SOONEST_MS);
    held.ended = { ...held.ended, until };
    held.failures = 0;
  }

  /** The network is another one, or back: whoever could not be reached is asked again. */
  networkChanged(): void {
    for (const [id, { ended }] of this.#held) {
      if (ended?.error.trouble === 'unreachable') this.tryNow(id);
    }
  }

  /** An account has signed in: this is its token, and what was known of an earlier one is past. */
  begin(account: AccountSettings, token: LivingToken): void {
    const held = this.#new(account);
    this.#take(account.id, held, token);
  }

  /** The account is gone, or signs in another way. */
  forget(account: AccountId): void {
    this.#held.delete(account);
    for (const key of keysOf(account)) this.#deps.redaction.forget(key);
  }

  /**
   * Tells the issuer that a refresh token is not needed any more (RFC 7009), where it can be told. Nobody
   * waits for that. Never throws.
   */
  revoke(account: AccountSettings, refreshToken: string, way: Way): void {
    void this.#revoke(account, refreshToken, way).catch((error: unknown) => {
      this.#deps.log.info(`a token could not be revoked: ${reasonOf(error)}`);
    });
  }

  /** Resolves when no refresh is under way: what it brings is on the disk by then. */
  async settled(): Promise<void> {
    const running = [...this.#held.values()].flatMap((held) =>
      held.running === null ? [] : [held.running],
    );
    await Promise.allSettled(running);
    const { book } = this.#deps;
    for (const [id, held] of this.#held) {
      const account = book.accounts.get(id);
      if (held.unwritten === null || account === null || !isTokened(account)) continue;
      const { before, token } = held.unwritten;
      // Changed meanwhile: it is for nobody.
      await this.#renew(account, held, before, token).catch(() => undefined);
    }
  }

  /** Ends what nobody waits for. */
  close(): void {
    this.#ended.abort(new Error('Reprise ends.'));
  }

  #token(account: AccountSettings): Promise<LivingToken> {
    if (!isTokened(account)) {
      return Promise.reject(new TypeError('This account signs in with a password.'));
    }
    const place = placeOf(account);
    const stored = this.#deps.book.accounts.get(account.id);
    // Somebody who began before a change: what is held is not for that place any more.
    if (stored === null || !isSamePlace(placeOf(stored), place)) return Promise.reject(changed());
    const known = this.#held.get(account.id);
    const held =
      known !== undefined && isSamePlace(known.place, place) ? known : this.#new(account);
    const now = this.#deps.clock.now();
    const { current, ended } = held;
    if (current !== null && isFresh(current, now)) return Promise.resolve(current);
    // It has lived its life: nobody refused it.
    if (current !== null) held.isReplacement = false;
    if (ended !== null && now < ended.until) {
      return Promise.reject(ended.error.after(ended.until - now));
    }
    held.running ??= this.#refresh(account, held).finally(() => {
      held.running = null;
    });
    return held.running;
  }

  #new(account: AccountSettings): Held {
    const held: Held = {
      place: placeOf(account),
      current: null,
      isReplacement: false,
      running: null,
      ended: null,
      failures: 0,
      askedAt: -Infinity,
      unwritten: null,
    };
    this.#held.set(account.id, held);
    return held;
  }

  async #refresh(account: Tokened, held: Held): Promise<LivingToken> {
    const { clock, clients, redaction } = this.#deps;
    const { issuer, clientId } = account.signIn;
    try {
      const token = await this.#asked(account, held);
      held.failures = 0;
      held.ended = null;
      if (this.#held.get(account.id) === held) this.#take(account.id, held, token);
      return token;
    } catch (thrown) {
      const { name } = issuerOf(issuer);
      const error = oauthErrorOf(thrown, name).redacted((text) => redaction.apply(text));
      held.current = null;
      const isUnknown = error.trouble === 'client' && !(thrown instanceof RepriseError);
      if (isUnknown) await clients.dropRegistered(issuer, clientId);
      if (error.trouble !== 'unreachable') {
        held.ended = { error, until: clock.now() + SETTLED_MS };
        throw error;
      }
      const waitMs = Math.min(FIRST_WAIT_MS * 2 ** held.failures, LONGEST_WAIT_MS);
      held.failures += 1;
      const wishMs = Math.max(waitMs, Math.min(error.retryAfterMs ?? 0, LONGEST_WISH_MS));
      held.ended = { error, until: clock.now() + wishMs };
      throw error.after(wishMs);
    }
  }

  /** One request, and what it brings on the disk before anybody uses it. */
  async #asked(account: Tokened, held: Held): Promise<LivingToken> {
    const { book, clients, requests, wayOf, clock, redaction } = this.#deps;
    const { id } = account;
    const { issuer, clientId } = account.signIn;
    const { name } = issuerOf(issuer);
    const before = held.unwritten?.before ?? (await book.passwordFor(account));
    if (before === null) {
      throw new OAuthError(
        'sign-in-again',
        `There is no sign-in at ${name} stored for this account. Sign in again.`,
      );
    }
    const refreshToken = held.unwritten?.token ?? before;
    const [accessKey, refreshKey, nextKey] = keysOf(id);
    redaction.hide(refreshKey, refreshToken);
    // Not ended with the program: what is under way may bring the only token there is.
    const { signal } = new AbortController();
    held.askedAt = clock.now();
    const ready = await requests.prepare(issuer, wayOf(account), signal);
    const client = await clients.keyOf(issuer, clientId);
    // What the disk has refused is tried again with every answer.
    let next = refreshToken;
    const onRefreshToken = (token: string): void => {
      next = token;
    };
    let answer: TokenEndpointResponse;
    try {
      const as = ready.as(client, { onRefreshToken });
      answer = await refreshTokenGrant(as, refreshToken);
    } finally {
      // Of an answer too that is of no use otherwise: the old one may be dead.
      if (next !== before) {
        redaction.hide(nextKey, next);
        await this.#renew(account, held, before, next);
        redaction.hide(refreshKey, next);
      }
    }
    redaction.hide(accessKey, answer.access_token);
    return accessTokenIn(answer, ready.issuer, clock.now());
  }

  /**
   * The old token may be dead by now. On a disk that refuses, the new one is used all the same: without it
   * nothing would be left to sign in with, and the next refresh tries to write again.
   */
  async #renew(account: Tokened, held: Held, before: string, token: string): Promise<void> {
    const { book, wayOf, log } = this.#deps;
    let isStored: boolean;
    try {
      isStored = await book.renew(account, before, token);
    } catch (error) {
      held.unwritten = { before, token };
      log.error('a refresh token could not be written; it is kept in memory', error);
      return;
    }
    held.unwritten = null;
    if (isStored) return;
    const now = book.accounts.get(account.id);
    if (now === null || !isTokened(now)) this.revoke(account, token, wayOf(account));
    throw changed();
  }

  #take(id: AccountId, held: Held, token: LivingToken): void {
    this.#deps.redaction.hide(keysOf(id)[0], token.token);
    held.current = token;
  }

  async #revoke(account: AccountSettings, refreshToken: string, way: Way): Promise<void> {
    if (!isTokened(account)) return;
    const { clients, requests, redaction } = this.#deps;
    const { issuer, clientId } = account.signIn;
    const key = `revoked:${account.id}`;
    redaction.hide(key, refreshToken);
    try {
      const ready = await requests.prepare(issuer, way, this.#ended.signal);
      if (ready.metadata.revocation_endpoint === undefined) return;
      const client = await clients.keyOf(issuer, clientId);
      await tokenRevocation(ready.as(client), refreshToken, { token_type_hint: 'refresh_token' });
    } finally {
      redaction.forget(key);
    }
  }
}

function changed(): OAuthError {
  return new OAuthError('unreachable', 'The account was changed meanwhile.');
}

function isTokened(account: AccountSettings): account is Tokened {
  return account.signIn.kind === 'oauth';
}

/** Of what the log must not show: the access token, the refresh token, and the one that takes its place. */
function keysOf(id: AccountId) {
  return [`access:${id}`, `refresh:${id}`, `next-refresh:${id}`] as const;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
