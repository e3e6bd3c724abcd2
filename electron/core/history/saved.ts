/**
 * The time that reuse saved, as an estimate.
 *
 *     saved = Σ over the servers: resumed handshakes × (median of full − median of resumed ones)
 *
 * over the TLS phase alone. Servers count apart by all that shapes what a handshake costs: place,
 * version of TLS, certificate and network, see `lineOf` in `measures.ts`. A median is of the latest
 * handshakes, at least five of each kind; those of a server check count among them, the
 * first ones of a process do not, because they are slow for reasons of their own; nor do refused
 * ones, which the useless offer made dearer. Where there are fewer, the handshakes stay uncounted,
 * and that is said.
 *
 * Each median lies, at some 95 %, between two of the values that it is of: no shape of their
 * distribution is assumed. From these follow the bounds of the difference, and of the sum (Zou and
 * Donner 2008, "Construction of confidence limits about effect measures"). A sum whose lower bound is
 * not above 0 could come about by chance: nothing is claimed then. No single term is cut off at 0, or
 * noise would add up to a gain. The interface says the same, see `EXPLANATIONS` in `Counters.tsx`.
 */
import { FEWEST_MEASURED, type SavedTime } from '../../../shared/history.ts';

/** Times of the TLS phase of handshakes that cost alike, in µs. */
export interface Measured {
  /** Of handshakes that offered nothing. */
  readonly full: readonly number[];
  readonly resumed: readonly number[];
}

/** Resumed handshakes that cost alike, and what is known of them. */
export interface Term extends Measured {
  readonly count: number;
}

/** A value, and what it lies between. */
interface Estimate {
  readonly low: number;
  readonly value: number;
  readonly high: number;
}

/** What `resumed` handshakes saved, those of `terms` among them. */
export function savedTime(resumed: number, terms: readonly Term[]): SavedTime {
  const known = terms.filter(isKnown);
  const sum = sumOf(known.map((term) => times(term.count, difference(term))));
  const counted = total(known.map(({ count }) => count));
  return {
    savedMs: sum.low > 0 ? sum.value / 1000 : 0,
    savedBasis: {
      lowMs: sum.low / 1000,
      highMs: sum.high / 1000,
      counted,
      uncounted: resumed - counted,
      full: total(known.map(({ full }) => full.length)),
      resumed: total(known.map((term) => term.resumed.length)),
    },
  };
}

/** Enough was measured for a claim. */
export function isKnown({ full, resumed }: Measured): boolean {
  return full.length >= FEWEST_MEASURED && resumed.length >= FEWEST_MEASURED;
}

/** The middle value, or the mean of the two in the middle; `null` of none. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2;
}

/** Of 100 intervals, 95 are to hold the true value: so many standard deviations of a normal one. */
const DEVIATIONS = 1.96;

/**
 * The median of at least {@link FEWEST_MEASURED} values between two of them: how many lie below the
 * true median is the toss of as many coins, whatever the values are.
 */
function medianOf(values: readonly number[]): Estimate {
  const sorted = values.toSorted((a, b) => a - b);
  const beyond = Math.floor((sorted.length - DEVIATIONS * Math.sqrt(sorted.length)) / 2);
  return {
    low: sorted[beyond] ?? Number.NaN,
    value: median(sorted) ?? Number.NaN,
    high: sorted.at(-1 - beyond) ?? Number.NaN,
  };
}

function difference({ full, resumed }: Measured): Estimate {
  const { low, value, high } = medianOf(resumed);
  return sumOf([medianOf(full), { low: -high, value: -value, high: -low }]);
}

function times(count: number, { low, value, high }: Estimate): Estimate {
  return { low: count * low, value: count * value, high: count * high };
}

/** Of estimates that do not depend on each other. */
function sumOf(terms: readonly Estimate[]): Estimate {
  const value = total(terms.map((term) => term.value));
  return {
    low: value - Math.hypot(...terms.map((term) => term.value - term.low)),
    value,
    high: value + Math.hypot(...terms.map((term) => term.high - term.value)),
  };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
