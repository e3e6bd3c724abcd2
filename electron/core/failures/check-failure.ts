/** Why a connection of a check came to nothing. */
import type { CheckCertificate, CheckProblem, Verdict } from '../../../shared/check.ts';
import { classify, kindOfCode, type FailureKind } from './classify.ts';

/** What a visit of the check was doing. */
export type StepName = 'dns' | 'tcp' | 'tls' | 'greeting' | 'command' | 'goodbye';

/** What is known of a failure beside its kind. */
export interface CheckFailureFacts {
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
  readonly kind: CheckProblem['code'];
  readonly step: StepName;
  readonly facts: CheckFailureFacts;

  constructor(kind: CheckProblem['code'], step: StepName, facts: CheckFailureFacts = {}) {
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

/**
 * What an error of the network or of TLS means.
 *
 * @param certificate what the server showed
 * @param asked the server asked for a client's
 */
export function failureOf(
  error: unknown,
  step: StepName,
  certificate: CheckCertificate | null,
  asked = false,
): CheckFailure {
  const { code } = classify(error, { phase: step });
  return new CheckFailure(kindOf(code, step, certificate !== null, asked), step, {
    cause: error,
    code,
    certificate,
  });
}

/** As far as the check tells them apart. */
const KINDS: Readonly<Partial<Record<FailureKind, CheckProblem['code']>>> = {
  proxy: 'proxy',
  'proxy-sign-in': 'proxy',
  refused: 'refused',
  unreachable: 'unreachable',
  timeout: 'timeout',
  closed: 'closed',
  'not-tls': 'not-tls',
  garbled: 'not-tls',
  'client-certificate': 'client-certificate',
};

function kindOf(
  code: string,
  step: StepName,
  showedCertificate: boolean,
  asked: boolean,
): CheckProblem['code'] {
  if (step === 'dns') return 'dns';
  const kind = KINDS[kindOfCode(code, asked)];
  if (kind !== undefined) return kind;
  return step === 'tls' && showedCertificate && !code.startsWith('ERR_SSL') ? 'certificate' : 'tls';
}

/** The verdict that a failure of the first connection means; `null` where it is a certificate. */
export function verdictOf({ kind, step, facts }: CheckFailure): Verdict | null {
  switch (kind) {
    case 'certificate':
    case 'client-certificate':
      return null;
    case 'not-tls':
    case 'no-starttls':
    case 'not-mail':
      return 'not-tls';
    case 'tls':
      // It speaks TLS, and no version that is safe; or what came only looked like TLS.
      return kindOfCode(facts.code ?? '') === 'old-versions' ? 'not-offered' : 'not-tls';
    case 'closed':
      return step === 'tcp' ? 'unreachable' : 'not-tls';
    case 'proxy':
    case 'dns':
    case 'refused':
    case 'unreachable':
    case 'timeout':
    case 'complaint':
      return 'unreachable';
  }
}
