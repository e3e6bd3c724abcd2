/** What an error means, whoever threw it: Node, OpenSSL, BoringSSL, imapflow or Reprise. Pure. */
import { METADATA_PATH } from '../../../shared/oauth.ts';
import { NAMES_FAIL } from '../network/names.ts';
import { ProxyError } from '../proxy/index.ts';
import { UNREADABLE_TRUST, UNUSABLE_NAME } from '../tls/index.ts';
import { decided, meaningOf, type AnswerKind } from './server-answers.ts';

/** What went wrong, as finely as one of the two sets of sentences tells it apart. */
export type FailureKind =
  /** Before anything was connected. */
  | 'secret-missing'
  | 'secret-unreadable'
  /** No access token is to be had: until somebody signs in again, or for now. */
  | 'grant-gone'
  | 'auth-server'
  | 'trust-unreadable'
  | 'name-unusable'
  | 'name-unknown'
  | 'names-fail'
  | 'name-not-now'
  /** On the way through a proxy; the second is not to be tried again as it is. */
  | 'proxy'
  | 'proxy-sign-in'
  /** On the way. */
  | 'refused'
  | 'unreachable'
  | 'timeout'
  | 'closed'
  /** TLS. */
  | 'no-starttls'
  | 'starttls-injection'
  | 'not-tls'
  /** No TLS record, or one that makes no sense where it came. */
  | 'garbled'
  | 'old-versions'
  | 'tls'
  | 'client-certificate'
  /** The certificate. */
  | 'expired'
  | 'not-yet-valid'
  | 'other-name'
  | 'self-signed'
  | 'unknown-authority'
  | 'unfit'
  | 'another-certificate'
  /** What the server answered. */
  | AnswerKind
  | 'no-sign-in-by-password'
  | 'no-sign-in-by-token'
  | 'token-refused'
  | 'token-scope'
  | 'starttls-refused'
  | 'mailbox-missing'
  | 'mailbox-forbidden'
  | 'mailbox-twice'
  /** It said goodbye, for no reason that is known. */
  | 'ended'
  | 'not-mail'
  | 'flooding'
  | 'unforeseen';

/** The error codes that are known, by what they mean. */
const CODES: Readonly<Partial<Record<FailureKind, readonly string[]>>> = {
  'secret-missing': ['SECRET_MISSING'],
  'secret-unreadable': ['SECRET_UNREADABLE'],
  'grant-gone': ['OAUTH_SIGN_IN_AGAIN'],
  'auth-server': ['OAUTH_UNREACHABLE'],
  'trust-unreadable': [UNREADABLE_TRUST],
  'name-unusable': [UNUSABLE_NAME],
  'name-unknown': ['ENOTFOUND', 'ENODATA'],
  'names-fail': [NAMES_FAIL],
  'name-not-now': ['EAI_AGAIN', 'ESERVFAIL'],
  proxy: ['PROXY'],
  'proxy-sign-in': ['PROXY_SIGN_IN'],
  refused: ['ECONNREFUSED'],
  unreachable: [
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENETDOWN',
    'EHOSTDOWN',
    'EADDRNOTAVAIL',
    'EACCES',
    'EPERM',
    'EAFNOSUPPORT',
  ],
  timeout: [
    'PHASE_TIMEOUT',
    'CONNECT_TIMEOUT',
    'GREETING_TIMEOUT',
    'UPGRADE_TIMEOUT',
    'ETIMEOUT',
    'ETIMEDOUT',
  ],
  // A connection that is gone, which says nothing about why.
  closed: [
    'ECONNRESET',
    'ECONNABORTED',
    'EPIPE',
    'NoConnection',
    'EConnectionClosed',
    'StateLogout',
    'ClosedAfterConnectText',
    'ClosedAfterConnectTLS',
  ],
  'starttls-injection': ['STARTTLS_INJECTION'],
  // What OpenSSL and BoringSSL say when the other side's first bytes are no TLS record.
  'not-tls': [
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'ERR_SSL_PACKET_LENGTH_TOO_LONG',
    'ERR_SSL_HTTP_REQUEST',
    'ERR_SSL_HTTPS_PROXY_REQUEST',
    'ERR_SSL_UNKNOWN_PROTOCOL',
    'ERR_SSL_RECORD_TOO_SMALL',
  ],
  expired: ['CERT_HAS_EXPIRED'],
  'not-yet-valid': ['CERT_NOT_YET_VALID'],
  'other-name': ['ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH'],
  'self-signed': ['DEPTH_ZERO_SELF_SIGNED_CERT'],
  'unknown-authority': [
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'CERT_UNTRUSTED',
    'CERT_REJECTED',
    'INVALID_CA',
    'PATH_LENGTH_EXCEEDED',
    'CERT_CHAIN_TOO_LONG',
    'CERT_SIGNATURE_FAILURE',
  ],
  unfit: [
    'INVALID_PURPOSE',
    'CERT_REVOKED',
    // OpenSSL has more verdicts than Node has names: a key that is too small is one of these.
    'UNSPECIFIED',
    'EE_KEY_TOO_SMALL',
    'CA_KEY_TOO_SMALL',
    'CA_MD_TOO_WEAK',
  ],
  'another-certificate': ['CERTIFICATE_CHANGED'],
  'mailbox-twice': ['MAILBOX_TWICE'],
  'not-mail': [
    'NOT_IMAP',
    'LineTooLarge',
    'LiteralTooLarge',
    'ResponseTooLarge',
    'TooManyTokens',
    'TooManyResponses',
    'MAX_IMAP_NESTING_REACHED',
    'UnexpectedTag',
    'MissingTag',
    'InvalidResponse',
    'ResponseProcessingFailed',
  ],
  flooding: ['FLOODING', 'TOO_MANY_TICKETS'],
  throttled: ['ETHROTTLE'],
};

const KIND_OF_CODE = new Map(
  (Object.keys(CODES) as FailureKind[]).flatMap((kind) =>
    (CODES[kind] ?? []).map((code) => [code, kind] as const),
  ),
);

/** Families of codes, in the order in which they are to be asked. */
const FAMILIES: readonly (readonly [RegExp, FailureKind])[] = [
  [/^EAI_/, 'name-unknown'],
  [/^ParserError/, 'not-mail'],
  // No version in common. Not BAD_PROTOCOL_VERSION_NUMBER, which is a broken answer of a server
  // that speaks a version that is good.
  [/ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS|VERSION_TOO_LOW/, 'old-versions'],
  // Alerts of a server are about a client's certificate: it checks no other (RFC 8446 §6.2).
  [
    /ALERT_(?:CERTIFICATE_(?:REQUIRED|REVOKED|EXPIRED|UNKNOWN)|(?:BAD|UNSUPPORTED)_CERTIFICATE|UNKNOWN_CA)$/,
    'client-certificate',
  ],
  [/BAD_RECORD_TYPE|UNEXPECTED_MESSAGE|INVALID_ALERT|RECORD_LAYER/, 'garbled'],
  [/^ERR_SSL_|^ERR_TLS_|^EPROTO$/, 'tls'],
];

/** By which servers turn a client without certificate away, among other things, under TLS 1.2. */
const TURNED_AWAY =
  // GnuTLS calls an empty list of certificates one that it cannot decode.
  /ALERT_(?:HANDSHAKE_FAILURE|NO_CERTIFICATE|ACCESS_DENIED|DECODE_ERROR)$/;

/**
 * What a code alone means.
 *
 * @param asked the server asked for a client's certificate before
 */
export function kindOfCode(code: string, asked = false): FailureKind {
  if (asked && TURNED_AWAY.test(code)) return 'client-certificate';
  return (
    KIND_OF_CODE.get(code) ?? FAMILIES.find(([family]) => family.test(code))?.[1] ?? 'unforeseen'
  );
}

/** What an error says. */
export interface ClassifiedError {
  readonly kind: FailureKind;
  /** Empty where there is none. */
  readonly code: string;
  readonly message: string;
  /** What the server said, without its tag, such as `NO [LIMIT] Too many connections`. */
  readonly serverLine: string | null;
  /** Why the way through a proxy did not come about, where it is that. */
  readonly proxy: ProxyError | null;
  /** How long the server, or the authorization server, is to be left alone. */
  readonly serverDelayMs: number | null;
  /** Where the server says that one signs in, as an OAuth issuer. */
  readonly issuer: string | null;
  /** The limit that was passed, with `timeout`; 0 where it is not known. */
  readonly limitMs: number;
}

/** A NO or BAD. */
export interface Refusal {
  /** What was refused, such as `NAMESPACE`. */
  readonly command: string;
  /** Without its tag. */
  readonly line: string;
}

/** What is known of the moment, beside the error. */
export interface Moment {
  /** What was being done: imapflow has no code for what an answer to STARTTLS or SELECT means. */
  readonly phase: string;
  /** The command that the server has yet to answer. */
  readonly command?: string | null;
  /** The answer to the latest command, where it was one: imapflow keeps some to itself. */
  readonly refusal?: Refusal | null;
  /** The BYE with which the server ended the connection, as it came. */
  readonly byeLine?: string | null;
  /** It signs in with an access token. */
  readonly byToken?: boolean;
  /** The server asked for a client's certificate. */
  readonly asksForCertificate?: boolean;
}

/** Reads anything that was thrown. */
export function classify(thrown: unknown, moment: Moment): ClassifiedError {
  const error = isRecord(thrown) ? thrown : {};
  const code = codeOf(error);
  const refusal = refusalOf(error, code, moment.refusal ?? null);
  const kind =
    answered(error, code, refusal, moment) ?? kindOfCode(code, moment.asksForCertificate);
  const byeLine = ENDS.has(kind) ? (moment.byeLine ?? null) : null;
  return {
    kind: byeLine === null ? kind : endOf(byeLine, moment),
    code,
    message: text(error['message']) ?? String(thrown),
    serverLine: byeLine ?? refusal?.line ?? text(error['serverLine']),
    proxy: thrown instanceof ProxyError ? thrown : null,
    serverDelayMs: number(error['throttleReset']) ?? number(error['retryAfterMs']),
    issuer: issuerIn(error['oauthError']),
    limitMs: number(error['limitMs']) ?? 0,
  };
}

/** What the server ends the connection for. */
function endOf(byeLine: string, { asksForCertificate, command }: Moment): FailureKind {
  // nginx goes on to the greeting, and says it there.
  if (asksForCertificate === true && /\bcertificate\b/i.test(byeLine)) return 'client-certificate';
  return meaningOf(byeLine, isSignIn(command)) ?? 'ended';
}

/** What a BYE explains. */
const ENDS: ReadonlySet<FailureKind> = new Set(['closed', 'not-tls', 'no-starttls']);

/** imapflow's own words for it; it has no code there. */
const NO_METHOD =
  /^(?:Login is disabled|No matching authentication method|Unsupported authentication mechanism)$/;

/** The NO or BAD that the error comes of, as far as it comes of one. */
function refusalOf(
  error: Readonly<Record<string, unknown>>,
  code: string,
  latest: Refusal | null,
): Refusal | null {
  const line = serverLineOf(error);
  if (line !== null) {
    const isOfSignIn = error['authenticationFailed'] === true;
    return { command: isOfSignIn ? 'LOGIN' : (latest?.command ?? ''), line };
  }
  const kind = kindOfCode(code);
  // A server that refuses a sign-in and hangs up has said why.
  if (kind === 'closed') return isSignIn(latest?.command) ? latest : null;
  // What imapflow throws for these has no code, or that of a line that it could not read.
  return code === '' || kind === 'not-mail' ? latest : null;
}

/** Whether it has the user name and the password in it. */
export function isSignIn(command: string | null | undefined): command is 'LOGIN' | 'AUTHENTICATE' {
  return command === 'LOGIN' || command === 'AUTHENTICATE';
}

/** What the server's answer means; `null` where no answer was the trouble. */
function answered(
  error: Readonly<Record<string, unknown>>,
  code: string,
  refusal: Refusal | null,
  { phase, byToken = false }: Moment,
): FailureKind | null {
  if (NO_METHOD.test(text(error['message']) ?? ''))
    return byToken ? 'no-sign-in-by-token' : 'no-sign-in-by-password';
  if (refusal === null)
    return error['tlsFailed'] === true && code === '' && phase === 'starttls'
      ? 'no-starttls'
      : null;
  if (code === 'ETHROTTLE') return 'throttled';
  const { command, line } = refusal;
  if (isSignIn(command))
    return byToken ? tokenAnswered(line, error['oauthError']) : signInAnswered(line);
  if (phase === 'select') return openingAnswered(line, error['mailboxMissing'] === true);
  return meaningOf(line, false) ?? (command === 'STARTTLS' ? 'starttls-refused' : 'busy');
}

/** Without words that are known, it is the password: tried again and again, it locks accounts. */
function signInAnswered(line: string): FailureKind {
  return meaningOf(line, true) ?? (/^BAD\b/i.test(line) ? 'not-understood' : 'sign-in-refused');
}

/** What is said of passwords, where there is none. */
const OF_TOKEN: Readonly<Partial<Record<AnswerKind, FailureKind>>> = {
  'sign-in-refused': 'token-refused',
  'password-expired': 'token-refused',
  'app-password': 'token-refused',
  'passwords-off': 'token-refused',
  'method-unsupported': 'no-sign-in-by-token',
};

/**
 * What the answer to a token means. A code decides, unless it says no more than that the sign-in failed;
 * then the status that came before it (RFC 7628 §3.2.2, and as Google has it for XOAUTH2), and words last.
 */
function tokenAnswered(line: string, said: unknown): FailureKind {
  const status = statusIn(said);
  const kind = status === null || isDecided(line) ? signInAnswered(line) : kindOfStatus(status);
  return OF_TOKEN[kind as AnswerKind] ?? kind;
}

function isDecided(line: string): boolean {
  const kind = decided(line);
  return kind !== null && OF_TOKEN[kind] !== 'token-refused';
}

function kindOfStatus(status: string): FailureKind {
  if (/^(?:5\d\d|server_error|temporarily_unavailable)$/i.test(status)) return 'busy';
  return /^(?:403|insufficient_scope)$/i.test(status) ? 'token-scope' : 'token-refused';
}

function statusIn(said: unknown): string | null {
  const status = isRecord(said) ? said['status'] : null;
  return typeof status === 'number' ? String(status) : text(status);
}

/** Longer than any issuer's address. */
const MOST_URL = 1000;

/** From the address of the metadata that a refused OAUTHBEARER names; `null` where that leads to none. */
function issuerIn(said: unknown): string | null {
  const metadata = isRecord(said) ? text(said['openid-configuration']) : null;
  if (metadata === null || metadata.length > MOST_URL || !URL.canParse(metadata)) return null;
  const url = new URL(metadata);
  const isOwn = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!/^https?:$/.test(url.protocol) || !isOwn) return null;
  const path = url.pathname.replace(METADATA_PATH, '');
  return path === url.pathname ? null : url.origin + path.replace(/\/$/, '');
}

/** Whether the refusal to open a mailbox is about that mailbox alone: others may well be opened. */
export function isAboutMailbox(error: unknown): boolean {
  const { kind } = classify(error, { phase: 'select' });
  return kind === 'mailbox-missing' || kind === 'mailbox-forbidden';
}

/**
 * Whether a refusal to open a mailbox leaves it to the server's list to say if there is one.
 */
export function mayBeMissing(error: unknown): boolean {
  const line = isRecord(error) ? serverLineOf(error) : null;
  if (line === null || !/^NO\b/i.test(line)) return false;
  return openingAnswered(line, true) !== openingAnswered(line, false);
}

/** Rights that are missing, in words (RFC 4314 has the code NOPERM for it). */
const FORBIDDEN =
  /(?:permission|access) (?:is )?denied|(?:no|insufficient) (?:permissions?|rights)\b/i;

/** Trouble that may be that of a mailbox which is not there. */
const OF_MAILBOX = /\b(?:mailbox|folder|open)\b/i;

/** @param isUnlisted the server's list does not have it */
function openingAnswered(line: string, isUnlisted: boolean): FailureKind {
  // A name that the server can never have is one of none (RFC 5530).
  if (/^\S+ \[(?:NONEXISTENT|CANNOT)\b/i.test(line)) return 'mailbox-missing';
  if (/^\S+ \[NOPERM\b/i.test(line)) return 'mailbox-forbidden';
  const kind = meaningOf(line, false);
  if (kind !== null && kind !== 'busy') return kind;
  if (decided(line) !== null) return 'busy';
  if (isUnlisted && (kind === null || OF_MAILBOX.test(line))) return 'mailbox-missing';
  return kind === null && FORBIDDEN.test(line) ? 'mailbox-forbidden' : 'busy';
}

/** Of several addresses that all failed, the one that came furthest says most: a host refused. */
const FURTHEST: readonly FailureKind[] = ['refused', 'timeout'];

/** Node reports several addresses as one AggregateError, with the code of the first or none. */
function codeOf(error: Readonly<Record<string, unknown>>): string {
  const errors: readonly unknown[] = Array.isArray(error['errors']) ? error['errors'] : [];
  const codes = [error, ...errors].flatMap((one) =>
    isRecord(one) ? (text(one['code']) ?? []) : [],
  );
  const furthest = FURTHEST.flatMap(
    (kind) => codes.find((code) => kindOfCode(code) === kind) ?? [],
  );
  return furthest[0] ?? codes[0] ?? '';
}

/** Without its tag, which is the client's own. */
function serverLineOf(error: Readonly<Record<string, unknown>>): string | null {
  const line = text(error['response'])
    ?.replace(/^\S+ (?=(?:NO|BAD)\b)/i, '')
    .trim();
  if (line !== undefined && /^(?:NO|BAD)\b/i.test(line)) return line;
  const status = text(error['responseStatus']);
  const responseText = text(error['responseText']);
  return status === null || responseText === null ? null : `${status} ${responseText}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
