import {
  STRIP_LENGTH,
  STRIP_LENGTH_PER_ACCOUNT,
  type AccountId,
  type ConnectionId,
  type Handshake,
  type HandshakeId,
  type OutcomeKind,
  type StripMark,
  type Totals,
} from '../../shared/model.ts';
import { saving, withBaseline } from './savings.ts';

interface AccountTally {
  strip: readonly StripMark[];
  /** Costs of handshakes that offered nothing, for the estimate of savings. */
  fullMs: readonly number[];
  fullBytes: readonly number[];
}

const NOTHING: AccountTally = { strip: [], fullMs: [], fullBytes: [] };

/**
 * Counts handshakes, and what resumed ones saved. What it holds grows with accounts and
 * connections, not with handshakes.
 */
export class Tally {
  readonly #since: number;
  readonly #counts: Record<OutcomeKind, number> = {
    resumed: 0,
    full: 0,
    refused: 0,
    off: 0,
    failed: 0,
  };
  #savedMs = 0;
  #savedBytes = 0;
  #strip: readonly StripMark[] = [];
  readonly #accounts = new Map<AccountId, AccountTally>();
  /** By connection: the latest handshake whose bytes have been counted. */
  readonly #weighed = new Map<ConnectionId, HandshakeId>();

  /** @param since when counting began, ms since the epoch */
  constructor(since: number) {
    this.#since = since;
  }

  /** Counts a handshake; once for each, when its outcome is known. */
  count(handshake: Handshake): void {
    const { accountId, outcome, phases } = handshake;
    const mark: StripMark = {
      handshakeId: handshake.id,
      kind: outcome.kind,
      at: handshake.startedAt,
    };
    this.#counts[outcome.kind] += 1;
    this.#strip = [...this.#strip, mark].slice(-STRIP_LENGTH);
    const tally = this.#accounts.get(accountId) ?? NOTHING;
    if (outcome.kind === 'resumed') this.#savedMs += saving(phases.tls, tally.fullMs);
    this.#accounts.set(accountId, {
      ...tally,
      strip: [...tally.strip, mark].slice(-STRIP_LENGTH_PER_ACCOUNT),
      fullMs: offeredNothing(handshake) ? withBaseline(tally.fullMs, phases.tls) : tally.fullMs,
    });
  }

  /**
   * Counts the bytes of a handshake, which are known only some time after its outcome. May be
   * called again and again with the same one.
   *
   * @returns whether the totals changed
   */
  weigh(handshake: Handshake): boolean {
    const { id, accountId, connectionId, outcome, sentBytes, receivedBytes } = handshake;
    if (sentBytes === null || receivedBytes === null) return false;
    if (this.#weighed.get(connectionId) === id) return false;
    this.#weighed.set(connectionId, id);
    const bytes = sentBytes + receivedBytes;
    const tally = this.#accounts.get(accountId) ?? NOTHING;
    if (offeredNothing(handshake)) {
      this.#accounts.set(accountId, { ...tally, fullBytes: withBaseline(tally.fullBytes, bytes) });
    }
    if (outcome.kind !== 'resumed') return false;
    const saved = saving(bytes, tally.fullBytes);
    this.#savedBytes += saved;
    return saved > 0;
  }

  /** The account talks to another server now: what its handshakes cost before says nothing. */
  forgetBaselines(account: AccountId): void {
    const tally = this.#accounts.get(account);
    if (tally !== undefined) this.#accounts.set(account, { ...NOTHING, strip: tally.strip });
  }

  /** The account is gone. Its handshakes stay in the sums. */
  forgetAccount(account: AccountId): void {
    this.#accounts.delete(account);
  }

  /** The connection is gone. */
  forgetConnection(connection: ConnectionId): void {
    this.#weighed.delete(connection);
  }

  /** The account's latest handshakes, oldest first. */
  strip(account: AccountId): readonly StripMark[] {
    return (this.#accounts.get(account) ?? NOTHING).strip;
  }

  totals(): Totals {
    return {
      since: this.#since,
      ...this.#counts,
      savedMs: this.#savedMs,
      savedBytes: this.#savedBytes,
      strip: this.#strip,
    };
  }
}

function offeredNothing({ outcome }: Handshake): boolean {
  return outcome.kind === 'full' || outcome.kind === 'off';
}
