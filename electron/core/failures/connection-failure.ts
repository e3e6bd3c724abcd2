/** Why a connection ended: the errors that its steps throw, and what becomes of them. */
import type { Phase, Problem, ShownCertificate } from '../../../shared/model.ts';
import { visible } from '../../../shared/visible.ts';
import type { ConnectSettings } from '../accounts/index.ts';
import type { Redact } from '../log/index.ts';
import type { HandshakeEnd } from '../tls/index.ts';
import { classify, type FailureKind } from './classify.ts';
import { describeProblem, type ProblemContext } from './connection-words.ts';

/** How an attempt, or a connection that was idle, ended. */
export interface Failure {
  readonly kind: FailureKind;
  readonly problem: Problem;
  /** Where it was; `idle` after a connect that had succeeded. */
  readonly phase: Phase | 'idle';
  /** TLS broke off with a session offered, or before anything came over it: without it may work. */
  readonly sessionOffered: boolean;
  /** How long the server, or the authorization server, is to be left alone. */
  readonly serverDelayMs: number | null;
  /** Where the server says that one signs in, as an OAuth issuer. */
  readonly issuer: string | null;
  /** What the server showed, where a certificate is the problem. */
  readonly certificate: ShownCertificate | null;
}

/** An error that Reprise itself ends a connection with. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
  readonly code:
    | 'PHASE_TIMEOUT'
    | 'NOT_IMAP'
    | 'FLOODING'
    | 'SECRET_MISSING'
    | 'SECRET_UNREADABLE'
    | 'MAILBOX_TWICE';
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

/** How far a connection had come when it failed. */
export interface FailurePoint extends Pick<
  ProblemContext,
  | 'phase'
  | 'mailbox'
  | 'ownName'
  | 'hasGreeted'
  | 'command'
  | 'refusal'
  | 'byeLine'
  | 'strangeLine'
  | 'plainLine'
  | 'byToken'
> {
  readonly tls: HandshakeEnd | null;
  /** The server has said something over TLS. */
  readonly isHeard: boolean;
}

/** Characters kept of what a server said or shows: it goes into the state of every mailbox it concerns. */
export const PROBLEM_TEXT_LENGTH = 500;

/** Before there was any connection. */
export const BEFORE_CONNECTING: FailurePoint = {
  phase: 'dns',
  mailbox: '',
  ownName: null,
  hasGreeted: false,
  command: null,
  refusal: null,
  byeLine: null,
  strangeLine: null,
  plainLine: null,
  byToken: false,
  tls: null,
  isHeard: false,
};

/** What an error means for the connection, in words that hold no secret. */
export function failureFrom(
  error: unknown,
  point: FailurePoint,
  settings: ConnectSettings,
  now: number,
  redact: Redact,
): Failure {
  const { tls, isHeard, ...moment } = point;
  const { phase } = moment;
  const certificate = tls?.handshake?.certificate ?? null;
  const classified = classify(error, moment);
  const isOfWay = classified.kind === 'closed' || classified.kind === 'timeout';
  const sessionOffered =
    tls?.outcome.kind === 'failed'
      ? tls.outcome.sessionOffered
      : tls?.outcome.kind === 'resumed' && !isHeard && isOfWay;
  const { code, message, serverLine } = describeProblem(error, {
    ...moment,
    host: settings.host,
    user: settings.user,
    port: settings.port,
    security: settings.security,
    tlsAnswered: tls?.outcome.kind === 'failed' && tls.outcome.answered,
    sessionOffered,
    asksForCertificate: tls?.asksForCertificate ?? false,
    servername: settings.servername ?? settings.host,
    trustsCaFile: settings.trust.kind === 'ca',
    pin: settings.trust.kind === 'pin' ? settings.trust.fingerprint256 : null,
    certificate,
    now,
  });
  return {
    kind: classified.kind,
    problem: {
      code,
      message: quoted(message, redact),
      serverLine: serverLine === null ? null : quoted(serverLine, redact),
    },
    phase,
    sessionOffered,
    serverDelayMs: classified.serverDelayMs,
    issuer: classified.issuer,
    certificate: shownCertificate(tls),
  };
}

function shownCertificate(tls: HandshakeEnd | null): ShownCertificate | null {
  const { handshake, outcome } = tls ?? {};
  const certificate = handshake?.certificate ?? null;
  if (certificate === null) return null;
  const { verifiedAt: _verifiedAt, ...text } = certificate;
  return { ...text, pem: outcome?.kind === 'failed' ? outcome.shownPem : null };
}

/** What a server said, or a sentence with names in it, for people: no secret in it, of bounded length, nothing in it that hides. */
export function quoted(text: string, redact: Redact): string {
  return cut(visible(redact(text)));
}

/** Comes after redaction: a secret cut in half would no longer be found. */
function cut(text: string): string {
  return text.length > PROBLEM_TEXT_LENGTH ? `${text.slice(0, PROBLEM_TEXT_LENGTH)} …` : text;
}
