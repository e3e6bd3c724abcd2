/**
 * The record of one attempt: a pure fold over what the transport tells and the steps of IMAP that
 * follow it.
 */
import type { Attempt, Outcome, Phase, PhaseTimes, Problem } from '../../../../shared/model.ts';
import type { HandshakeEnd, TransportEvent } from '../../tls/index.ts';

/** A handshake before it is known whose it is. */
export type HandshakeFacts = Omit<Attempt, 'id' | 'connectionId' | 'accountId'>;

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
export interface HandshakeRecord {
  readonly startedAt: number;
  readonly beganAt: number;
  readonly current: { readonly phase: Phase; readonly since: number } | null;
  readonly phases: PhaseTimes;
  readonly tls: HandshakeEnd | null;
  readonly problem: Problem | null;
  readonly totalMs: number | null;
  readonly sentBytes: number | null;
  readonly receivedBytes: number | null;
  readonly ticketsReceived: number;
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

/**
 * @param startedAt ms since the epoch
 * @param beganAt the same moment, monotonic
 */
export function beginRecord(startedAt: number, beganAt: number): HandshakeRecord {
  return {
    startedAt,
    beganAt,
    current: null,
    phases: NO_PHASES,
    tls: null,
    problem: null,
    totalMs: null,
    sentBytes: null,
    receivedBytes: null,
    ticketsReceived: 0,
  };
}

export function advanceRecord(record: HandshakeRecord, step: ConnectStep): HandshakeRecord {
  switch (step.kind) {
    case 'phase':
      return enterPhase(record, step.phase, step.at);
    case 'phase-end':
      return endPhase(record, step.at);
    case 'handshake': {
      // A failed handshake did not end: its phase keeps no time.
      const ended =
        step.outcome.kind === 'failed' ? record : enterPhase(record, 'greeting', step.at);
      return { ...ended, tls: step };
    }
    case 'first-line':
      return { ...record, sentBytes: step.sentBytes, receivedBytes: step.receivedBytes };
    case 'ticket':
      return { ...record, ticketsReceived: step.received };
    case 'ready':
      return { ...endPhase(record, step.at), totalMs: step.at - record.beganAt };
    case 'failed':
      return { ...record, current: null, problem: step.problem };
  }
}

function enterPhase(record: HandshakeRecord, phase: Phase, at: number): HandshakeRecord {
  if (record.current?.phase === phase) return record;
  return { ...endPhase(record, at), current: { phase, since: at } };
}

function endPhase(record: HandshakeRecord, at: number): HandshakeRecord {
  if (record.current === null) return record;
  const { phase, since } = record.current;
  return { ...record, current: null, phases: { ...record.phases, [phase]: at - since } };
}

/** What the record says of the handshake; `null` while its outcome is not known. */
export function handshakeFacts(record: HandshakeRecord): HandshakeFacts | null {
  const outcome = outcomeOf(record);
  if (outcome === null) return null;
  return {
    startedAt: record.startedAt,
    outcome,
    phases: record.phases,
    totalMs: record.totalMs,
    address: record.tls?.address ?? null,
    handshake: record.tls?.handshake ?? null,
    sentBytes: record.sentBytes,
    receivedBytes: record.receivedBytes,
    ticketsReceived: record.ticketsReceived,
  };
}

/** A failure after the handshake does not change what the handshake was. */
function outcomeOf(record: HandshakeRecord): Outcome | null {
  const outcome = record.tls?.outcome;
  if (outcome !== undefined && outcome.kind !== 'failed') return outcome;
  return record.problem === null ? null : { kind: 'failed', problem: record.problem };
}

/** Whether the certificate was sent and checked in this handshake: no session was taken up. */
export function isFullHandshake(outcome: Outcome): boolean {
  return outcome.kind === 'full' || outcome.kind === 'refused' || outcome.kind === 'off';
}
