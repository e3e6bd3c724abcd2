/** Sign-ins under way: each from what its user wants to what the issuer grants. */
import { randomUUID } from 'node:crypto';
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  initiateDeviceAuthorization,
  pollDeviceAuthorizationGrant,
  randomPKCECodeVerifier,
  randomState,
  type Configuration,
  type DeviceAuthorizationResponse,
  type TokenEndpointResponse,
} from 'openid-client';
import { RepriseError } from '../../../shared/errors.ts';
import type { AccountId, GrantId, SignInId } from '../../../shared/model.ts';
import type { SignIn, SignInFlow, SignInProblem, SignInTrouble } from '../../../shared/oauth.ts';
import { signInText } from '../../../shared/password-place.ts';
import { serverAddress } from '../../../shared/server-names.ts';
import { visible } from '../../../shared/visible.ts';
import type { Clock, Timer } from '../clock.ts';
import type { Log, Redaction } from '../log/index.ts';
import type { Way } from '../proxy/index.ts';
import type { EngineState } from '../state/index.ts';
import { accessTokenIn, claimsIn, refreshTokenIn, signedInBy } from './answers.ts';
import type { OAuthClients } from './clients.ts';
import type { Granted, GrantPlace } from './grants.ts';
import {
  endpointsOf,
  foreignHosts,
  isForeignIssuer,
  isOfAnotherProvider,
  isPlainHttps,
  issuerOf,
  type Issuer,
} from './issuers.ts';
import { Loopback } from './loopback.ts';
import { failureOf, IssuerUnusable, OAuthError, otherProvider } from './oauth-error.ts';
import type { ClientKey, Ready, Requests } from './requests.ts';

/** What somebody wants to sign in for. */
export interface Wish {
  readonly accountId: AccountId | null;
  /** All but the client id, which may not be known yet. */
  readonly place: Omit<GrantPlace, 'signIn'>;
  readonly issuer: string;
  /** `null` for the one of the settings, else one that is had by registering, else `fallback`. */
  readonly clientId: string | null;
  /** The one that the account had. */
  readonly fallback: string | null;
  readonly way: Way;
  readonly flow: SignInFlow;
  /** Foreign hosts that whoever signs in has seen named; `null` where none is asked about. */
  readonly confirmedForeign: readonly string[] | null;
  readonly anyUser: boolean;
  /** Takes over what was granted; a grant's id where it is held for a form. */
  readonly finish: (granted: Granted, clientId: string) => Promise<GrantId | null>;
}

/** What {@link SignIns} works with. */
export interface SignInsDeps {
  readonly state: EngineState;
  readonly clients: OAuthClients;
  readonly requests: Requests;
  readonly clock: Clock;
  readonly redaction: Redaction;
  readonly log: Log;
}

/** For so long somebody is expected to sign in. */
export const WAIT_MS = 600_000;

/** How many are under way at a time: one more ends the oldest, whose page nobody looks at any more. */
const MOST_UNDER_WAY = 5;

/** How long one that is over is shown. */
const SHOWN_MS = 600_000;

/** What the issuer has answered. */
interface Answer {
  readonly tokens: TokenEndpointResponse;
  /** Whatever it is: it may say who has signed in. */
  readonly idToken: unknown;
}

/** It came to nothing, for a reason that is known. */
class SignInFailed extends Error {
  override readonly name = 'SignInFailed';
  readonly problem: SignInProblem;

  constructor(code: SignInTrouble, message: string, facts: Partial<SignInProblem> = {}) {
    super(message);
    this.problem = { code, message, serverLine: null, ...facts };
  }
}

export class SignIns {
  readonly #deps: SignInsDeps;
  /** Those under way, oldest first. */
  readonly #running = new Map<SignInId, AbortController>();
  readonly #timers = new Map<SignInId, Timer>();

  constructor(deps: SignInsDeps) {
    this.#deps = deps;
  }

  /** Begins; its course is in the state. */
  start(wish: Wish): SignInId {
    const id = randomUUID() as string as SignInId;
    const ended = new AbortController();
    const [oldest] = this.#running.keys();
    if (this.#running.size >= MOST_UNDER_WAY && oldest !== undefined) this.cancel(oldest);
    this.#running.set(id, ended);
    this.#show(id, {
      id,
      accountId: wish.accountId,
      issuer: wish.issuer,
      clientId: null,
      flow: wish.flow,
      phase: 'preparing',
      url: null,
      userCode: null,
      verificationUri: null,
      expiresAt: null,
      problem: null,
      signedInAs: null,
      grant: null,
    });
    void this.#run(id, wish, ended.signal);
    return id;
  }

  /** Ends its wait; one that is over stays as it is. */
  cancel(id: SignInId): void {
    this.#running.get(id)?.abort(new Error('This sign-in was cancelled.'));
  }

  /** Ends all of them. */
  close(): void {
    for (const id of this.#running.keys()) this.cancel(id);
    for (const timer of this.#timers.values()) timer.cancel();
  }

  /** Never rejects. */
  async #run(id: SignInId, wish: Wish, signal: AbortSignal): Promise<void> {
    let over: Partial<SignIn>;
    try {
      over = { phase: 'done', grant: await this.#signIn(id, wish, signal) };
    } catch (error) {
      over = signal.aborted
        ? { phase: 'cancelled' }
        : { phase: 'failed', problem: this.#redacted(this.#problemOf(error, wish)) };
    }
    for (const key of keysOf(id)) this.#deps.redaction.forget(key);
    this.#running.delete(id);
    this.#change(id, {
      url: null,
      userCode: null,
      verificationUri: null,
      expiresAt: null,
      ...over,
    });
    const timer = this.#deps.clock.after(SHOWN_MS, () => {
      this.#timers.delete(id);
      this.#deps.state.remove('signIns', id);
    });
    this.#timers.set(id, timer);
  }

  async #signIn(id: SignInId, wish: Wish, signal: AbortSignal): Promise<GrantId | null> {
    const { requests, clients } = this.#deps;
    refuseForeign(wish);
    const ready = await requests.prepare(wish.issuer, wish.way, signal);
    refuseForeignPlaces(wish, ready, endpointsOf(ready.metadata));
    const client = await this.#clientFor(wish, ready, signal);
    signal.throwIfAborted();
    this.#change(id, { clientId: client.clientId });
    const take = (answer: Answer): Promise<GrantId | null> => {
      signal.throwIfAborted();
      return this.#take(id, wish, ready, client, answer);
    };
    try {
      return await (wish.flow === 'device'
        ? this.#byDevice(id, wish, ready, client, signal).then(take)
        : this.#inBrowser(id, wish, ready, client, signal, take));
    } catch (error) {
      const isUnknown = failureOf(error, '').trouble === 'client';
      if (isUnknown) await clients.dropRegistered(wish.issuer, client.clientId);
      throw error;
    }
  }

  /** @throws SignInFailed `client-needed` */
  async #clientFor(wish: Wish, ready: Ready, signal: AbortSignal): Promise<ClientKey> {
    const { clients, requests } = this.#deps;
    const { issuer, clientId, fallback, way } = wish;
    if (clientId !== null) return clients.keyOf(issuer, clientId);
    const stored = await clients.get(issuer);
    if (stored !== null) return stored;
    const registration = await requests.register(ready, way, signal);
    const { client } = registration;
    if (client !== null) {
      await clients.set(issuer, client, { isRegistered: true });
      return client;
    }
    if (fallback !== null) return { clientId: fallback, secret: null };
    throw new SignInFailed(
      'client-needed',
      `${ready.issuer.name} wants a client id: make one there, and enter it here.`,
      { serverLine: registration.serverLine },
    );
  }

  async #inBrowser(
    id: SignInId,
    { place }: Wish,
    ready: Ready,
    client: ClientKey,
    signal: AbortSignal,
    take: (answer: Answer) => Promise<GrantId | null>,
  ): Promise<GrantId | null> {
    const { clock, redaction } = this.#deps;
    if (ready.metadata.authorization_endpoint === undefined) {
      throw new IssuerUnusable(
        `${ready.issuer.name} has no page to sign in on. Sign in with a code instead.`,
      );
    }
    const [codeKey, verifierKey] = keysOf(id);
    const verifier = randomPKCECodeVerifier();
    redaction.hide(verifierKey, verifier);
    const state = randomState();
    await using loopback = await Loopback.open(ready.issuer.loopback, state);
    const { as, answerWith } = asking(ready, client);
    const url = buildAuthorizationUrl(as, {
      redirect_uri: loopback.redirectUri,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      login_hint: place.user,
      ...scopeOf(ready),
      // OpenID Connect Core, section 11: without it a refresh token may be left out.
      ...(ready.scopes.includes('offline_access') && ready.issuer.metadata === null
        ? { prompt: 'consent' }
        : {}),
      ...ready.issuer.parameters,
    });
    const expiresAt = clock.now() + WAIT_MS;
    this.#change(id, { phase: 'waiting', url: url.href, expiresAt });
    const arrival = await this.#waitFor(loopback.arrival(), WAIT_MS, signal);
    try {
      redaction.hide(codeKey, arrival.url.searchParams.get('code') ?? '');
      const tokens = await authorizationCodeGrant(as, arrival.url, {
        pkceCodeVerifier: verifier,
        expectedState: state,
      });
      const grant = await take(answerWith(tokens));
      arrival.show('done');
      return grant;
    } catch (error) {
      arrival.show('failed');
      throw error;
    }
  }

  async #byDevice(
    id: SignInId,
    wish: Wish,
    ready: Ready,
    client: ClientKey,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { clock, redaction } = this.#deps;
    const { issuer } = ready;
    if (ready.metadata.device_authorization_endpoint === undefined) {
      throw new IssuerUnusable(
        `${issuer.name} gives no codes to sign in with. Sign in with the browser.`,
      );
    }
    const { as, answerWith } = asking(ready, client);
    const device = await initiateDeviceAuthorization(as, scopeOf(ready));
    const [codeKey] = keysOf(id);
    redaction.hide(codeKey, device.device_code);
    const { userCode, verificationUri, url } = codeOf(device, issuer);
    refuseForeignPlaces(wish, ready, [verificationUri]);
    const waitMs = Math.min(device.expires_in * 1000, WAIT_MS);
    const expiresAt = clock.now() + waitMs;
    this.#change(id, { phase: 'waiting', url, userCode, verificationUri, expiresAt });
    const polling = new AbortController();
    try {
      const polled = poll(as, device, AbortSignal.any([signal, polling.signal]));
      return answerWith(await this.#waitFor(polled, waitMs, signal));
    } finally {
      polling.abort();
    }
  }

  /** @throws SignInFailed `expired`; or the signal's reason */
  async #waitFor<Result>(
    result: Promise<Result>,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<Result> {
    const { promise: ended, reject } = Promise.withResolvers<never>();
    const timer = this.#deps.clock.after(waitMs, () => {
      reject(new SignInFailed('expired', 'Nobody signed in in time. Begin again.'));
    });
    const onAbort = (): void => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort);
    // Whoever loses the race is not heard any more.
    result.catch(() => undefined);
    try {
      signal.throwIfAborted();
      return await Promise.race([result, ended]);
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #take(
    id: SignInId,
    { issuer, place, anyUser, finish }: Wish,
    ready: Ready,
    { clientId }: ClientKey,
    { tokens, idToken }: Answer,
  ): Promise<GrantId | null> {
    const { name } = ready.issuer;
    const access = accessTokenIn(tokens, ready.issuer, this.#deps.clock.now());
    const { name: who, isOther } = signedInBy(
      claimsIn(idToken, ready.metadata.issuer, clientId),
      place.user,
    );
    this.#change(id, { signedInAs: who });
    if (who !== null && isOther && !anyUser) {
      const wanted = visible(place.user);
      throw new SignInFailed(
        'other-user',
        `${who} has signed in at ${name}, but this account is for ${wanted}. Sign in as ${wanted}, or go on if ${who} may open that mailbox.`,
      );
    }
    const refreshToken = refreshTokenIn(tokens);
    if (refreshToken === null) {
      throw new SignInFailed(
        'scope',
        `${name} lets Reprise in for an hour or so, and not again after that (it gives no refresh token). Check which access (scope) the client id was made for: offline access is needed.`,
      );
    }
    const signIn = signInText({ kind: 'oauth', issuer, clientId });
    return finish({ place: { ...place, signIn }, refreshToken, access }, clientId);
  }

  /** Whatever the issuer has said back of what it heard. */
  #redacted({ message, serverLine, ...facts }: SignInProblem): SignInProblem {
    const { redaction } = this.#deps;
    return {
      ...facts,
      message: redaction.apply(message),
      serverLine: serverLine === null ? null : redaction.apply(serverLine),
    };
  }

  #problemOf(error: unknown, { issuer }: Wish): SignInProblem {
    const { log } = this.#deps;
    if (error instanceof SignInFailed) return error.problem;
    if (error instanceof IssuerUnusable) {
      return { code: 'issuer', message: error.message, serverLine: null };
    }
    if (error instanceof RepriseError) {
      return { code: 'storage', message: error.message, serverLine: null };
    }
    const { name } = issuerOf(issuer);
    if (error instanceof OAuthError) {
      const code = error.trouble === 'scope' ? 'scope' : 'unreachable';
      return { code, message: error.message, serverLine: error.serverLine };
    }
    log.info(`a sign-in at ${name} failed: ${error instanceof Error ? error.message : 'unknown'}`);
    const { trouble, message, serverLine } = failureOf(error, name, 'Try again in a moment.');
    // A code that is dead already: nobody was there in time.
    if (trouble === 'sign-in-again') return { code: 'expired', message, serverLine };
    return { code: trouble, message, serverLine };
  }

  #show(id: SignInId, signIn: SignIn): void {
    this.#deps.state.put('signIns', { ...signIn, id });
  }

  #change(id: SignInId, change: Partial<SignIn>): void {
    const before = this.#deps.state.find('signIns', id);
    if (before !== undefined) this.#show(id, { ...before, ...change });
  }
}

/** Of what the log must not show. */
function keysOf(id: SignInId) {
  return [`sign-in-code:${id}`, `sign-in-verifier:${id}`] as const;
}

function refuseForeign({ issuer, place, confirmedForeign }: Wish): void {
  if (confirmedForeign === null || !isForeignIssuer(issuer, place.host)) return;
  const { host, hostname } = new URL(issuer);
  if (confirmedForeign.includes(hostname)) return;
  throw new SignInFailed(
    'foreign-issuer',
    `${host} is to sign you in for ${serverAddress(place)}, and nothing says that the two belong together. Go on only if you know that ${host} is who you sign in with there.`,
    { foreignHosts: [hostname] },
  );
}

/** The page to sign in on may be somebody's whose users an issuer wants to have the tokens of. */
function refuseForeignPlaces(
  { confirmedForeign }: Wish,
  { issuer }: Ready,
  addresses: readonly string[],
): void {
  if (confirmedForeign === null) return;
  const hosts = foreignHosts(issuer, addresses).filter((host) => !confirmedForeign.includes(host));
  if (hosts.length === 0) return;
  const named = hosts.join(', ');
  throw new SignInFailed(
    'foreign-issuer',
    `${issuer.name} sends you on to ${named}, and nothing says that they belong together. What you allow there goes to ${issuer.name}. Go on only if you know that this is how you sign in there.`,
    { foreignHosts: hosts },
  );
}

/** For openid-client's functions; with what it made of an answer goes the ID token that came in it. */
function asking(ready: Ready, client: ClientKey) {
  let idToken: unknown = null;
  const as = ready.as(client, {
    onIdToken: (heard) => {
      idToken = heard;
    },
  });
  return { as, answerWith: (tokens: TokenEndpointResponse): Answer => ({ tokens, idToken }) };
}

function scopeOf({ scopes }: Ready): { readonly scope?: string } {
  return scopes.length === 0 ? {} : { scope: scopes.join(' ') };
}

/** Codes are shown and typed: a few letters, not a page. */
const LONGEST_USER_CODE = 64;

/** @throws IssuerUnusable where it is no code, or nothing to open */
function codeOf(device: DeviceAuthorizationResponse, issuer: Issuer) {
  const { user_code: code, verification_uri: uri, verification_uri_complete: complete } = device;
  if (!isPlainHttps(uri) || code === '' || code.length > LONGEST_USER_CODE) {
    throw new IssuerUnusable(
      `${issuer.name} gives no code, or no page to type it on, that can be used.`,
    );
  }
  if (isOfAnotherProvider(uri, issuer)) throw otherProvider(issuer, uri);
  const { href, origin } = new URL(uri);
  // What is opened is what is shown, with the code in it.
  const filled = isPlainHttps(complete) ? new URL(complete) : null;
  const url = filled?.origin === origin ? filled.href : href;
  return { userCode: visible(code), verificationUri: href, url };
}

/** A network that fails for a moment does not end it (RFC 8628, section 3.5). */
async function poll(
  as: Configuration,
  device: DeviceAuthorizationResponse,
  signal: AbortSignal,
): Promise<TokenEndpointResponse> {
  for (;;) {
    try {
      return await pollDeviceAuthorizationGrant(as, device, {}, { signal });
    } catch (error) {
      signal.throwIfAborted();
      if (failureOf(error, '').trouble !== 'unreachable') throw error;
    }
  }
}
