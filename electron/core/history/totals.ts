import {
  STRIP_LENGTH,
  STRIP_LENGTH_PER_ACCOUNT,
  type AccountId,
  type Attempt,
  type AttemptId,
  type StripMark,
  type Totals,
  type Unmeasured,
} from '../../../shared/model.ts';
import type { Clock, Timer } from '../clock.ts';
import type { EngineState } from '../state/index.ts';
import {
  lineOf,
  measurementsOf,
  type Line,
  type LineFacts,
  type Measurement,
  type Measures,
} from './measures.ts';
import { RollingDay } from './rolling-day.ts';
import type { RecordedMark } from './store/reader.ts';
import type { StoredView } from './store/view.ts';

/** Where a handshake was made: what an attempt does not say itself. */
export type Place = Pick<LineFacts, 'host' | 'port' | 'security' | 'network'>;

/** What is recorded of an attempt beside itself. */
export interface Counted {
  readonly line: Line | null;
  /** Less than 0 where a full handshake would have been smaller. */
  readonly savedBytes: number;
  readonly measured: readonly Measurement[];
}

/**
 * Counts the handshakes of the last 24 hours, and what resumed ones saved. What it holds grows with
 * accounts, not with handshakes.
 */
export class Tally {
  readonly #now: () => number;
  readonly #measures: Measures;
  readonly #day: RollingDay;
  #strip: readonly StripMark[] = [];
  readonly #strips = new Map<AccountId, readonly StripMark[]>();
  /** When the first handshake of this process with a server had ended, by the server. */
  readonly #warm = new Map<string, number>();
  /** Who resumed a handshake of that line last. */
  readonly #resumedBy = new Map<Line, AccountId>();

  /** @param now the time of day, ms since the epoch; counting begins now */
  constructor(now: () => number, measures: Measures) {
    this.#now = now;
    this.#measures = measures;
    this.#day = new RollingDay(now());
  }

  /** Adds what earlier runs recorded of the last 24 hours; marks oldest first. */
  addRecorded({ buckets, recordedSince }: StoredView, marks: readonly RecordedMark[]): void {
    this.#day.addRecorded(buckets, recordedSince);
    this.#strip = [...marks.map(stripMark), ...this.#strip].slice(-STRIP_LENGTH);
    for (const [account, earlier] of Map.groupBy(marks, (mark) => mark.account)) {
      const marks = [...earlier.map(stripMark), ...this.strip(account)];
      this.#strips.set(account, marks.slice(-STRIP_LENGTH_PER_ACCOUNT));
    }
  }

  /** Counts a handshake; once for each, when all of it is known. */
  count(attempt: Attempt, place: Place): Counted {
    const { id, accountId, outcome, startedAt, planned } = attempt;
    const mark: StripMark = { attemptId: id, kind: outcome.kind, at: startedAt };
    this.#strip = [...this.#strip, mark].slice(-STRIP_LENGTH);
    const strip = [...this.strip(accountId), mark].slice(-STRIP_LENGTH_PER_ACCOUNT);
    this.#strips.set(accountId, strip);
    const counted = this.#weigh(attempt, place);
    const { line, savedBytes } = counted;
    if (line !== null && outcome.kind === 'resumed') this.#resumedBy.set(line, accountId);
    this.#day.add(startedAt, { kind: outcome.kind, tlsUs: null, line, savedBytes, planned });
    return counted;
  }

  /** What the attempt tells of its line, and what it saved in bytes. */
  #weigh(attempt: Attempt, place: Place): Counted {
    const { outcome, handshake, phases } = attempt;
    const protocol = handshake?.protocol ?? null;
    if (outcome.kind === 'failed' || protocol === null) {
      return { line: null, savedBytes: 0, measured: [] };
    }
    const fingerprint256 = handshake?.certificate?.fingerprint256 ?? null;
    const line = lineOf({ ...place, protocol, fingerprint256 });
    const isResumed = outcome.kind === 'resumed';
    const bytes = bytesOf(attempt);
    const isFirst = this.#isFirst(attempt, place);
    const tlsUs = isFirst || phases.tls === null ? null : Math.round(phases.tls * 1000);
    // A useless offer makes a handshake dearer.
    const measured =
      outcome.kind === 'refused' ? [] : measurementsOf({ line, isResumed, tlsUs, bytes });
    this.#measures.add(measured);
    const full = this.#measures.fullBytes(line);
    const isSaving = isResumed && full !== null && bytes !== null;
    return { line, savedBytes: isSaving ? Math.round(full - bytes) : 0, measured };
  }

  /** It began before any handshake of this process with that server had ended. */
  #isFirst({ startedAt }: Attempt, { host, port, security }: Place): boolean {
    const server = `${security} ${host}:${String(port)}`;
    const warmAt = this.#warm.get(server);
    const now = this.#now();
    // Anew where the clock was set back, or nothing would count until it is as late again.
    const isAnew = warmAt === undefined || now < warmAt;
    if (isAnew) this.#warm.set(server, now);
    return isAnew || startedAt < warmAt;
  }

  /** The account is gone. Its handshakes stay in the sums. */
  forgetAccount(account: AccountId): void {
    this.#strips.delete(account);
    for (const [line, by] of this.#resumedBy) if (by === account) this.#resumedBy.delete(line);
  }

  /** The account's latest handshakes, oldest first. */
  strip(account: AccountId): readonly StripMark[] {
    return this.#strips.get(account) ?? [];
  }

  totals(): Totals {
    const {
      resumedTimes: _resumed,
      fullTimes: _full,
      lines,
      ...sums
    } = this.#day.sums(this.#now());
    return {
      ...sums,
      ...this.#measures.saved(sums.resumed, lines),
      savedBytes: Math.max(0, sums.savedBytes),
      unmeasured: this.#unmeasured(lines),
      strip: this.#strip,
    };
  }

  /** The server of the most resumed handshakes that are not counted, of those that are there. */
  #unmeasured(lines: ReadonlyMap<Line, number>): Unmeasured | null {
    const [most] = [...lines]
      .filter(([line]) => !this.#measures.isKnown(line))
      .flatMap(([line, count]) => {
        const accountId = this.#resumedBy.get(line);
        const full = this.#measures.of(line).full.length;
        return accountId === undefined ? [] : [{ accountId, full, count }];
      })
      .toSorted((a, b) => b.count - a.count);
    return most === undefined ? null : { accountId: most.accountId, full: most.full };
  }
}

/** On the wire, both ways together; `null` where the first line never came. */
function bytesOf({ sentBytes, receivedBytes }: Attempt): number | null {
  return sentBytes === null || receivedBytes === null ? null : sentBytes + receivedBytes;
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
