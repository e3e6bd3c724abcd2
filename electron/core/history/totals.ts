import {
  STRIP_LENGTH,
  STRIP_LENGTH_PER_ACCOUNT,
  type AccountId,
  type Attempt,
  type AttemptId,
  type StripMark,
  type Totals,
} from '../../../shared/model.ts';
import type { HistoryView } from '../../../shared/history.ts';
import type { RecordedMark } from './latest.ts';
import { RollingDay } from './rolling-day.ts';
import { savedBy, withBaseline, type Saved } from './saved.ts';
import { NO_COSTS, type FullCosts } from '../tls/index.ts';

interface AccountTally {
  readonly strip: readonly StripMark[];
  /** Of handshakes that offered nothing, for the estimate of what resumed ones saved. */
  readonly costs: FullCosts;
}

const NOTHING: AccountTally = { strip: [], costs: NO_COSTS };

/**
 * Counts the handshakes of the last 24 hours, and what resumed ones saved. What it holds grows with
 * accounts, not with handshakes.
 */
export class Tally {
  readonly #now: () => number;
  readonly #day: RollingDay;
  #strip: readonly StripMark[] = [];
  readonly #accounts = new Map<AccountId, AccountTally>();

  /** @param now the time of day, ms since the epoch; counting begins now */
  constructor(now: () => number) {
    this.#now = now;
    this.#day = new RollingDay(now());
  }

  /** Adds what earlier runs recorded of the last 24 hours; marks oldest first. */
  addRecorded({ buckets, recordedSince }: HistoryView, marks: readonly RecordedMark[]): void {
    this.#day.addRecorded(buckets, recordedSince);
    const byAccount = new Map<AccountId, StripMark[]>();
    const recorded = marks.map(({ n, at, account, kind }): StripMark => {
      const mark = { attemptId: `recorded-${String(n)}` as AttemptId, kind, at };
      byAccount.set(
        account,
        [...(byAccount.get(account) ?? []), mark].slice(-STRIP_LENGTH_PER_ACCOUNT),
      );
      return mark;
    });
    this.#strip = [...recorded, ...this.#strip].slice(-STRIP_LENGTH);
    for (const [account, earlier] of byAccount) {
      const tally = this.#accounts.get(account) ?? NOTHING;
      const strip = [...earlier, ...tally.strip].slice(-STRIP_LENGTH_PER_ACCOUNT);
      this.#accounts.set(account, { ...tally, strip });
    }
  }

  /** Counts a handshake; once for each, when all of it is known. @returns what it saved */
  count(attempt: Attempt): Saved {
    const { accountId, outcome, phases } = attempt;
    const mark: StripMark = {
      attemptId: attempt.id,
      kind: outcome.kind,
      at: attempt.startedAt,
    };
    const bytes = bytesOf(attempt);
    const tally = this.#accounts.get(accountId) ?? NOTHING;
    const { costs } = tally;
    const isResumed = outcome.kind === 'resumed';
    const saved = {
      ms: isResumed ? savedBy(phases.tls, costs.ms) : 0,
      bytes: isResumed ? savedBy(bytes, costs.bytes) : 0,
    };
    this.#day.add(mark.at, mark.kind, saved);
    this.#strip = [...this.#strip, mark].slice(-STRIP_LENGTH);
    const offeredNothing = outcome.kind === 'full' || outcome.kind === 'off';
    this.#accounts.set(accountId, {
      strip: [...tally.strip, mark].slice(-STRIP_LENGTH_PER_ACCOUNT),
      costs: offeredNothing
        ? { ms: withBaseline(costs.ms, phases.tls), bytes: withBaseline(costs.bytes, bytes) }
        : costs,
    });
    return saved;
  }

  /** What resumed handshakes of the account are compared with. */
  costsOf(account: AccountId): FullCosts {
    return (this.#accounts.get(account) ?? NOTHING).costs;
  }

  /** An account begins with what was known of its server when the program ended the last time. */
  takeBackCosts(account: AccountId, costs: FullCosts): void {
    this.#accounts.set(account, { ...(this.#accounts.get(account) ?? NOTHING), costs });
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
    return { ...this.#day.sums(this.#now()), strip: this.#strip };
  }
}

/** On the wire, both ways together; `null` where the first line never came. */
function bytesOf({ sentBytes, receivedBytes }: Attempt): number | null {
  return sentBytes === null || receivedBytes === null ? null : sentBytes + receivedBytes;
}
