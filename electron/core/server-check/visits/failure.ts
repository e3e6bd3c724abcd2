/** Why a connection of a check came to nothing. */
import type { CheckCertificate, CheckProblem, Verdict } from '../../../../shared/check.ts';
import type { StepName } from './limits.ts';

export type FailureKind = CheckProblem['code'];

export interface FailureFacts {
  readonly serverLine?: string | null;
  readonly limitMs?: number;
  /** What the server showed, with `certificate`. */
  readonly certificate?: CheckCertificate | null;
  /** OpenSSL's or Node's code. */
  readonly code?: string;
  readonly cause?: unknown;
}

/** Thrown by the steps of a visit. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure';
  readonly kind: FailureKind;
  readonly step: StepName;
  readonly facts: FailureFacts;

  constructor(kind: FailureKind, step: StepName, facts: FailureFacts = {}) {
    super(`${kind} at ${step}`, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.kind = kind;
    this.step = step;
    this.facts = facts;
  }
}

/** Somebody wished the check to end. */
export class CheckCancelled extends Error {
  override readonly name = 'CheckCancelled';

  constructor() {
    super('The check was cancelled.');
  }
}

const UNREACHABLE: ReadonlySet<string> = new Set([
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'EADDRNOTAVAIL',
  'EACCES',
  'EPERM',
  'EAFNOSUPPORT',
]);

/** What OpenSSL and BoringSSL say when the other side's first bytes are no TLS record. */
const NOT_TLS =
  /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|HTTPS_PROXY_REQUEST|UNKNOWN_PROTOCOL|BAD_RECORD_TYPE|RECORD_TOO_SMALL|UNEXPECTED_MESSAGE|INVALID_ALERT|RECORD_LAYER/;

const OLD_VERSIONS = /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS|VERSION_TOO_LOW/;

/** What an error of the network or of TLS means. @param certificate what the server showed */
export function failureOf(
  error: NodeJS.ErrnoException,
  step: StepName,
  certificate: CheckCertificate | null,
): CheckFailure {
  const code = error.code ?? '';
  return new CheckFailure(kindOf(code, step, certificate !== null), step, {
    cause: error,
    code,
    certificate,
  });
}

function kindOf(code: string, step: StepName, showedCertificate: boolean): FailureKind {
  if (step === 'dns') return 'dns';
  if (code === 'ECONNREFUSED') return 'refused';
  if (UNREACHABLE.has(code)) return 'unreachable';
  if (code === 'ETIMEDOUT') return 'timeout';
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED') return 'closed';
  if (NOT_TLS.test(code)) return 'not-tls';
  if (step === 'tls' && showedCertificate && !code.startsWith('ERR_SSL')) return 'certificate';
  return 'tls';
}

/** The verdict that a failure of the first connection means; `null` where it is the certificate. */
export function verdictOf({ kind, step, facts }: CheckFailure): Verdict | null {
  switch (kind) {
    case 'certificate':
      return null;
    case 'not-tls':
    case 'no-starttls':
    case 'not-mail':
      return 'not-tls';
    case 'tls':
      // It speaks TLS, and no version that is safe; or what came only looked like TLS.
      return OLD_VERSIONS.test(facts.code ?? '') ? 'not-offered' : 'not-tls';
    case 'closed':
      return step === 'tcp' ? 'unreachable' : 'not-tls';
    case 'dns':
    case 'refused':
    case 'unreachable':
    case 'timeout':
    case 'complaint':
      return 'unreachable';
  }
}
