import { randomUUID } from 'node:crypto';
import type {
  AccountId,
  ConnectionId,
  Attempt,
  AttemptId,
  PhaseTimes,
} from '../../../shared/model.ts';
import { isFullHandshake, type HandshakeFacts } from './imap/handshake-record.ts';

/** How many of its handshakes a connection keeps. */
const HANDSHAKES_KEPT = 20;

/** Phases of the latest full handshake with the server of an account. */
export interface LastFull {
  phases: PhaseTimes | null;
}

/** The report of one attempt. */
export interface HandshakeReport {
  /** The outcome is known, or more than before. */
  update(facts: HandshakeFacts): void;
  /** IDLE has begun or the attempt is over: what is known now is what is told. Once. */
  settle(): void;
}

/** The latest handshakes of one watched mailbox, newest first. */
export class HandshakeHistory {
  readonly #accountId: AccountId;
  readonly #connectionId: ConnectionId;
  readonly #onSettled: (attempt: Attempt) => void;
  #handshakes: readonly Attempt[] = [];
  #lastFull: PhaseTimes | null = null;

  constructor(
    accountId: AccountId,
    connectionId: ConnectionId,
    onSettled: (handshake: Attempt) => void,
  ) {
    this.#accountId = accountId;
    this.#connectionId = connectionId;
    this.#onSettled = onSettled;
  }

  get all(): readonly Attempt[] {
    return this.#handshakes;
  }

  get latest(): Attempt | null {
    return this.#handshakes[0] ?? null;
  }

  /** The full handshake to compare the latest one with. */
  get lastFull(): PhaseTimes | null {
    return this.#lastFull;
  }

  /** @param lastFull shared by the connections of the account */
  report(lastFull: LastFull): HandshakeReport {
    const id = randomUUID() as AttemptId;
    let latest: Attempt | null = null;
    let isSettled = false;
    return {
      update: (facts) => {
        latest = { ...facts, id, connectionId: this.#connectionId, accountId: this.#accountId };
        this.#put(latest);
      },
      settle: () => {
        if (isSettled || latest === null) return;
        isSettled = true;
        // Only a connect that came to its end has all the phases to compare with.
        if (latest.totalMs !== null && isFullHandshake(latest.outcome))
          lastFull.phases = latest.phases;
        this.#lastFull = lastFull.phases;
        this.#onSettled(latest);
      },
    };
  }

  /** A ticket may still come while newer attempts have begun: each stays in its place. */
  #put(handshake: Attempt): void {
    const isKnown = this.#handshakes.some(({ id }) => id === handshake.id);
    this.#handshakes = isKnown
      ? this.#handshakes.map((other) => (other.id === handshake.id ? handshake : other))
      : [handshake, ...this.#handshakes].slice(0, HANDSHAKES_KEPT);
  }
}
