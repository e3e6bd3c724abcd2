/** Where nothing is known, as runs of buckets. Pure. */
import type { HistoryView } from '../../../../shared/history.ts';

/** Buckets next to each other of which nothing is known. */
export interface Gap {
  /** The first of them, from 0. */
  readonly first: number;
  /** The last of them. */
  readonly last: number;
  readonly fromAt: number;
  readonly toAt: number;
  /** `before`: Reprise recorded nothing yet; `away`: it was closed, or the machine asleep. */
  readonly why: 'before' | 'away';
}

/** All gaps of a view, oldest first. */
export function gapsOf({ buckets, recordedSince }: HistoryView): readonly Gap[] {
  const gaps: Gap[] = [];
  buckets.forEach(({ isGap, startAt, lengthMs }, index) => {
    if (!isGap) return;
    const toAt = startAt + lengthMs;
    const why = recordedSince === null || toAt <= recordedSince ? 'before' : 'away';
    const before = gaps.at(-1);
    if (before?.last === index - 1 && before.why === why) {
      gaps[gaps.length - 1] = { ...before, last: index, toAt };
    } else {
      gaps.push({ first: index, last: index, fromAt: startAt, toAt, why });
    }
  });
  return gaps;
}

/** What a gap is called in the charts, where there is room. */
export const GAP_NAMES: Record<Gap['why'], string> = {
  away: 'closed or asleep',
  before: 'not recorded yet',
};

/** What a gap means, as a sentence. */
export const GAP_SENTENCES: Record<Gap['why'], string> = {
  away: 'Reprise was closed, or the machine asleep: nothing is known.',
  before: 'Nothing was recorded yet.',
};
