/**
 * How long handshakes took, counted by classes of time, so that hours can be added up to days and
 * still tell their median. A class is a sixteenth of an octave wide and stands for its middle: what
 * a quantile says is at most 2.2 % from the exact value (2^(1/32) − 1).
 */

const CLASSES_PER_OCTAVE = 16;

/** Counts by class; only those that occur. */
export type Histogram = Map<number, number>;

/** Counts one time, in µs; anything under 1 counts as 1. */
export function addTime(histogram: Histogram, timeUs: number): void {
  const index = Math.floor(Math.log2(Math.max(1, timeUs)) * CLASSES_PER_OCTAVE);
  histogram.set(index, (histogram.get(index) ?? 0) + 1);
}

/** Adds the counts of `other` to those of `histogram`. */
export function addHistogram(histogram: Histogram, other: Histogram): void {
  for (const [index, count] of other) histogram.set(index, (histogram.get(index) ?? 0) + count);
}

/** How many times it holds. */
export function countOf(histogram: Histogram): number {
  let sum = 0;
  for (const count of histogram.values()) sum += count;
  return sum;
}

/**
 * The smallest time, in µs, that at least `share` of all are not longer than (nearest rank).
 *
 * @param share in (0, 1]
 * @returns `null` of none
 */
export function quantile(histogram: Histogram, share: number): number | null {
  const rank = Math.ceil(countOf(histogram) * share);
  let seen = 0;
  for (const [index, count] of [...histogram].sort(([a], [b]) => a - b)) {
    seen += count;
    if (seen >= rank) return 2 ** ((index + 0.5) / CLASSES_PER_OCTAVE);
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
  for (const [index, count] of [...histogram].sort(([a], [b]) => a - b)) {
    push(bytes, index - previous);
    push(bytes, count);
    previous = index;
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
  let index = 0;
  for (let at = 0; at + 1 < numbers.length; at += 2) {
    index += numbers[at] ?? 0;
    histogram.set(index, numbers[at + 1] ?? 0);
  }
  return histogram;
}

/** Not with shifts: a count may need more than 32 bits. */
function push(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
}
