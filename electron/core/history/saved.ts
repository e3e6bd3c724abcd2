/**
 * What a resumed handshake saved, as an estimate.
 *
 *     saved = max(0, median(cost of the last 20 handshakes with that peer that offered nothing)
 *                    − cost of this one)
 *
 * once with the time of the TLS phase in ms, once with the bytes on the wire, both ways together.
 * Handshakes that offered nothing are what would have taken its place; a refused one is not counted
 * among them, because the useless offer made it dearer. Where none has been seen, nothing is said
 * to be saved; where sessions are kept from one run to the next, so is what was seen. The median,
 * because one slow handshake in a bad network must not count for twenty. The interface says the
 * same, see `EXPLANATIONS` in `Counters.tsx`.
 */
import { SAVED_LOOK_BACK } from '../../../shared/history.ts';
import type { Attempt } from '../../../shared/model.ts';
import type { FullCosts } from '../tls/index.ts';

/** What one handshake saved; 0 where it is unknown. */
export interface Saved {
  readonly ms: number;
  readonly bytes: number;
}

/** The estimate for one attempt. @param costs of its account's handshakes that offered nothing */
export function savedByAttempt(attempt: Attempt, costs: FullCosts): Saved {
  if (attempt.outcome.kind !== 'resumed') return { ms: 0, bytes: 0 };
  return {
    ms: savedBy(attempt.phases.tls, costs.ms),
    bytes: savedBy(bytesOf(attempt), costs.bytes),
  };
}

/** `costs` with that of an attempt that offered nothing at the end; with any other as they are. */
export function costsWith(attempt: Attempt, costs: FullCosts): FullCosts {
  const { outcome, phases } = attempt;
  if (outcome.kind !== 'full' && outcome.kind !== 'off') return costs;
  return {
    ms: withBaseline(costs.ms, phases.tls),
    bytes: withBaseline(costs.bytes, bytesOf(attempt)),
  };
}

/** In the unit of `own` and `baselines`; 0 where it is unknown. */
export function savedBy(own: number | null, baselines: readonly number[]): number {
  const usual = median(baselines);
  return own === null || usual === null ? 0 : Math.max(0, usual - own);
}

/** The middle value, or the mean of the two in the middle; `null` of none. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2;
}

/** `baselines` with a new one at its end, and only as many as the median looks back on. */
export function withBaseline(baselines: readonly number[], cost: number | null): readonly number[] {
  return cost === null ? baselines : [...baselines, cost].slice(-SAVED_LOOK_BACK);
}

/** On the wire, both ways together; `null` where the first line never came. */
function bytesOf({ sentBytes, receivedBytes }: Attempt): number | null {
  return sentBytes === null || receivedBytes === null ? null : sentBytes + receivedBytes;
}
