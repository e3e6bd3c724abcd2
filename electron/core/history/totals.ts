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
import type { Clock, Timer } from '../clock.ts';
import type { EngineState } from '../state/index.ts';
import { NO_COSTS, type FullCosts } from '../tls/index.ts';
import { RollingDay } from './rolling-day.ts';
import { costsWith, savedByAttempt, type Saved } from './saved.ts';
import type { RecordedMark } from './store/reader.ts';

interface AccountTally {
  readonly strip: readonly StripMark[];
  /** Of handshakes that offered nothing, for the estimate of savings. */
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
    this.#strip = [...marks.map(stripMark), ...this.#strip].slice(-STRIP_LENGTH);
    for (const [account, earlier] of Map.groupBy(marks, ({ account }) => account)) {
      const tally = this.#of(account);
      const strip = [...earlier.map(stripMark), ...tally.strip].slice(-STRIP_LENGTH_PER_ACCOUNT);
      this.#accounts.set(account, { ...tally, strip });
    }
  }

  /** Counts a handshake; once for each, when all of it is known. @returns what it saved */
  count(attempt: Attempt): Saved {
    const { id, accountId, outcome, startedAt } = attempt;
    const mark: StripMark = { attemptId: id, kind: outcome.kind, at: startedAt };
    const { strip, costs } = this.#of(accountId);
    const saved = savedByAttempt(attempt, costs);
    this.#day.add(startedAt, {
      kind: outcome.kind,
      tlsUs: null,
      savedUs: saved.ms * 1000,
      savedBytes: saved.bytes,
    });
    this.#strip = [...this.#strip, mark].slice(-STRIP_LENGTH);
    this.#accounts.set(accountId, {
      strip: [...strip, mark].slice(-STRIP_LENGTH_PER_ACCOUNT),
      costs: costsWith(attempt, costs),
    });
    return saved;
  }

  /** What resumed handshakes of the account are compared with. */
  costsOf(account: AccountId): FullCosts {
    return this.#of(account).costs;
  }

  /** An account begins with what was known of its server when the program ended the last time. */
  takeBackCosts(account: AccountId, costs: FullCosts): void {
    this.#accounts.set(account, { ...this.#of(account), costs });
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
    return this.#of(account).strip;
  }

  totals(): Totals {
    return { ...this.#day.sums(this.#now()), strip: this.#strip };
  }

  #of(account: AccountId): AccountTally {
    return this.#accounts.get(account) ?? NOTHING;
  }
}

function stripMark({ n, at, kind }: RecordedMark): StripMark {
  return { attemptId: `recorded-${String(n)}` as AttemptId, kind, at };
}

/** A day's end moves with the time, not only with attempts. */
const EVERY_MS = 60_000;

/** Shows the totals anew when the day that they are of has moved on, or when asked to. */
export function refreshTotals(
  state: EngineState,
  tally: Tally,
  clock: Clock,
): { show(): void; close(): void } {
  const show = (): void => {
    state.set('totals', tally.totals());
  };
  let timer: Timer;
  const later = (): void => {
    timer = clock.after(EVERY_MS, () => {
      if (tally.totals().since !== state.get('totals').since) show();
      later();
    });
  };
  later();
  return {
    show,
    close: () => {
      timer.cancel();
    },
  };
}
