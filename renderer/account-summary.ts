import type { Account, Connection, ConnectionState, Problem } from '../shared/model.ts';

/** An account's connections in one glance. */
export interface AccountSummary {
  /** The state that most needs attention; `null` while there is no connection. */
  readonly state: ConnectionState['kind'] | null;
  /** Connections that are up. */
  readonly up: number;
  /** Connections that should be up. */
  readonly wanted: number;
  /** When the next of them retries. */
  readonly retryAt: number | null;
  /** When the next of those does that wait because too many sign-ins led nowhere. */
  readonly heldUpUntil: number | null;
  /** What is wrong with the one that gave {@link state}. */
  readonly problem: Problem | null;
}

/** What most needs attention comes first. */
const URGENCY: readonly ConnectionState['kind'][] = [
  'sign-in-failed',
  'certificate-problem',
  'failed',
  'retrying',
  'offline',
  'connecting',
  'polling',
  'idle',
  'paused',
];

/** Whether the mailbox is watched at this moment. */
export function isUp(state: ConnectionState['kind'] | undefined): boolean {
  return state === 'idle' || state === 'polling';
}

/** Sums up the connections of one account. */
export function summarise(account: Account, connections: readonly Connection[]): AccountSummary {
  let worst: ConnectionState | null = null;
  let up = 0;
  let retryAt: number | null = null;
  let heldUpUntil: number | null = null;
  for (const { state } of connections) {
    if (isUp(state.kind)) up += 1;
    if (state.kind === 'retrying') {
      retryAt = Math.min(retryAt ?? Infinity, state.retryAt);
      if (state.isHeldUp) heldUpUntil = Math.min(heldUpUntil ?? Infinity, state.retryAt);
    }
    if (worst === null || URGENCY.indexOf(state.kind) < URGENCY.indexOf(worst.kind)) worst = state;
  }
  return {
    state: account.paused ? 'paused' : (worst?.kind ?? null),
    up,
    wanted: connections.length,
    retryAt: account.paused ? null : retryAt,
    heldUpUntil: account.paused ? null : heldUpUntil,
    problem: !account.paused && worst !== null && 'problem' in worst ? worst.problem : null,
  };
}
