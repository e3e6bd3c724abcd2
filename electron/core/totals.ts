import {
  STRIP_LENGTH,
  STRIP_LENGTH_PER_ACCOUNT,
  type AccountId,
  type Handshake,
  type OutcomeKind,
  type StripMark,
  type Totals,
} from '../../shared/model.ts';
import { saving, withBaseline } from './savings.ts';

interface AccountTally {
  readonly strip: readonly StripMark[];
  /** Costs of handshakes that offered nothing, for the estimate of savings. */
  readonly fullMs: readonly number[];
  readonly fullBytes: readonly number[];
}

const NOTHING: AccountTally = { strip: [], fullMs: [], fullBytes: [] };

/**
 * Counts handshakes, and what resumed ones saved. What it holds grows with accounts, not
 * with handshakes.
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

  /** @param since when counting began, ms since the epoch */
  constructor(since: number) {
    this.#since = since;
  }

  /** Counts a handshake; once for each, when all of it is known. */
  count(handshake: Handshake): void {
    const { accountId, outcome, phases } = handshake;
    const mark: StripMark = {
      handshakeId: handshake.id,
      kind: outcome.kind,
      at: handshake.startedAt,
    };
    const bytes = bytesOf(handshake);
    const tally = this.#accounts.get(accountId) ?? NOTHING;
    this.#counts[outcome.kind] += 1;
    this.#strip = [...this.#strip, mark].slice(-STRIP_LENGTH);
    if (outcome.kind === 'resumed') {
      this.#savedMs += saving(phases.tls, tally.fullMs);
      this.#savedBytes += saving(bytes, tally.fullBytes);
    }
    const offeredNothing = outcome.kind === 'full' || outcome.kind === 'off';
    this.#accounts.set(accountId, {
      strip: [...tally.strip, mark].slice(-STRIP_LENGTH_PER_ACCOUNT),
      fullMs: offeredNothing ? withBaseline(tally.fullMs, phases.tls) : tally.fullMs,
      fullBytes: offeredNothing ? withBaseline(tally.fullBytes, bytes) : tally.fullBytes,
    });
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

/** On the wire, both ways together; `null` where the first line never came. */
function bytesOf({ sentBytes, receivedBytes }: Handshake): number | null {
  return sentBytes === null || receivedBytes === null ? null : sentBytes + receivedBytes;
}
