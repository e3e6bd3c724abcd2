/** One attempt at a connection: its phases, and what became of its TLS handshake. */
import type { CertificateFacts, Descent, Reuse, TlsProtocol } from '../electron/core/tls/facts.ts';
import type { AccountId, ConnectionId, HandshakeId } from './ids.ts';
import type { Problem } from './problem.ts';

export type {
  Descent,
  Mechanism,
  NotOfferedReason,
  TlsProtocol,
} from '../electron/core/tls/facts.ts';

/** What came of one attempt at a TLS connection; exactly one of these. */
export type Outcome = Reuse | { readonly kind: 'failed'; readonly problem: Problem };

export type OutcomeKind = Outcome['kind'];

/** One mark of a strip. */
export interface StripMark {
  readonly handshakeId: HandshakeId;
  readonly kind: OutcomeKind;
  readonly at: number;
}

/** The phases of a connect, in order. */
export const PHASES = [
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
 * Time of each phase in ms; `null` where it did not happen or did not end. With `starttls` the
 * plain-text greeting and the STARTTLS command count as `starttls`; `wait` is for the tickets that
 * another connection to the same server is about to bring; and `greeting` is what follows
 * TLS until the server is ready for a login.
 */
export type PhaseTimes = Readonly<Record<Phase, number | null>>;

/** Everything known about one attempt at a connection. */
export interface Handshake {
  readonly id: HandshakeId;
  readonly connectionId: ConnectionId;
  readonly accountId: AccountId;
  readonly startedAt: number;
  readonly outcome: Outcome;
  readonly phases: PhaseTimes;
  /** From the start until IDLE could begin; `null` while it has not. */
  readonly totalMs: number | null;
  readonly address: string | null;
  readonly protocol: TlsProtocol | null;
  /** The IANA name, such as `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string | null;
  /** The key exchange group, such as `X25519MLKEM768`; `null` where there was none. */
  readonly group: string | null;
  /**
   * On the wire, from the ClientHello until the first line of IMAP after it: handshake, tickets
   * and that line's record.
   */
  readonly sentBytes: number | null;
  readonly receivedBytes: number | null;
  /** Sessions or tickets that this connection brought, so far. */
  readonly ticketsReceived: number;
  readonly certificate: CertificateFacts | null;
  /** Where the resumed session comes from; `null` unless resumed. */
  readonly descent: Descent | null;
}
