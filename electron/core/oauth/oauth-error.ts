/** Why there is no token: what the library and an issuer throw, as one of a few troubles with a sentence. */
import {
  AuthorizationResponseError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import { RepriseError } from '../../../shared/errors.ts';
import { visible } from '../../../shared/visible.ts';
import { kindOfCode, proxySentence } from '../failures/index.ts';
import { ProxyError } from '../proxy/index.ts';
import type { Issuer } from './issuers.ts';

/**
 * What is to be done about it:
 *
 * - `sign-in-again`: the refresh token is dead, or there is none for this place;
 * - `client`: the issuer does not know the client id, or its secret;
 * - `policy`: an administrator has to allow it, or the issuer refuses for a reason of its own;
 * - `scope`: what was granted does not open the mailbox;
 * - `unreachable`: the network, a time-out, trouble of the issuer's own, or an answer that is none. It is
 *   tried again by itself.
 */
export type OAuthTrouble = 'sign-in-again' | 'client' | 'policy' | 'scope' | 'unreachable';

/** No token. Its message is a sentence for the user; no secret is ever in it. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly trouble: OAuthTrouble;
  /** What the issuer itself said, where it said something: an error's code and description. */
  readonly serverLine: string | null;
  /** Of `unreachable`: the issuer is not asked before that is over; `null` where nobody says. */
  readonly retryAfterMs: number | null;

  constructor(
    trouble: OAuthTrouble,
    message: string,
    {
      serverLine = null,
      retryAfterMs = null,
    }: Partial<Pick<OAuthError, 'serverLine' | 'retryAfterMs'>> = {},
  ) {
    super(message);
    this.trouble = trouble;
    this.serverLine = serverLine;
    this.retryAfterMs = retryAfterMs;
  }

  /** For whom the table of `failures/` tells what errors mean: only a person can mend it, or time. */
  get code(): 'OAUTH_SIGN_IN_AGAIN' | 'OAUTH_UNREACHABLE' {
    return this.trouble === 'unreachable' ? 'OAUTH_UNREACHABLE' : 'OAUTH_SIGN_IN_AGAIN';
  }

  /** The same, whatever the issuer has said back of what it heard. */
  redacted(apply: (text: string) => string): OAuthError {
    const { trouble, message, serverLine, retryAfterMs } = this;
    return new OAuthError(trouble, apply(message), {
      serverLine: serverLine === null ? null : apply(serverLine),
      retryAfterMs,
    });
  }

  /** The same, to whoever asks while the issuer is left alone. */
  after(retryAfterMs: number): OAuthError {
    const { trouble, message, serverLine } = this;
    return new OAuthError(trouble, message, { serverLine, retryAfterMs });
  }
}

/** An issuer cannot be signed in with, whoever tries: a sentence for the user. */
export class IssuerUnusable extends Error {
  override readonly name = 'IssuerUnusable';
}

/** An issuer sends whoever signs in to a provider that is not its own. */
export function otherProvider({ name }: Issuer, address: string): IssuerUnusable {
  return new IssuerUnusable(
    `${name} sends you to ${new URL(address).host} to sign in, but what you allow there would go to ${name}. So nothing is opened or sent.`,
  );
}

/** What went wrong, before it is said of a sign-in or of a token. */
export interface Failure {
  /** `denied`: whoever signed in said no. */
  readonly trouble: OAuthTrouble | 'denied';
  readonly message: string;
  readonly serverLine: string | null;
  /** How long the issuer wants to be left alone. */
  readonly retryAfterMs: number | null;
}

/** Of tokens, which are asked for again. */
const BY_ITSELF = 'Reprise tries again by itself.';

/**
 * @param name the issuer's, for people
 * @param again what follows where it is unreachable
 */
export function failureOf(error: unknown, name: string, again = BY_ITSELF): Failure {
  const said = saidBy(error);
  if (said !== null) {
    const trouble = troubleOf(said);
    return {
      trouble,
      message: sentenceOf(trouble, said, name, again),
      serverLine: lineOf(said),
      retryAfterMs: said.retryAfterMs,
    };
  }
  return {
    trouble: 'unreachable',
    message: unreachable(error, name, again),
    serverLine: null,
    retryAfterMs: null,
  };
}

/** The same as the error that connections get. */
export function oauthErrorOf(error: unknown, name: string): OAuthError {
  if (error instanceof OAuthError) return error;
  if (error instanceof IssuerUnusable) return new OAuthError('unreachable', error.message);
  // The client secret cannot be read: no waiting mends that.
  if (error instanceof RepriseError) return new OAuthError('client', error.message);
  const { trouble, message, ...facts } = failureOf(error, name);
  return new OAuthError(trouble === 'denied' ? 'policy' : trouble, message, facts);
}

/** What an issuer answered. */
interface Said {
  readonly status: number;
  /** RFC 6749, sections 4.1.2.1 and 5.2; empty where it was another kind of answer. */
  readonly code: string;
  readonly description: string;
  readonly retryAfterMs: number | null;
}

function saidBy(error: unknown): Said | null {
  if (error instanceof AuthorizationResponseError) {
    const { error: code, error_description: description = '' } = error;
    return { status: 200, code, description, retryAfterMs: null };
  }
  if (error instanceof ResponseBodyError) {
    const { error: code, error_description: description = '', status, response } = error;
    return { status, code, description, retryAfterMs: retryAfter(response) };
  }
  if (error instanceof WWWAuthenticateChallengeError) {
    // Before its body is read: RFC 6749 wants invalid_client to come with such a challenge.
    const { status, response } = error;
    const code = status === 401 ? 'invalid_client' : '';
    return { status, code, description: '', retryAfterMs: retryAfter(response) };
  }
  // No JSON, as most have it in front of a server that is down.
  const answer = error instanceof Error ? error.cause : undefined;
  if (answer instanceof Response && isBusy(answer.status)) {
    return { status: answer.status, code: '', description: '', retryAfterMs: retryAfter(answer) };
  }
  return null;
}

function isBusy(status: number): boolean {
  return status >= 500 || status === 429 || status === 408;
}

function retryAfter({ headers }: Response): number | null {
  const said = headers.get('retry-after') ?? '';
  return /^\d{1,6}$/.test(said) ? Number(said) * 1000 : null;
}

/** Of RFC 6749, of OpenID Connect, and of Google. */
const CODES: Readonly<Record<string, OAuthTrouble | 'denied'>> = {
  invalid_grant: 'sign-in-again',
  expired_token: 'sign-in-again',
  // Somebody has to be there: a second factor, a new password, new terms.
  interaction_required: 'sign-in-again',
  login_required: 'sign-in-again',
  consent_required: 'sign-in-again',
  account_selection_required: 'sign-in-again',
  invalid_client: 'client',
  unauthorized_client: 'client',
  deleted_client: 'client',
  disabled_client: 'client',
  redirect_uri_mismatch: 'client',
  access_denied: 'denied',
  invalid_scope: 'scope',
  insufficient_scope: 'scope',
  admin_policy_enforced: 'policy',
  org_internal: 'policy',
  server_error: 'unreachable',
  temporarily_unavailable: 'unreachable',
  slow_down: 'unreachable',
  rate_limit_exceeded: 'unreachable',
};

/**
 * Microsoft's own numbers, which say more than its codes: learn.microsoft.com/entra/identity-platform/
 * reference-error-codes.
 */
const AADSTS: Readonly<Record<string, OAuthTrouble | 'denied'>> = {
  // No such app here, a secret where none belongs, none or a wrong one where it does, one tenant's app.
  700016: 'client',
  700025: 'client',
  7000215: 'client',
  7000218: 'client',
  7000222: 'client',
  50194: 'client',
  50011: 'client',
  // Consent that only an administrator can give; not assigned; blocked by conditional access.
  90094: 'policy',
  90095: 'policy',
  650052: 'policy',
  50105: 'policy',
  53000: 'policy',
  53001: 'policy',
  53003: 'policy',
  50020: 'policy',
  65004: 'denied',
  70011: 'scope',
  650053: 'scope',
};

function aadstsOf(description: string): string | null {
  return /\bAADSTS(\d{4,8})\b/.exec(description)?.[1] ?? null;
}

function troubleOf({ status, code, description }: Said): OAuthTrouble | 'denied' {
  const number = aadstsOf(description);
  const own = number === null ? undefined : AADSTS[number];
  if (own !== undefined) return own;
  // Google, of a client that has one.
  if (code === 'invalid_request' && /client_secret/i.test(description)) return 'client';
  const known = Object.hasOwn(CODES, code) ? CODES[code] : undefined;
  if (known !== undefined) return known;
  return isBusy(status) ? 'unreachable' : 'policy';
}

function sentenceOf(trouble: Failure['trouble'], said: Said, name: string, again: string): string {
  switch (trouble) {
    case 'sign-in-again':
      return `${name} wants you to sign in again: the earlier sign-in has ended or was taken back.`;
    case 'client':
      return `${name} does not take the client id, or its secret. ${clientAdvice(said)}`;
    case 'denied':
      return `${name} was told not to let Reprise in. Sign in again and allow access to your mail.`;
    case 'policy':
      return aadstsOf(said.description) === null && !/admin|org_/.test(said.code)
        ? `${name} refuses this sign-in. What it says is below; whoever runs the mail there can tell more.`
        : `${name} wants an administrator to allow this first. Ask whoever runs your organization’s accounts to approve the app with your client id.`;
    case 'scope':
      return `${name} does not give access to mail with this client id. Check which access (scope) it was made for.`;
    case 'unreachable':
      return `${name} cannot answer at the moment. ${again}`;
  }
}

/** By Microsoft's number. */
const ADVICE: Readonly<Record<string, string>> = {
  700025:
    'Remove the secret in the settings: a client for a program on your own machine has none there.',
  7000218: 'In the app’s registration, under “Authentication”, allow public client flows.',
  50194:
    'It is for one organization alone: sign in at https://login.microsoftonline.com/TENANT/v2.0, with that organization’s domain in place of TENANT.',
};

function clientAdvice({ description }: Said): string {
  const advice = ADVICE[aadstsOf(description) ?? ''];
  if (advice !== undefined) return advice;
  return /client_secret/i.test(description)
    ? 'Enter the secret that goes with it in the settings.'
    : 'Compare both in the settings with what the provider shows.';
}

/** The longest that is shown of what an issuer says. */
const MAX_LINE = 400;

function lineOf({ code, description }: Said): string | null {
  const line = [code, description].filter((part) => part !== '').join(': ');
  if (line === '') return null;
  const plain = visible(line.replaceAll(/\s+/g, ' '));
  return plain.length > MAX_LINE ? `${plain.slice(0, MAX_LINE)}…` : plain;
}

const CERTIFICATE: ReadonlySet<string> = new Set([
  'expired',
  'not-yet-valid',
  'other-name',
  'self-signed',
  'unknown-authority',
  'unfit',
]);

function unreachable(error: unknown, name: string, again: string): string {
  const causes = causesOf(error);
  const proxy = causes.find((cause) => cause instanceof ProxyError);
  if (proxy !== undefined) return proxySentence(proxy);
  const kinds = causes.map((cause) => kindOfCode(codeOf(cause)));
  if (kinds.some((kind) => CERTIFICATE.has(kind))) {
    return `${name} shows a certificate that this machine does not trust for it, so nothing was sent there.`;
  }
  if (kinds.includes('name-unknown')) {
    return `The name of ${name} is not found. Check its address, and the network connection.`;
  }
  const isRubbish = causes.some(
    (cause) => cause instanceof Error && /^OAUTH_(?!TIMEOUT|ABORT)/.test(codeOf(cause)),
  );
  return isRubbish
    ? `${name} does not answer as a server for sign-ins does. ${again}`
    : `${name} cannot be reached. ${again}`;
}

function causesOf(error: unknown): readonly unknown[] {
  const causes: unknown[] = [];
  let next = error;
  while (next !== undefined && next !== null && causes.length < 5) {
    causes.push(next);
    next = next instanceof Error ? next.cause : undefined;
  }
  return causes;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}
