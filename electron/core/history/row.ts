import type { AccountId, Attempt, OutcomeKind } from '../../../shared/model.ts';
import type { Counted } from './totals.ts';
import type { Line } from './measures.ts';

/** What can come of an attempt, as it is shown; its place is its code in the database: never reorder. */
export const KINDS: readonly OutcomeKind[] = ['resumed', 'full', 'refused', 'off', 'failed'];

/** A handshake as the history keeps it: figures only, no secret and no address. */
export interface AttemptRow {
  readonly at: number;
  readonly account: AccountId;
  /** The account's name, to be remembered when it is gone. */
  readonly label: string;
  readonly kind: OutcomeKind;
  /** The mechanism, the reason or the problem's code. */
  readonly detail: string | null;
  readonly protocol: string | null;
  /** Time of the TLS phase, in µs. */
  readonly tlsUs: number | null;
  readonly totalMs: number | null;
  readonly sentBytes: number | null;
  readonly receivedBytes: number | null;
  /** Handshakes that cost alike; `null` where TLS did not come about. */
  readonly line: Line | null;
  readonly savedBytes: number;
  /** See {@link Attempt.planned}. */
  readonly planned: boolean;
}

/** What is kept of a handshake that has come to its end. */
export function rowOf(attempt: Attempt, label: string, { line, savedBytes }: Counted): AttemptRow {
  const { startedAt, accountId, outcome, handshake, phases, totalMs } = attempt;
  return {
    at: startedAt,
    account: accountId,
    label,
    kind: outcome.kind,
    detail: detailOf(attempt),
    protocol: handshake?.protocol ?? null,
    tlsUs: phases.tls === null ? null : Math.round(phases.tls * 1000),
    totalMs: totalMs === null ? null : Math.round(totalMs),
    sentBytes: attempt.sentBytes,
    receivedBytes: attempt.receivedBytes,
    line,
    savedBytes,
    planned: attempt.planned,
  };
}

function detailOf({ outcome }: Attempt): string | null {
  switch (outcome.kind) {
    case 'resumed':
    case 'refused':
      return outcome.mechanism;
    case 'full':
      return outcome.reason;
    case 'failed':
      return outcome.problem.code;
    case 'off':
      return null;
  }
}
