/**
 * How long TLS handshakes took, counted by classes of time, so that hours can be added up to days and
 * still tell their median. A class is a sixteenth of an octave wide and stands for its middle: what
 * a quantile says is at most 2.2 % from the exact value (2^(1/32) − 1).
 */

const CLASSES_PER_OCTAVE = 16;

/** Counts by class of time, or by the time itself; only those that occur. */
export type Histogram = Map<number, number>;

/** The class of a time in µs; anything under 1 is as 1. */
export function classOf(timeUs: number): number {
  return Math.floor(Math.log2(Math.max(1, timeUs)) * CLASSES_PER_OCTAVE);
}

/** The time in µs that a class stands for. */
export function middleOf(timeClass: number): number {
  return 2 ** ((timeClass + 0.5) / CLASSES_PER_OCTAVE);
}

/** Counts so many more of one class or time. */
export function addCount(histogram: Histogram, key: number, count: number): void {
  histogram.set(key, (histogram.get(key) ?? 0) + count);
}

/** Adds the counts of `other` to those of `histogram`. */
export function addHistogram(histogram: Histogram, other: Histogram): void {
  for (const [key, count] of other) addCount(histogram, key, count);
}

/** How many times it holds. */
export function countOf(histogram: Histogram): number {
  let sum = 0;
  for (const count of histogram.values()) sum += count;
  return sum;
}

/**
 * The smallest class or time that at least `share` of all are not beyond (nearest rank).
 *
 * @param share in (0, 1]
 * @returns `null` of none
 */
export function quantile(histogram: Histogram, share: number): number | null {
  const rank = Math.ceil(countOf(histogram) * share);
  let seen = 0;
  for (const [key, count] of inOrder(histogram)) {
    seen += count;
    if (seen >= rank) return key;
  }
  return null;
}

/**
 * As few bytes: in rising order, each class as the distance from the one before, and its count, both
 * in LEB128. `null` of none.
 */
export function encodeHistogram(histogram: Histogram): Uint8Array | null {
  if (histogram.size === 0) return null;
  const bytes: number[] = [];
  let previous = 0;
  for (const [key, count] of inOrder(histogram)) {
    push(bytes, key - previous);
    push(bytes, count);
    previous = key;
  }
  return Uint8Array.from(bytes);
}

/** Reads what {@link encodeHistogram} wrote; bytes that it never writes give some histogram. */
export function decodeHistogram(bytes: Uint8Array | null): Histogram {
  const histogram: Histogram = new Map();
  const numbers: number[] = [];
  let value = 0;
  let scale = 1;
  for (const byte of bytes ?? []) {
    value += (byte & 0x7f) * scale;
    scale *= 0x80;
    if (byte >= 0x80) continue;
    numbers.push(value);
    value = 0;
    scale = 1;
  }
  let key = 0;
  for (let at = 0; at + 1 < numbers.length; at += 2) {
    key += numbers[at] ?? 0;
    histogram.set(key, numbers[at + 1] ?? 0);
  }
  return histogram;
}

function inOrder(histogram: Histogram): readonly (readonly [key: number, count: number])[] {
  return [...histogram].sort(([a], [b]) => a - b);
}

/** Not with shifts: a count may need more than 32 bits. */
function push(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
}
