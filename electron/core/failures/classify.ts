/** What an error means, whoever threw it: Node, OpenSSL, BoringSSL, imapflow or Reprise. Pure. */
import { UNREADABLE_TRUST, UNUSABLE_NAME } from '../tls/index.ts';

/** What went wrong, as finely as one of the two sets of sentences tells it apart. */
export type FailureKind =
  /** Before anything was connected. */
  | 'secret-missing'
  | 'secret-unreadable'
  | 'trust-unreadable'
  | 'name-unusable'
  | 'name-unknown'
  | 'name-not-now'
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
  /** The certificate. */
  | 'expired'
  | 'not-yet-valid'
  | 'other-name'
  | 'self-signed'
  | 'unknown-authority'
  | 'unfit'
  | 'another-certificate'
  /** What the server answered. */
  | 'no-sign-in-by-password'
  | 'sign-in-refused'
  | 'mailbox-missing'
  | 'mailbox-forbidden'
  | 'busy'
  | 'throttled'
  | 'not-mail'
  | 'flooding'
  | 'unforeseen';

/** The error codes that are known, by what they mean. */
const CODES: Readonly<Partial<Record<FailureKind, readonly string[]>>> = {
  'secret-missing': ['SECRET_MISSING'],
  'secret-unreadable': ['SECRET_UNREADABLE'],
  'trust-unreadable': [UNREADABLE_TRUST],
  'name-unusable': [UNUSABLE_NAME],
  'name-unknown': ['ENOTFOUND', 'ENODATA'],
  'name-not-now': ['EAI_AGAIN', 'ESERVFAIL'],
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
  [/BAD_RECORD_TYPE|UNEXPECTED_MESSAGE|INVALID_ALERT|RECORD_LAYER/, 'garbled'],
  [/^ERR_SSL_|^ERR_TLS_|^EPROTO$/, 'tls'],
];

/** What a code alone means. */
export function kindOfCode(code: string): FailureKind {
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
  /** The server's answer without its tag, such as `NO [LIMIT] Too many connections`. */
  readonly serverLine: string | null;
  /** How long the server asked to be left alone. */
  readonly serverDelayMs: number | null;
  /** The limit that was passed, with `timeout`; 0 where it is not known. */
  readonly limitMs: number;
}

/**
 * Reads anything that was thrown.
 *
 * @param phase what was being done: imapflow has no code for what an answer to STARTTLS or SELECT means
 */
export function classify(thrown: unknown, phase: string): ClassifiedError {
  const error = isRecord(thrown) ? thrown : {};
  const code = codeOf(error);
  const serverLine = serverLineOf(error);
  return {
    kind: answered(error, code, serverLine, phase) ?? kindOfCode(code),
    code,
    message: text(error['message']) ?? String(thrown),
    serverLine,
    serverDelayMs: number(error['throttleReset']),
    limitMs: number(error['limitMs']) ?? 0,
  };
}

/** imapflow's own words for it; it has no code there. */
const NO_PASSWORD_SIGN_IN =
  /^(?:Login is disabled|No matching authentication method|Unsupported authentication mechanism)$/;

/** Response codes that speak of the server's state and not of the password (RFC 5530 §3). */
const TRANSIENT_CODES = new Set(['UNAVAILABLE', 'INUSE', 'LIMIT', 'SERVERBUG', 'THROTTLED']);

/** How servers without response codes say the same. */
const TRANSIENT_TEXT =
  /temporar|try again|too many|throttl|maximum number of connections|service (?:is )?unavailable/i;

/** What the server's answer means; `null` where no answer was the trouble. */
function answered(
  error: Readonly<Record<string, unknown>>,
  code: string,
  serverLine: string | null,
  phase: string,
): FailureKind | null {
  if (error['tlsFailed'] === true && code === '' && phase === 'starttls') return 'no-starttls';
  if (NO_PASSWORD_SIGN_IN.test(text(error['message']) ?? '')) return 'no-sign-in-by-password';
  const responseCode = text(error['serverResponseCode'])?.toUpperCase() ?? '';
  const notNow = code === 'ETHROTTLE' || responseCode === 'THROTTLED' ? 'throttled' : 'busy';
  // The server refused the sign-in itself: imapflow says so for a tagged NO or BAD only.
  if (error['authenticationFailed'] === true) {
    // A code of another kind is a better witness than the text.
    const isTransient =
      code === 'ETHROTTLE' ||
      TRANSIENT_CODES.has(responseCode) ||
      (responseCode === '' && TRANSIENT_TEXT.test(serverLine ?? ''));
    return isTransient ? notNow : 'sign-in-refused';
  }
  if (phase === 'select') {
    if (error['mailboxMissing'] === true || responseCode === 'NONEXISTENT')
      return 'mailbox-missing';
    if (responseCode === 'NOPERM') return 'mailbox-forbidden';
  }
  // A NO or BAD that is about something else.
  return serverLine === null ? null : notNow;
}

/** Whether a server that says BYE with these words has trouble of its own. */
export function isBusy(byeLine: string): boolean {
  const responseCode = /^BYE \[([A-Z]+)/i.exec(byeLine)?.[1]?.toUpperCase() ?? '';
  return TRANSIENT_CODES.has(responseCode) || TRANSIENT_TEXT.test(byeLine);
}

/** How servers say that it is this client, or this account, that has too many connections. */
export const LIMIT_TEXT =
  /\[LIMIT\]|too many (?:simultaneous |concurrent )?(?:connections|sessions)|maximum number of connections/i;

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

function serverLineOf(error: Readonly<Record<string, unknown>>): string | null {
  const response = text(error['response']);
  // The tag is the client's own.
  if (response !== null) return response.replace(/^[0-9A-F]+ (?=NO|BAD|BYE|OK)/, '').trim();
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
