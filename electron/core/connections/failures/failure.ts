import type { Phase, ShownCertificate } from '../../../../shared/model.ts';
import type { ConnectSettings } from '../../accounts/types.ts';
import type { TlsHandshake } from '../../tls/index.ts';
import { errorFacts } from './connect-error.ts';
import type { Failure } from '../lifecycle.ts';
import type { ProblemContext } from './problem-context.ts';
import { describeProblem } from './problems.ts';
import type { Redact } from '../../log/redaction.ts';

/** How far a connection had come when it failed. */
export interface FailurePoint extends Pick<ProblemContext, 'mailbox' | 'byeLine' | 'strangeLine'> {
  readonly phase: Phase | 'idle';
  readonly tls: TlsHandshake | null;
}

/** Characters kept of what a server said or shows: it goes into the state of every mailbox it concerns. */
export const PROBLEM_TEXT_LENGTH = 500;

/** Before there was any connection. */
export const BEFORE_CONNECTING: FailurePoint = {
  phase: 'dns',
  mailbox: '',
  tls: null,
  byeLine: null,
  strangeLine: null,
};

/** What an error means for the connection, in words that hold no secret. */
export function failureFrom(
  error: unknown,
  point: FailurePoint,
  settings: ConnectSettings,
  now: number,
  redact: Redact,
): Failure {
  const { phase, mailbox, tls, byeLine, strangeLine } = point;
  const certificate = tls?.certificate ?? null;
  const { code, message, serverLine } = describeProblem(error, {
    phase,
    host: settings.host,
    port: settings.port,
    security: settings.security,
    tlsAnswered: tls?.outcome.kind === 'failed' && tls.outcome.answered,
    servername: settings.servername ?? settings.host,
    trustsCaFile: settings.trust.kind === 'ca',
    pin: settings.trust.kind === 'pin' ? settings.trust.fingerprint256 : null,
    mailbox,
    certificate,
    byeLine,
    strangeLine,
    now,
  });
  return {
    problem: {
      code,
      message: cut(redact(message)),
      serverLine: serverLine === null ? null : cut(redact(serverLine)),
    },
    phase,
    sessionOffered: tls?.outcome.kind === 'failed' && tls.outcome.sessionOffered,
    serverDelayMs: errorFacts(error).serverDelayMs,
    certificate: shownCertificate(tls),
  };
}

function shownCertificate(tls: TlsHandshake | null): ShownCertificate | null {
  const { certificate = null, outcome } = tls ?? {};
  if (certificate === null) return null;
  const { verifiedAt: _verifiedAt, ...text } = certificate;
  return { ...text, pem: outcome?.kind === 'failed' ? outcome.shownPem : null };
}

/** Comes after redaction: a secret cut in half would no longer be found. */
function cut(text: string): string {
  return text.length > PROBLEM_TEXT_LENGTH ? `${text.slice(0, PROBLEM_TEXT_LENGTH)} …` : text;
}
