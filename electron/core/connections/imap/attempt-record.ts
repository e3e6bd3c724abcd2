/** An attempt as it grows: a pure fold over what the transport tells and the steps of IMAP. */
import type { Attempt, Outcome, Phase, PhaseTimes, Problem } from '../../../../shared/model.ts';
import type { HandshakeEnd, TransportEvent } from '../../tls/index.ts';

/** What an attempt goes through; `at` is monotonic, in ms. */
export type ConnectStep =
  | TransportEvent
  | { readonly kind: 'phase'; readonly phase: 'login' | 'select'; readonly at: number }
  | { readonly kind: 'signed-in'; readonly at: number }
  /** IDLE can begin. */
  | { readonly kind: 'ready'; readonly at: number }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** An attempt as far as it has come. */
export interface AttemptRecord {
  readonly attempt: Omit<Attempt, 'outcome'>;
  /** When it started, monotonic. */
  readonly beganAt: number;
  /** The latest; `idle` once it is ready. */
  readonly phase: Phase | 'idle';
  /** When that began; `null` where it is over. */
  readonly since: number | null;
  readonly tls: HandshakeEnd | null;
  readonly problem: Problem | null;
}

const NO_PHASES: PhaseTimes = {
  proxy: null,
  dns: null,
  tcp: null,
  starttls: null,
  wait: null,
  tls: null,
  greeting: null,
  login: null,
  select: null,
};

/** @param beganAt the moment of `startedAt`, monotonic */
export function beginRecord(
  which: Pick<Attempt, 'id' | 'connectionId' | 'accountId' | 'startedAt' | 'planned'>,
  beganAt: number,
): AttemptRecord {
  const attempt = {
    ...which,
    phases: NO_PHASES,
    totalMs: null,
    address: null,
    handshake: null,
    sentBytes: null,
    receivedBytes: null,
    ticketsReceived: 0,
  };
  return { attempt, beganAt, phase: 'dns', since: null, tls: null, problem: null };
}

export function advanceRecord(record: AttemptRecord, step: ConnectStep): AttemptRecord {
  switch (step.kind) {
    case 'phase':
      return enterPhase(record, step.phase, step.at);
    case 'signed-in':
      return endPhase(record, step.at);
    case 'handshake': {
      const { outcome, address, handshake } = step;
      // A failed handshake did not end: its phase keeps no time.
      const ended = outcome.kind === 'failed' ? record : enterPhase(record, 'greeting', step.at);
      return { ...grown(ended, { address, handshake }), tls: step };
    }
    case 'first-line': {
      const { sentBytes, receivedBytes } = step;
      return grown(record, { sentBytes, receivedBytes });
    }
    case 'ticket':
      return grown(record, { ticketsReceived: step.received });
    case 'ready':
      return {
        ...grown(endPhase(record, step.at), { totalMs: step.at - record.beganAt }),
        phase: 'idle',
      };
    case 'failed':
      return { ...record, since: null, problem: step.problem };
  }
}

function enterPhase(record: AttemptRecord, phase: Phase, at: number): AttemptRecord {
  if (record.phase === phase && record.since !== null) {
    // It begins anew at each address or proxy; what the dead ones before took is in the total alone.
    return phase === 'tcp' || phase === 'proxy' ? { ...record, since: at } : record;
  }
  return { ...endPhase(record, at), phase, since: at };
}

function endPhase(record: AttemptRecord, at: number): AttemptRecord {
  const { phase, since } = record;
  if (since === null) return record;
  const phases = { ...record.attempt.phases, [phase]: at - since };
  return { ...grown(record, { phases }), since: null };
}

function grown(record: AttemptRecord, news: Partial<Attempt>): AttemptRecord {
  return { ...record, attempt: { ...record.attempt, ...news } };
}

/** The attempt of the record; `null` while its outcome is not known. */
export function attemptOf(record: AttemptRecord): Attempt | null {
  const outcome = outcomeOf(record);
  return outcome === null ? null : { ...record.attempt, outcome };
}

/**
 * A failure after the handshake does not change what the handshake was; but under TLS 1.3 a server says
 * only after it that it takes nobody without a certificate, and a resumption over which nothing came
 * spared nothing.
 */
function outcomeOf({ tls, problem, attempt }: AttemptRecord): Outcome | null {
  const isVain = tls?.outcome.kind === 'resumed' && attempt.receivedBytes === null;
  const isSettled = problem?.code !== 'client-certificate' && !(isVain && problem !== null);
  if (isSettled && tls !== null && tls.outcome.kind !== 'failed') return tls.outcome;
  return problem === null ? null : { kind: 'failed', problem };
}
