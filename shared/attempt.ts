/** One attempt at a connection: its phases, and what became of its TLS handshake. */
import type { Handshake, Mechanism, Reuse } from '../electron/core/tls/facts.ts';
import type { AccountId, AttemptId, ConnectionId } from './ids.ts';
import type { Problem } from './problem.ts';

export type {
  Descent,
  Handshake,
  Mechanism,
  NotOfferedReason,
  TlsProtocol,
} from '../electron/core/tls/facts.ts';

/** What came of TLS in one attempt at a connection; exactly one of these. */
export type Outcome = Reuse | { readonly kind: 'failed'; readonly problem: Problem };

export type OutcomeKind = Outcome['kind'];

/** What an outcome is called, everywhere. */
export const OUTCOME_WORDS: Readonly<Record<OutcomeKind, string>> = {
  resumed: 'Resumed',
  full: 'Full handshake',
  refused: 'Refused',
  off: 'Off',
  failed: 'Failed',
};

export const MECHANISM_WORDS: Readonly<Record<Mechanism, string>> = {
  'tls13-ticket': 'TLS 1.3 ticket',
  'tls12-ticket': 'TLS 1.2 ticket',
  'session-id': 'Session ID',
};

/** One mark of a strip. */
export interface StripMark {
  readonly attemptId: AttemptId;
  readonly kind: OutcomeKind;
  readonly at: number;
}

/** The phases of a connect, in order. */
export const PHASES = [
  'proxy',
  'dns',
  'tcp',
  'starttls',
  'wait',
  'tls',
  'greeting',
  'login',
  'select',
] as const;
export type Phase = (typeof PHASES)[number];

/**
 * Time of each phase in ms; `null` where it did not happen or did not end. Through a proxy, which looks
 * the name up and connects, `proxy` stands for `dns` and `tcp`. With `starttls` the
 * plain-text greeting and the STARTTLS command count as `starttls`; `wait` is for the tickets that
 * another connection to the same server is about to bring; and `greeting` is what follows
 * TLS until the server is ready for a login.
 */
export type PhaseTimes = Readonly<Record<Phase, number | null>>;

/** Everything known about one attempt at a connection: from DNS to SELECT. */
export interface Attempt {
  readonly id: AttemptId;
  readonly connectionId: ConnectionId;
  readonly accountId: AccountId;
  readonly startedAt: number;
  /** It takes the place of a connection that ends with its access token, as was known before. */
  readonly planned: boolean;
  readonly outcome: Outcome;
  readonly phases: PhaseTimes;
  /** From the start until IDLE could begin; `null` while it has not. */
  readonly totalMs: number | null;
  readonly address: string | null;
  /** Of a failed one only the certificate that was shown; `null` where none was. */
  readonly handshake: Handshake | null;
  /**
   * On the wire, from the ClientHello until the first line of IMAP after it: handshake, tickets
   * and that line's record.
   */
  readonly sentBytes: number | null;
  readonly receivedBytes: number | null;
  /** Sessions or tickets that this connection brought, so far. */
  readonly ticketsReceived: number;
}
