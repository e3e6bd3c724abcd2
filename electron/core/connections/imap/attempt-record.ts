/** An attempt as it grows: a pure fold over what the transport tells and the steps of IMAP. */
import type { Attempt, Outcome, Phase, PhaseTimes, Problem } from '../../../../shared/model.ts';
import type { HandshakeEnd, TransportEvent } from '../../tls/index.ts';

/** What an attempt goes through; `at` is monotonic, in ms. */
export type ConnectStep =
  | TransportEvent
  | { readonly kind: 'phase'; readonly phase: 'login' | 'select'; readonly at: number }
  /** The phase that is under way has ended, and none begins. */
  | { readonly kind: 'phase-end'; readonly at: number }
  /** IDLE can begin. */
  | { readonly kind: 'ready'; readonly at: number }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** An attempt as far as it has come. */
export interface AttemptRecord {
  readonly attempt: Omit<Attempt, 'outcome'>;
  /** When it started, monotonic. */
  readonly beganAt: number;
  readonly current: { readonly phase: Phase; readonly since: number } | null;
  readonly tls: HandshakeEnd | null;
  readonly problem: Problem | null;
}

const NO_PHASES: PhaseTimes = {
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
  which: Pick<Attempt, 'id' | 'connectionId' | 'accountId' | 'startedAt'>,
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
  return { attempt, beganAt, current: null, tls: null, problem: null };
}

export function advanceRecord(record: AttemptRecord, step: ConnectStep): AttemptRecord {
  switch (step.kind) {
    case 'phase':
      return enterPhase(record, step.phase, step.at);
    case 'phase-end':
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
      return grown(endPhase(record, step.at), { totalMs: step.at - record.beganAt });
    case 'failed':
      return { ...record, current: null, problem: step.problem };
  }
}

function enterPhase(record: AttemptRecord, phase: Phase, at: number): AttemptRecord {
  if (record.current?.phase === phase) return record;
  return { ...endPhase(record, at), current: { phase, since: at } };
}

function endPhase(record: AttemptRecord, at: number): AttemptRecord {
  if (record.current === null) return record;
  const { phase, since } = record.current;
  const phases = { ...record.attempt.phases, [phase]: at - since };
  return { ...grown(record, { phases }), current: null };
}

function grown(record: AttemptRecord, news: Partial<Attempt>): AttemptRecord {
  return { ...record, attempt: { ...record.attempt, ...news } };
}

/** The attempt of the record; `null` while its outcome is not known. */
export function attemptOf(record: AttemptRecord): Attempt | null {
  const outcome = outcomeOf(record);
  return outcome === null ? null : { ...record.attempt, outcome };
}

/** A failure after the handshake does not change what the handshake was. */
function outcomeOf({ tls, problem }: AttemptRecord): Outcome | null {
  if (tls !== null && tls.outcome.kind !== 'failed') return tls.outcome;
  return problem === null ? null : { kind: 'failed', problem };
}
