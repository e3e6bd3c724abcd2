/** Errors: our own, and those of Node and imapflow read as plain facts. */
import type { Failure } from '../lifecycle.ts';

/** An error that Reprise itself ends a connection with. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
  readonly code: 'PHASE_TIMEOUT' | 'NOT_IMAP' | 'SECRET_MISSING' | 'SECRET_UNREADABLE';
  /** The limit that was passed, with `PHASE_TIMEOUT`. */
  readonly limitMs: number;

  constructor(code: ConnectError['code'], options: { limitMs?: number; cause?: unknown } = {}) {
    super(`Connection ended: ${code}`, { cause: options.cause });
    this.code = code;
    this.limitMs = options.limitMs ?? 0;
  }
}

/** Thrown by the steps of a connect; `failure` is what `ImapConnection.ended` gives. */
export class ConnectionEnded extends Error {
  override readonly name = 'ConnectionEnded';
  readonly failure: Failure | null;

  constructor(failure: Failure | null) {
    super(failure?.problem.message ?? 'The connection was ended here.');
    this.failure = failure;
  }
}

/** What an error says, whoever threw it. */
export interface ErrorFacts {
  /** Of Node, OpenSSL, imapflow or {@link ConnectError}; empty where there is none. */
  readonly code: string;
  readonly message: string;
  /** The server refused the sign-in itself (imapflow says so for a tagged NO or BAD only). */
  readonly authenticationFailed: boolean;
  /** TLS over STARTTLS could not be had. */
  readonly tlsFailed: boolean;
  readonly mailboxMissing: boolean;
  /** The response code of the server's answer, such as `UNAVAILABLE` (RFC 5530). */
  readonly responseCode: string;
  /** The server's answer without its tag, such as `NO [LIMIT] Too many connections`. */
  readonly serverLine: string | null;
  readonly serverDelayMs: number | null;
  readonly limitMs: number;
}

/** Reads anything that was thrown. */
export function errorFacts(thrown: unknown): ErrorFacts {
  const error = isRecord(thrown) ? thrown : {};
  return {
    code: codeOf(error),
    message: text(error['message']) ?? String(thrown),
    authenticationFailed: error['authenticationFailed'] === true,
    tlsFailed: error['tlsFailed'] === true,
    mailboxMissing: error['mailboxMissing'] === true,
    responseCode: text(error['serverResponseCode'])?.toUpperCase() ?? '',
    serverLine: serverLineOf(error),
    serverDelayMs: number(error['throttleReset']),
    limitMs: number(error['limitMs']) ?? 0,
  };
}

/** Node reports several addresses that all failed as one AggregateError, mostly with a code. */
function codeOf(error: Record<string, unknown>): string {
  const own = text(error['code']);
  if (own !== null) return own;
  const errors: unknown = error['errors'];
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  return isRecord(first) ? (text(first['code']) ?? '') : '';
}

function serverLineOf(error: Record<string, unknown>): string | null {
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
